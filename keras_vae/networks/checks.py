"""What network builders refuse, said with the argument, what was expected and what came."""

import warnings
from collections.abc import Mapping
from typing import Any

from keras_vae import checks
from keras_vae.typing import Shape

#: channels that images have
_CHANNELS = (1, 2, 3, 4)
#: pixels of a side that no image has, but series of so many features do
_FEW = 4


def check_size(argument: Any, value: Any) -> None:
    """Refuse anything but a positive integer."""
    checks.check_count(None, **{argument: value})


def check_sizes(argument: Any, values: Any) -> None:
    """Refuse anything but a tuple or list of positive integers; it may be empty."""
    checks.check_sizes(None, **{argument: values})


def check_dropout(owner: Any, **arguments: Any) -> None:
    """Refuse anything but a number in [0, 1)."""
    for name, value in arguments.items():
        if not checks.is_number(value) or not 0 <= value < 1:
            checks.refuse(owner, "in [0, 1)", **{name: value})


def check_shapes(input_shape: Any, output_shapes: Any, condition_shape: Any = None) -> None:
    """Refuse an input shape that is not one, and outputs that are not a dict of named shapes."""
    check_sizes("input_shape", input_shape)
    if condition_shape is not None:
        check_sizes("condition_shape", condition_shape)
    if not isinstance(output_shapes, dict) or not output_shapes:
        raise ValueError(
            "`output_shapes` must be a dict of each output's name and shape without the batch, "
            "as {'mean': (2,), 'log_var': (2,)}, with at least one output. "
            f"Received: output_shapes={output_shapes!r}"
        )
    for name, shape in output_shapes.items():
        check_sizes(f"output_shapes[{name!r}]", shape)


def check_image_input(input_shape: Any) -> Any:
    """Refuse an input that is not one image."""
    if len(input_shape) not in (2, 3):
        raise ValueError(
            "`input_shape` must be an image, (height, width) or (height, width, channels); for "
            "other data use `keras_vae.networks.mlp`. "
            f"Received: input_shape={tuple(input_shape)} (of a model: its data_shape)"
        )
    hint = _no_image(tuple(input_shape))
    if hint:
        warnings.warn(
            f"Convolutions take the shape {tuple(input_shape)} as {hint}", UserWarning, stacklevel=3
        )


def _no_image(shape):
    """What a shape that is hardly an image is taken for, and what to do; None for images."""
    if len(shape) == 3 and shape[0] in _CHANNELS and min(shape[1:]) >= 8:
        height, width, channels = shape
        return (
            f"(height, width, channels): {height} pixels high, with {channels} channels. If the "
            "channels come first, move them to the end: np.moveaxis(x, 1, -1)."
        )
    if len(shape) == 2 and min(shape) <= _FEW and max(shape) >= 4 * _FEW:
        return (
            f"a grey image of {shape[0]} x {shape[1]} pixels, (height, width). If it is a series, "
            '(steps, features), take network="mlp" or an encoder and a decoder of your own with '
            f"Conv1D. If it is an image, say so with a channel: {(*shape, 1)}."
        )
    return None


def check_image_shapes(
    input_shape: Shape, output_shapes: Mapping[str, Shape], condition_shape: Shape | None = None
) -> None:
    """`check_shapes`, where height and width of images with channels may be free, `None`."""
    if not isinstance(input_shape, (tuple, list)) or not isinstance(output_shapes, Mapping):
        return check_shapes(input_shape, output_shapes, condition_shape)
    outputs = {name: _known(shape) for name, shape in output_shapes.items()}
    check_shapes(_known(input_shape), outputs, condition_shape)
    return check_image_input(_known(input_shape))


def _known(shape):
    """The shape of an image, (height, width, channels), with a size for sides that are free."""
    if not isinstance(shape, (tuple, list)) or len(shape) != 3:
        return shape
    return (*checks.with_known_sides(shape[:2]), shape[2])


def check_image_outputs(output_shapes: Any) -> None:
    """Refuse outputs that are not images of one height and width."""
    sizes = {tuple(shape[:2]) for shape in output_shapes.values()}
    flat = any(len(shape) < 2 for shape in output_shapes.values())
    if flat or len(sizes) > 1:
        raise ValueError(
            "`output_shapes` must all be images, (height, width, ...), of one height and width; "
            "for other data use `keras_vae.networks.mlp`. "
            f"Received: output_shapes={output_shapes}"
        )


def check_stages(filters: Any, strides: Any) -> None:
    """Refuse stages without filters, or filters and strides of different lengths."""
    check_sizes("filters", filters)
    check_sizes("strides", strides)
    if not filters or len(filters) != len(strides):
        raise ValueError(
            "`filters` and `strides` must have one entry for each stage, at least one. "
            f"Received: filters={tuple(filters)}, strides={tuple(strides)}"
        )
