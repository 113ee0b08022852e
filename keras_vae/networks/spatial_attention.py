"""Attention of each place of a map to all others, in one head (Esser et al., 2021)."""

import keras
from keras import ops

from keras_vae.serialization import Configurable, register
from keras_vae.typing import Shape, Tensor


@register
class SpatialAttention(Configurable, keras.layers.Layer):
    r"""Each place's weighted mean of the values of all places, without weights of its own.

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

    def call(self, maps: list[Tensor]) -> Tensor:
        batch, height, width, channels = ops.shape(maps[0])
        query, key, value = (ops.reshape(x, (batch, -1, 1, channels)) for x in maps)
        y = ops.dot_product_attention(query, key, value)
        return ops.reshape(y, (batch, height, width, channels))

    def compute_output_shape(self, input_shape: list[Shape]) -> Shape:
        """The values' shape."""
        return tuple(input_shape[-1])
