"""Attention of each place of a map to all others, in one head (Esser et al., 2021)."""

from typing import Any

import keras
from keras import ops

from keras_vae.serialization import Configurable, register
from keras_vae.typing import Shape, Tensor


@register
class SpatialAttention(Configurable, keras.layers.Layer):
    r"""Each place's weighted mean of the values of all places, without weights of its own.

    Computed in float32 whatever the dtype policy.

    $$
    y_i = \sum_j \mathrm{softmax}_j \left( C^{-1/2} q_i \cdot k_j \right) v_j
    $$

    Args:
        **kwargs: Keras' own layer arguments, as `name` and `dtype`.

    Call arguments:
        maps: list of three tensors (batch, height, width, channels): queries, keys and values.

    Returns:
        Tensor (batch, height, width, channels).

    Reference:
        - [Esser et al., 2021](https://arxiv.org/abs/2012.09841)
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)

    def call(self, maps: list[Tensor]) -> Tensor:
        batch, height, width, channels = ops.shape(maps[0])
        # Sums over all places leave the range of float16; and JAX has no such product on a CPU.
        single = [ops.cast(x, "float32") for x in maps]
        query, key, value = (ops.reshape(x, (batch, -1, 1, channels)) for x in single)
        y = ops.dot_product_attention(query, key, value)
        return ops.cast(ops.reshape(y, (batch, height, width, channels)), self.compute_dtype)

    def compute_output_shape(self, input_shape: list[Shape]) -> Shape:
        """The values' shape."""
        return tuple(input_shape[-1])
