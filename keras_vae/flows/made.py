"""Masked autoencoder, MADE (Germain et al., 2015), arxiv.org/abs/1502.03509."""

from typing import Any

import keras
import numpy as np

from keras_vae.flows.perceptron import Perceptron
from keras_vae.serialization import register
from keras_vae.typing import Shape, Tensor


@register
class MADE(Perceptron):
    """Masked autoencoder: element i of each output depends on the latents in front of i only.

    Each hidden unit has a degree d, sees the first d latents, and is seen by the elements behind
    them. With a context, some units have degree 0, through which it reaches the first element.

    Args:
        hidden: tuple of int, widths of the hidden layers. Defaults to `(64, 64)`.
        num_outputs: int, number of vectors that it gives. Defaults to `2`.
        context_size: int, length of a context vector, which enters the first layer. Defaults to
            `None`, no context.
        activation: name or function. Defaults to `"relu"`.
        **kwargs: passed to `keras.layers.Layer`.

    Call arguments:
        z: tensor (..., latent).
        context: tensor (..., context_size). Defaults to `None`.

    Returns:
        List of `num_outputs` tensors (..., latent).

    Raises:
        ValueError: if a size is not a positive integer.

    Reference:
        - [Germain et al., 2015](https://arxiv.org/abs/1502.03509)
    """

    def __init__(
        self,
        hidden: tuple[int, ...] = (64, 64),
        num_outputs: int = 2,
        context_size: int | None = None,
        activation: Any = "relu",
        **kwargs: Any,
    ) -> None:
        super().__init__(
            hidden=hidden,
            num_outputs=num_outputs,
            context_size=context_size,
            activation=activation,
            **kwargs,
        )

    def build_masks(self, sizes: Any) -> None:
        masks = autoregressive_masks(sizes[0], self.hidden, self.num_outputs, self.context_size)
        # Variables, for they stay on the device; but past Keras' tracking: they are not weights.
        object.__setattr__(self, "masks", [_constant(mask) for mask in masks])

    def kernel(self, i: Any) -> Any:
        """The kernel of layer `i` without the connections that the order forbids."""
        return self.kernels[i] * self.masks[i]


def autoregressive_masks(
    size: int, hidden: tuple[int, ...], num_outputs: int = 1, context_size: Any = None
) -> Any:
    """Zeros and ones for each kernel of a MADE, a list of arrays (inputs, outputs).

    Args:
        size: int, number of latents.
        hidden: tuple of int, widths of the hidden layers.
        num_outputs: int. Defaults to `1`.
        context_size: int, or None for no context. Defaults to `None`.
    """
    lowest = 1 if context_size is None else 0
    # A unit of degree `size` would be seen by no element.
    span = max(size - lowest, 1)
    degrees = [1 + np.arange(size)]
    degrees += [lowest + np.arange(width) * span // width for width in hidden]
    masks = [a[:, None] <= b for a, b in zip(degrees[:-1], degrees[1:], strict=True)]
    masks.append(degrees[-1][:, None] < np.tile(degrees[0], num_outputs))
    return [mask.astype("float32") for mask in masks]


def _constant(mask):
    def initializer(shape: Shape, dtype: str | None = None) -> Tensor:
        return keras.ops.convert_to_tensor(mask, dtype=dtype)

    return keras.Variable(initializer, shape=mask.shape, dtype="float32", trainable=False)


def autoregressive_networks(num_flows: int, size: int, **kwargs: Any) -> Any:
    """The built networks of `num_flows` autoregressive steps of `size` latents, a list.

    Args:
        num_flows: int.
        size: int, number of latents.
        **kwargs: passed to `MADE`: `hidden`, `activation`, `context_size`.
    """
    networks = [MADE(**kwargs) for _ in range(num_flows)]
    for network in networks:
        network.build_once((size,))
    return networks
