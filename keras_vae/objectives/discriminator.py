"""A classifier of latents, for adversarial objectives."""

import math
from typing import Any

import keras
from keras import ops

from keras_vae.parts import Part
from keras_vae.serialization import register
from keras_vae.typing import Shape

NEGATIVE_SLOPE = 0.2  # of the leaky ReLU


@register
class Discriminator(Part):
    """Dense network from a latent to one logit, of being from the first of two distributions.

    Fixed, it gives its gradient to the latents and none to its own weights. So both players learn
    in one step, from one loss: the discriminator from latents without gradient, the others through
    the fixed network.

    Args:
        hidden: tuple of int, widths of its layers. Defaults to `(256, 256)`.
        **kwargs: passed to `keras.layers.Layer`.
    """

    def __init__(self, hidden: tuple[int, ...] = (256, 256), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.hidden = hidden

    def build(self, event_shape: Shape) -> None:
        super().build(event_shape)
        sizes = [math.prod(self.event_shape), *self.hidden, 1]
        self.kernels = [
            self.add_weight(name=f"kernel_{i}", shape=shape, initializer="he_uniform")
            for i, shape in enumerate(zip(sizes[:-1], sizes[1:], strict=True))
        ]
        self.biases = [
            self.add_weight(name=f"bias_{i}", shape=(size,), initializer="zeros")
            for i, size in enumerate(sizes[1:])
        ]

    def call(self, z: Any, fixed: bool = False) -> Any:
        """Logits, (batch,), of latents (batch, latent)."""
        return self._pre_activations(z, fixed)[-1][:, 0]

    def _pre_activations(self, z, fixed=False):
        """What each layer gives, before its activation."""
        outputs = []
        x = ops.reshape(z, (-1, math.prod(self.event_shape)))
        for weights in zip(self.kernels, self.biases, strict=True):
            kernel, bias = (ops.convert_to_tensor(weight) for weight in weights)
            if fixed:
                kernel, bias = ops.stop_gradient(kernel), ops.stop_gradient(bias)
            if outputs:
                x = keras.activations.leaky_relu(outputs[-1], NEGATIVE_SLOPE)
            outputs.append(ops.matmul(x, kernel) + bias)
        return outputs

    def squared_slope(self, z: Any) -> Any:
        """Squared norm of the logit's gradient by the latent, (batch,).

        Written out layer by layer, last one first, so that its own gradient is one of first order.
        """
        kernels = [ops.convert_to_tensor(kernel) for kernel in self.kernels]
        *hidden, logits = self._pre_activations(ops.stop_gradient(z))
        slope = ops.matmul(ops.ones_like(logits), ops.transpose(kernels[-1]))
        for kernel, output in zip(kernels[-2::-1], hidden[::-1], strict=True):
            slope = slope * ops.where(output >= 0, 1.0, NEGATIVE_SLOPE)
            slope = ops.matmul(slope, ops.transpose(kernel))
        return ops.sum(ops.square(slope), axis=-1)

    def loss(self, first: Any, second: Any) -> Any:
        """Cross-entropy of telling latents of two distributions apart, (batch,), in nats.

        The mean over both, so log 2 = 0.69 where it cannot; its gradient goes to its weights alone.
        """
        first, second = self(ops.stop_gradient(first)), self(ops.stop_gradient(second))
        return 0.5 * (ops.softplus(-first) + ops.softplus(second))
