"""Networks over codes, each of whose outputs sees the codes before it only."""

from typing import Any

import keras
import numpy as np
from keras import layers, ops

from keras_vae.networks.checks import check_size
from keras_vae.networks.gated_pixel_cnn import code_inputs, from_condition
from keras_vae.serialization import Configurable, register


@register
class MaskedConv2D(Configurable, keras.layers.Layer):
    """Convolution that sees the places above and to the left (van den Oord et al., 2016).

    Args:
        filters: int, the output's channels.
        kernel_size: int, odd, the side of the kernel. Defaults to `3`.
        see_own: bool, whether it sees its own place too, as every layer but the first may (masks
            "B" and "A"). Defaults to `True`.
        **kwargs: Keras' own layer arguments, as `name` and `dtype`.

    Reference:
        - [van den Oord et al., 2016](https://arxiv.org/abs/1601.06759)
    """

    def __init__(
        self, filters: int, kernel_size: int = 3, see_own: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        check_size("filters", filters)
        check_size("kernel_size", kernel_size)
        self.filters = filters
        self.kernel_size = kernel_size
        self.see_own = see_own

    def build(self, input_shape: Any) -> None:
        """Make the kernel for inputs of this shape."""
        shape = (self.kernel_size, self.kernel_size, input_shape[-1], self.filters)
        self.kernel = self.add_weight(name="kernel", shape=shape, initializer="glorot_uniform")
        self.bias = self.add_weight(name="bias", shape=(self.filters,), initializer="zeros")

    def call(self, inputs: Any) -> Any:
        """(batch, height, width, channels) -> (batch, height, width, filters)."""
        middle = self.kernel_size // 2
        mask = np.zeros((self.kernel_size, self.kernel_size, 1, 1), "float32")
        mask[:middle] = 1
        mask[middle, : middle + self.see_own] = 1
        kernel = self.kernel * ops.convert_to_tensor(mask, dtype=self.compute_dtype)
        return self.bias + ops.conv(inputs, kernel, padding="same", data_format="channels_last")

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The input's shape with `filters` last."""
        return (*input_shape[:-1], self.filters)


@register
class Positions(Configurable, keras.layers.Layer):
    """Adds a learned vector to each place of a sequence, (batch, length, channels).

    Args:
        **kwargs: Keras' own layer arguments, as `name` and `dtype`.
    """

    def build(self, input_shape: Any) -> None:
        """Make the vectors for sequences of this shape."""
        spread = keras.initializers.RandomNormal(stddev=0.02)
        self.vectors = self.add_weight(
            name="vectors", shape=tuple(input_shape[1:]), initializer=spread
        )

    def call(self, inputs: Any) -> Any:
        """Of the inputs' shape."""
        return inputs + self.vectors


def pixel_cnn(
    size: tuple[int, int],
    num_codes: int,
    filters: int = 64,
    blocks: int = 4,
    name: str | None = None,
    condition_shape: tuple[int, ...] | None = None,
) -> keras.Model:
    """PixelCNN over a map of codes (van den Oord et al., 2016).

    It does not see all codes before a place: what lies above and far to the right is its blind
    spot, half of a map of 16 x 16 at 4 blocks. `gated_pixel_cnn` has none.

    Args:
        size: tuple of ints, (height, width) of the map.
        num_codes: int.
        filters: int, the hidden channels. Defaults to `64`.
        blocks: int, residual blocks. Defaults to `4`.
        name: str, the model's name. Defaults to `None`.
        condition_shape: tuple of int, shape of a condition. Defaults to `None`.

    Returns:
        A built functional `keras.Model`, integers (batch, height, width), or a list of them and a
        condition (batch, condition), -> logits (batch, height, width, num_codes) of each code given
        those above it and to the left of it in its row.

    Reference:
        - [van den Oord et al., 2016](https://arxiv.org/abs/1601.06759)
    """
    inputs, condition = code_inputs(size, condition_shape)
    x = layers.Embedding(num_codes, filters)(inputs)
    x = MaskedConv2D(filters, 7, see_own=False)(x)
    if condition is not None:
        x = layers.Add()([x, from_condition(condition, filters, 4)])
    for _ in range(blocks):
        h = layers.Conv2D(max(1, filters // 2), 1, data_format="channels_last")(_relu(x))
        h = MaskedConv2D(max(1, filters // 2), 3)(_relu(h))
        h = layers.Conv2D(filters, 1, data_format="channels_last")(_relu(h))
        x = layers.Add()([x, h])
    logits = layers.Conv2D(num_codes, 1, data_format="channels_last")(_relu(x))
    return keras.Model(inputs if condition is None else [inputs, condition], logits, name=name)


def _relu(x):
    return layers.Activation("relu")(x)


def causal_transformer(
    length: int,
    num_codes: int,
    width: int = 128,
    blocks: int = 2,
    heads: int = 4,
    name: str | None = None,
    condition_shape: tuple[int, ...] | None = None,
) -> keras.Model:
    """Decoder-only transformer over a sequence of codes (Vaswani et al., 2017).

    Args:
        length: int, of the sequence.
        num_codes: int.
        width: int, the hidden channels. Defaults to `128`.
        blocks: int. Defaults to `2`.
        heads: int, attention heads; must divide `width`. Defaults to `4`.
        name: str, the model's name. Defaults to `None`.
        condition_shape: tuple of int, shape of a condition. Defaults to `None`.

    Returns:
        A built functional `keras.Model`, integers (batch, length), or a list of them and a
        condition (batch, condition), -> logits (batch, length, num_codes) of each code given those
        before it.

    Reference:
        - [Vaswani et al., 2017](https://arxiv.org/abs/1706.03762)
    """
    inputs, condition = code_inputs((length,), condition_shape)
    # Shifted by one behind a start code, so that a place sees only those before it.
    shifted = ops.pad(inputs[:, :-1], [[0, 0], [1, 0]], constant_values=num_codes)
    x = Positions()(layers.Embedding(num_codes + 1, width)(shifted))
    if condition is not None:
        x = layers.Add()([x, from_condition(condition, width, 3)])
    x = transformer_blocks(x, width, blocks, heads, causal=True)
    logits = layers.Dense(num_codes)(layers.LayerNormalization()(x))
    return keras.Model(inputs if condition is None else [inputs, condition], logits, name=name)


def transformer_blocks(x: Any, width: int, blocks: int, heads: int, causal: bool) -> Any:
    """Blocks of attention and a perceptron, each normalized and with a residual connection.

    Args:
        x: tensor of a Keras graph, (batch, length, width).
        width: int.
        blocks: int.
        heads: int, attention heads; must divide `width`.
        causal: bool, whether a place sees itself and those before it only.
    """
    for _ in range(blocks):
        h = layers.LayerNormalization()(x)
        attention = layers.MultiHeadAttention(heads, width // heads)
        x = layers.Add()([x, attention(h, h, use_causal_mask=causal)])
        h = layers.Dense(4 * width, activation="gelu")(layers.LayerNormalization()(x))
        x = layers.Add()([x, layers.Dense(width)(h)])
    return x
