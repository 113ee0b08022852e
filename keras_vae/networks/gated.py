"""Gated linear units (Dauphin et al., 2017), arxiv.org/abs/1612.08083."""

from typing import Any

import keras
from keras import layers

from keras_vae.networks.checks import check_shapes, check_size, check_sizes
from keras_vae.networks.ends import dense_heads, encoder_inputs, flatten, network
from keras_vae.serialization import Configurable, register


@register
class GatedDense(Configurable, keras.layers.Layer):
    """Gated linear unit, `(W x + b) * sigmoid(V x + c)`, (..., features) -> (..., units).

    Args:
        units: int, the size of the output's last axis.
        kernel_initializer: name or initializer of both kernels. Defaults to `"glorot_uniform"`.
        **kwargs: Keras' own layer arguments, as `name` and `dtype`.

    Raises:
        ValueError: if `units` is not a positive integer.

    Reference:
        - [Dauphin et al., 2017](https://arxiv.org/abs/1612.08083)
    """

    def __init__(
        self, units: int, kernel_initializer: str = "glorot_uniform", **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        check_size("units", units)
        self.units = units
        self.kernel_initializer = kernel_initializer

    def build(self, input_shape: Any) -> None:
        """Make `W x + b` and `V x + c` for inputs of this shape."""
        common = {"kernel_initializer": self.kernel_initializer, "dtype": self.dtype_policy}
        self.value = layers.Dense(self.units, **common, name="value")
        self.gate = layers.Dense(self.units, activation="sigmoid", **common, name="gate")
        self.value.build(input_shape)
        self.gate.build(input_shape)

    def call(self, inputs: Any) -> Any:
        """The gated values, (..., units)."""
        return self.value(inputs) * self.gate(inputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The input's shape with `units` last."""
        return (*input_shape[:-1], self.units)


def gated_mlp(
    input_shape: tuple[int, ...],
    output_shapes: dict[str, Any],
    hidden: tuple[int, ...] = (300, 300),
    kernel_initializer: str = "glorot_uniform",
    condition_shape: tuple[int, ...] | None = None,
    corruption: Any = None,
    missing: bool = False,
    dtype: Any = None,
    name: str | None = None,
) -> Any:
    """Multilayer perceptron of gated linear units, as in the VampPrior paper.

    Args:
        input_shape: tuple of ints, one example's shape without the batch.
        output_shapes: dict of str to tuple of ints, each output's shape without the batch, in the
            order in which the model returns them.
        hidden: tuple of ints, the units of each `GatedDense`; `()` gives a linear network.
            Defaults to `(300, 300)`.
        kernel_initializer: name, of all kernels; the paper's code has `"he_normal"`. Defaults to
            `"glorot_uniform"`.
        condition_shape: tuple of ints, the shape of a condition without the batch. The network then
            takes a list, the input and the condition, which join where the input is flat.
            Defaults to `None`, no condition.
        corruption: `keras.layers.Layer` that the input passes first, such as
            `keras_vae.networks.Corruption`. Defaults to `None`.
        missing: bool, whether values of the input may be missing. The network then takes a dict of
            `"x"`, with zeros there, `"mask"` of the same shape, 1 where x is observed, and
            `"condition"`. Defaults to `False`.
        dtype: str or `keras.DTypePolicy` of every layer. Defaults to `None`, the global policy.
        name: str, the model's name. Defaults to `None`.

    Returns:
        A built functional `keras.Model`, (batch, *input_shape) -> list of (batch, *shape), or one
        tensor if there is one output. `output_names` are the names in `output_shapes`.

    Raises:
        ValueError: if a shape or `hidden` is not a tuple of positive integers.

    Reference:
        - [Tomczak & Welling, 2018](https://arxiv.org/abs/1705.07120)
    """
    check_shapes(input_shape, output_shapes, condition_shape)
    check_sizes("hidden", hidden)
    inputs = encoder_inputs(input_shape, condition_shape, dtype, missing)
    x = inputs.corrupted(corruption, dtype)
    x = flatten(x, inputs.beside, dtype)
    for units in hidden:
        x = GatedDense(units, kernel_initializer, dtype=dtype)(x)
    heads = dense_heads(x, output_shapes, dtype, kernel_initializer)
    return network(inputs.nest, heads, name)
