"""How much each latent tells, and which are active (Burda et al., 2015)."""

from typing import Any

import numpy as np
from keras import ops

from keras_vae.distributions import draw, elementwise_kl
from keras_vae.evaluation import kl_per_level
from keras_vae.models import VAE
from keras_vae.models.inputs import split_inputs
from keras_vae.parts import check_positive
from keras_vae.plots.colors import GREY, PALETTE
from keras_vae.plots.figures import PAGE, single

_MAX_NAMES = 40


def kl_bars(
    vae: Any,
    x: Any = None,
    active: Any = None,
    condition: Any = None,
    threshold: float = 0.01,
    sort: bool = True,
    by_level: bool = False,
) -> Any:
    """Figure of the KL of each latent in nats, the mean over examples, with active units marked.

    A unit is active if the variance of its posterior mean over the examples is above a threshold.

    Args:
        vae: `VAE` whose KL has a closed form for each latent; or an array (latent,) of KLs in nats.
        x: array (n, event), the examples. Needed with a model.
        active: array (latent,) of bool, with an array of KLs. Defaults to `None`, not marked.
        condition: array (n, condition) or labels (n,), of conditional models. Defaults to `None`.
        threshold: float > 0, of the variance. Defaults to `0.01`.
        sort: bool, whether the latents stand in order of their KL. Defaults to `True`.
        by_level: bool, whether there is a bar for each level of a model's latents, from the top,
            and not for each latent. Defaults to `False`.

    Returns:
        A `matplotlib.figure.Figure` with one axes.

    Raises:
        ValueError: if there are a model without examples or an array with them, if the shapes
            differ, or if the model's KL is not known for each latent, or level.

    Example:

    ```python
    figure = keras_vae.plots.kl_bars(vae, x_val)
    ```

    Reference:
        - [Burda et al., 2015](https://arxiv.org/abs/1509.00519), active units
    """
    check_positive("plots.kl_bars", threshold=threshold)
    if isinstance(vae, VAE) != (x is not None):
        raise ValueError(
            "plots.kl_bars needs a model and examples `x`, or an array of KLs without. "
            f"Received: a {type(vae).__name__} {'without' if x is None else 'and'} x"
        )
    if by_level:
        if x is None:
            raise ValueError("plots.kl_bars needs a model for by_level=True. Received: an array")
        levels = kl_per_level(vae, x, condition, verbose=0)
        return _figure(np.array(list(levels.values())), None, list(levels), "level")
    kl, active = (np.asarray(vae), active) if x is None else _measure(vae, x, condition, threshold)
    if kl.ndim != 1 or not kl.size or not np.all(np.isfinite(kl)):
        raise ValueError(
            f"The KLs must be a finite array (latent,). Received: an array of shape {kl.shape}"
        )
    if active is not None and np.shape(active) != kl.shape:
        raise ValueError(
            f"`active` must have shape {kl.shape}, one for each latent. "
            f"Received: active of shape {np.shape(active)}"
        )
    order = np.argsort(-kl, kind="stable") if sort else np.arange(len(kl))
    marked = None if active is None else np.asarray(active, bool)[order]
    return _figure(kl[order], marked, order)


def _measure(vae, x, condition, threshold):
    """Mean KL and activity of each latent element, (elements,) each."""
    x = vae.prepare(x, condition)
    condition = split_inputs(x, known=vae.field_shapes)[1]
    q = vae.posterior(x, verbose=0)
    p = vae.prior(condition) if vae.prior_layer.conditional else vae.prior()
    # Two levels need a draw; elsewhere it changes nothing.
    kl = ops.convert_to_numpy(ops.mean(elementwise_kl(q, p, draw(q, seed=0)[0]), axis=0))
    return kl.reshape(-1), _active(q, threshold)


def _active(q, threshold):
    """Which elements are active, (elements,): a categorical variable if a probability is."""
    if q.traits.parts:
        return np.concatenate([_active(part, threshold) for part in q.parts])
    varies = ops.convert_to_numpy(q.mean).var(axis=0) > threshold
    return varies.any(axis=-1).reshape(-1) if q.traits.element_ndim == 1 else varies.reshape(-1)


def _figure(kl, active, names, kind="latent"):
    width = np.clip(0.25 * len(kl) + 1.5, 4.0, PAGE)
    figure, axes = single((width, 3.2))
    places = np.arange(len(kl))
    axes.grid(axis="y", alpha=0.3)
    axes.set_axisbelow(True)
    if active is None:
        axes.bar(places, kl, color=PALETTE[0])
    else:
        style = {"color": PALETTE[0], "label": f"active ({active.sum()})"}
        axes.bar(places[active], kl[active], **style)
        _draw_inactive(axes, places[~active], kl[~active])
        axes.legend(loc="upper right", framealpha=0.9, edgecolor="none")
    title = f"{kl.sum():.1f} nats in {len(kl)} {kind}s"
    axes.set(ylabel="KL (nats)", xlabel=kind, title=title)
    axes.margins(x=0.02)
    axes.spines[["top", "right"]].set_visible(False)
    if len(kl) <= _MAX_NAMES:
        size = "small" if len(kl) <= 20 else "xx-small"
        rotation = 90 if max(len(str(name)) for name in names) > 4 else 0
        axes.set_xticks(places, names, size=size, rotation=rotation)
    else:
        axes.set_xlabel(f"{kind}s in this order")
        axes.set_xticks([])
    return figure


def _draw_inactive(axes, places, kl):
    """Hatched, to be told apart in print; on a grey strip, for such a bar has hardly any height."""
    if not len(places):
        return
    for place in places:
        axes.axvspan(place - 0.5, place + 0.5, color="0.94", lw=0, zorder=0)
    label = f"inactive ({len(places)})"
    axes.bar(places, kl, color="white", edgecolor=GREY, hatch="//////", label=label)
