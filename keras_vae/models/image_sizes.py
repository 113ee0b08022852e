"""Images whose sides do not divide by the strides: filled up, and cut off again."""

from typing import Any, Literal, get_args

import numpy as np

from keras_vae.checks import are_sizes, check_choice, is_free, refuse

#: what stands behind the edge of an image: copies of its last row, or the image mirrored there
Padding = Literal["edge", "reflect"]


def check_free(vae: Any, owner: str, **argument: Any) -> None:
    """Raise a ValueError for an argument that needs images of free sizes, of a model of one."""
    if not is_free(vae.data_shape):
        raise ValueError(
            f"{owner} takes {next(iter(argument))} where height and width are free: make the model "
            f"with data_shape=(None, None, channels). Received: data_shape={vae.data_shape}, "
            + ", ".join(f"{name}={value!r}" for name, value in argument.items())
        )


def first_of(inputs: Any) -> Any:
    """The examples, or latents, of prepared inputs: of an array, or of a dict with it as `"x"`."""
    return inputs["x"] if isinstance(inputs, dict) else inputs


def filled_up(vae: Any, owner: str, inputs: Any, padding: Padding | None) -> Any:
    """Prepared images, at the bottom and at the right filled up to sides that divide.

    Args:
        vae: `keras_vae.VAE`.
        owner: str, who was given `padding`, for the error.
        inputs: array (n, height, width, channels), or a dict of it and the fields beside it.
        padding: `"edge"` or `"reflect"`. `None`: images as they are.

    Raises:
        ValueError: if the padding is unknown, or the model has images of one size.
    """
    if padding is None:
        return inputs
    check_choice(owner, get_args(Padding), padding=padding)
    check_free(vae, owner, padding=padding)
    x = first_of(inputs)
    missing = [-side % vae.stride for side in x.shape[1:3]]
    if not any(missing):
        return inputs
    x = np.pad(x, ((0, 0), (0, missing[0]), (0, missing[1]), (0, 0)), padding)
    return {**inputs, "x": x} if isinstance(inputs, dict) else x


def map_sides(vae: Any, owner: str, size: Any) -> tuple[int, int]:
    """Height and width of the latents of images of a size; sides that do not divide count up.

    Args:
        vae: `keras_vae.VAE`.
        owner: str, who was given `size`, for the error.
        size: pair (height, width) in pixels.

    Raises:
        ValueError: if it is no such pair, or the model has images of one size.
    """
    check_free(vae, owner, size=size)
    if not are_sizes(size) or len(size) != 2:
        refuse(owner, "a pair (height, width) of positive integers", size=size)
    height, width = (-(-side // vae.stride) for side in size)
    return height, width


def check_size(vae: Any, owner: str, size: Any, z: Any) -> None:
    """Raise a ValueError unless latents (..., height, width, channels) are of images of a size."""
    sides = map_sides(vae, owner, size)
    if tuple(z.shape[-3:-1]) != sides:
        raise ValueError(
            f"{owner}: images of size={tuple(size)} have latents of {sides[0]} x {sides[1]} "
            f"places. Received: latents of shape {tuple(z.shape[-3:])}"
        )


def cut(x: Any, size: Any) -> Any:
    """Images (..., height, width, channels), at the bottom and at the right cut to a size."""
    return x if size is None else x[..., : size[0], : size[1], :]
