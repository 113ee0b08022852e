"""The networks inside flows: perceptrons over the last axis, that start at zero."""

import itertools
from typing import Any

import keras
from keras import ops

from keras_vae.context import Context
from keras_vae.networks.checks import check_sizes
from keras_vae.parts import Part, check_count
from keras_vae.serialization import register
from keras_vae.typing import Shape


@register
class Perceptron(Part):
    """Multilayer perceptron over the last axis, with any number of axes in front.

    Its last layer starts at zero, so that a flow starts at, or near, the identity. Built with the
    shape of the latents that it looks at, `(inputs,)`.

    Args:
        hidden: tuple of int, widths of the hidden layers. Defaults to `(64, 64)`.
        num_outputs: int, number of vectors that it gives. Defaults to `2`: a shift and a scale.
        output_size: int, length of each. Defaults to `None`: as many as there are inputs.
        context_size: int, length of a context vector, which enters the first layer. Defaults to
            `None`, no context.
        activation: name or function. Defaults to `"relu"`.
        **kwargs: passed to `keras.layers.Layer`.

    Call arguments:
        z: tensor (..., inputs).
        context: tensor (..., context_size). Defaults to `None`.

    Returns:
        List of `num_outputs` tensors (..., output_size).

    Raises:
        ValueError: if a size is not a positive integer.
    """

    def __init__(
        self,
        hidden: tuple[int, ...] = (64, 64),
        num_outputs: int = 2,
        output_size: int | None = None,
        context_size: int | None = None,
        activation: Any = "relu",
        **kwargs: Any,
    ) -> None:
        owner = f"flows.{type(self).__name__}"
        check_sizes("hidden", hidden)
        check_count(owner, num_outputs=num_outputs)
        for name, size in {"output_size": output_size, "context_size": context_size}.items():
            if size is not None:
                check_count(owner, **{name: size})
        super().__init__(**kwargs)
        self.hidden = hidden
        self.num_outputs = num_outputs
        self.output_size = output_size
        self.context_size = context_size
        self.activation = keras.activations.get(activation)

    def build(self, event_shape: Shape) -> None:
        super().build(event_shape)
        (size,) = self.event_shape
        sizes = [size, *self.hidden, self.num_outputs * (self.output_size or size)]
        shapes = list(itertools.pairwise(sizes))
        self.kernels = [
            self._weight(
                f"kernel_{i}", shape, "glorot_uniform" if i < len(self.hidden) else "zeros"
            )
            for i, shape in enumerate(shapes)
        ]
        self.biases = [
            self._weight(f"bias_{i}", shape[1:], "zeros") for i, shape in enumerate(shapes)
        ]
        self.context_kernel = None
        if self.context_size is not None:
            initializer = "glorot_uniform" if self.hidden else "zeros"
            shape = (self.context_size, sizes[1])
            self.context_kernel = self._weight("context_kernel", shape, initializer)
        self.build_masks(sizes)

    def _weight(self, name, shape, initializer):
        return self.add_weight(
            name=name, shape=shape, initializer=initializer, dtype="float32", autocast=False
        )

    def build_masks(self, sizes: Any) -> None:
        """Hook for networks that lack connections; `sizes` are all layers', the inputs' first."""

    def kernel(self, i: Any) -> Any:
        """The kernel of layer `i`, (inputs, outputs)."""
        return self.kernels[i]

    def call(self, z: Any, context: Context | None = None) -> Any:
        x = z
        for i, bias in enumerate(self.biases):
            x = ops.matmul(x, self.kernel(i)) + bias
            if i == 0 and self.context_kernel is not None:
                x = x + ops.matmul(context, self.context_kernel)
            if i < len(self.hidden):
                x = self.activation(x)
        return ops.split(x, self.num_outputs, axis=-1)
