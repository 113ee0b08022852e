"""Sliders for the latents, in a notebook."""

import io
from typing import Any

import numpy as np

from keras_vae.plots.images import as_images
from keras_vae.plots.latents import (
    check_condition,
    check_model,
    check_span,
    decoded,
    origin,
    quantiles,
)

_SIDE = 256  # pixels: small images are enlarged to about this


def explore(
    vae: Any,
    z: Any = None,
    dims: Any = None,
    span: float = 0.99,
    condition: Any = None,
    vmin: float = 0.0,
    vmax: float = 1.0,
) -> Any:
    """Widget with a slider for each latent and the image that they decode to.

    A conditional model of classes has a menu of them besides.

    Args:
        vae: `VAE` of images.
        z: array (latent,), where the sliders stand at first. Defaults to `None`, the prior's
            medians; zeros for the standard normal one.
        dims: sequence of ints, the latents that have a slider. Defaults to `None`, all.
        span: float in (0, 1), the prior's mass between the ends of a slider. Defaults to `0.99`.
        condition: label or array (condition,) of conditional models; a label is what the menu shows
            at first. Defaults to `None`: label 0.
        vmin: float, drawn black; values below are clipped. Defaults to `0.0`.
        vmax: float, drawn white; values above are clipped. Defaults to `1.0`.

    Returns:
        An `ipywidgets.HBox`, which a notebook shows; it needs a running kernel.

    Raises:
        ValueError: if an argument is out of its range, if the model is not one of images, or if its
            latents are maps, directions, points of a ball or bits.
        ImportError: if ipywidgets is missing.

    Example:

    ```python
    keras_vae.plots.explore(vae)
    ```
    """
    widgets = _import_widgets()
    check_model("explore", vae)
    check_span(span)
    size = vae.latent_shape[0]
    dims = _checked_dims(dims, size)
    shape = vae.condition_shape
    has_menu = shape is not None and len(shape) == 1 and shape[0] > 1 and np.ndim(condition) == 0
    condition = 0 if has_menu and condition is None else condition
    check_condition("explore", vae, condition)
    start = _start(vae, size, z, condition)
    low, high = quantiles(vae, size, [0.5 - span / 2, 0.5 + span / 2], condition)
    sliders = {dim: _slider(widgets, dim, start[dim], low[dim], high[dim]) for dim in dims}
    menu = widgets.Dropdown(options=range(shape[0]), value=condition) if has_menu else None
    image = widgets.Image(format="png")

    def show(change: Any = None) -> None:
        latent = start.copy()
        for dim, slider in sliders.items():
            latent[dim] = slider.value
        x = decoded(vae, latent[None], condition if menu is None else menu.value)
        image.value = _png(as_images("decode(z)", x, vmin, vmax)[0])

    def reset(button: Any) -> None:
        for dim, slider in sliders.items():
            slider.value = start[dim]

    show()
    controls = [*([menu] if has_menu else []), *sliders.values()]
    for control in controls:
        control.observe(show, names="value")
    button = widgets.Button(description="back")
    button.on_click(reset)
    # Fifty latents have a list that scrolls, and leave the image in sight.
    layout = widgets.Layout(max_height="480px", overflow="auto")
    return widgets.HBox([image, widgets.VBox([*controls, button], layout=layout)])


def _checked_dims(dims, size):
    dims = list(range(size)) if dims is None else list(dims)
    if not dims or any(dim not in range(size) for dim in dims) or len(set(dims)) < len(dims):
        raise ValueError(f"`dims` must be different latents below {size}. Received: dims={dims}")
    return dims


def _start(vae, size, z, condition):
    if z is not None and np.shape(z) != (size,):
        raise ValueError(f"`z` must have shape ({size},). Received: z of shape {np.shape(z)}")
    return np.array(origin(vae, size, z, condition), "float64")


def _slider(widgets, dim, start, low, high):
    # A latent may stand beyond what its prior finds likely.
    low, high = min(low, start), max(high, start)
    return widgets.FloatSlider(
        value=start,
        min=low,
        max=high,
        step=(high - low) / 200,
        description=f"z{dim}",
        readout_format=".2f",
        continuous_update=True,
    )


def _png(image):
    """An image in [0, 1] as the bytes of a PNG, its pixels enlarged."""
    from PIL import Image

    factor = max(1, round(_SIDE / max(image.shape[:2])))
    picture = np.uint8(255 * image + 0.5).repeat(factor, axis=0).repeat(factor, axis=1)
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, format="PNG")
    return buffer.getvalue()


def _import_widgets():
    try:
        import ipywidgets
    except ImportError as error:
        raise ImportError(
            "plots.explore needs ipywidgets: pip install keras_vae[notebooks]"
        ) from error
    return ipywidgets
