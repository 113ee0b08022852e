"""The layers of deep compression autoencoders (Chen et al., 2024), arxiv.org/abs/2410.10733.

Channels are numbered as in the diffusers library: those of one square of pixels stand side by side.
"""

from typing import Any

import keras
from keras import ops

from keras_vae.checks import check_count
from keras_vae.serialization import Configurable, register
from keras_vae.typing import Shape, Tensor

#: height and width of a square of pixels that becomes one place
SIDE = 2
#: of every normalization of the original
EPSILON = 1e-5
#: keeps a sum of weights that are all zero from dividing
LEAST_SUM = 1e-15


@register
class SpaceToDepth(Configurable, keras.layers.Layer):
    """Squares of 2 x 2 places become one with four times the channels, or with means of these.

    Args:
        mean_of: int, neighbouring channels of the result of which the mean is taken. Defaults to
            `1`, none.
        **kwargs: Keras' own layer arguments, as `name` and `dtype`.

    Call arguments:
        x: tensor (batch, height, width, channels).

    Returns:
        Tensor (batch, height / 2, width / 2, 4 * channels / mean_of).
    """

    def __init__(self, mean_of: int = 1, **kwargs: Any) -> None:
        check_count("networks.SpaceToDepth", mean_of=mean_of)
        super().__init__(**kwargs)
        self.mean_of = mean_of

    def call(self, x: Tensor) -> Tensor:
        _, height, width, channels = _sizes(x)
        x = ops.reshape(x, (-1, height // SIDE, SIDE, width // SIDE, SIDE, channels))
        x = ops.transpose(x, (0, 1, 3, 5, 2, 4))
        x = ops.reshape(x, (-1, height // SIDE, width // SIDE, channels * SIDE**2))
        return channel_means(x, self.mean_of)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Half the sides."""
        batch, height, width, channels = input_shape
        sides = (side and side // SIDE for side in (height, width))
        return (batch, *sides, channels * SIDE**2 // self.mean_of)


@register
class DepthToSpace(Configurable, keras.layers.Layer):
    """Each place becomes a square of 2 x 2 with a quarter of the channels: undoes `SpaceToDepth`.

    Args:
        repeats: int, how often each channel is repeated before. Defaults to `1`.
        **kwargs: Keras' own layer arguments, as `name` and `dtype`.

    Call arguments:
        x: tensor (batch, height, width, channels).

    Returns:
        Tensor (batch, 2 * height, 2 * width, repeats * channels / 4).
    """

    def __init__(self, repeats: int = 1, **kwargs: Any) -> None:
        check_count("networks.DepthToSpace", repeats=repeats)
        super().__init__(**kwargs)
        self.repeats = repeats

    def call(self, x: Tensor) -> Tensor:
        x = ops.repeat(x, self.repeats, axis=-1) if self.repeats > 1 else x
        _, height, width, channels = _sizes(x)
        channels //= SIDE**2
        x = ops.reshape(x, (-1, height, width, channels, SIDE, SIDE))
        x = ops.transpose(x, (0, 1, 4, 2, 5, 3))
        return ops.reshape(x, (-1, height * SIDE, width * SIDE, channels))

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Twice the sides."""
        batch, height, width, channels = input_shape
        sides = (side and side * SIDE for side in (height, width))
        return (batch, *sides, channels * self.repeats // SIDE**2)


@register
class ChannelMeans(Configurable, keras.layers.Layer):
    """Means of neighbouring channels, (batch, height, width, channels / mean_of).

    Args:
        mean_of: int, channels of each mean.
        **kwargs: Keras' own layer arguments, as `name` and `dtype`.
    """

    def __init__(self, mean_of: int, **kwargs: Any) -> None:
        check_count("networks.ChannelMeans", mean_of=mean_of)
        super().__init__(**kwargs)
        self.mean_of = mean_of

    def call(self, x: Tensor) -> Tensor:
        return channel_means(x, self.mean_of)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """The same sides."""
        return (*input_shape[:-1], input_shape[-1] // self.mean_of)


@register
class ChannelRepeats(Configurable, keras.layers.Layer):
    """Each channel several times, side by side, (batch, height, width, repeats * channels).

    Args:
        repeats: int.
        **kwargs: Keras' own layer arguments, as `name` and `dtype`.
    """

    def __init__(self, repeats: int, **kwargs: Any) -> None:
        check_count("networks.ChannelRepeats", repeats=repeats)
        super().__init__(**kwargs)
        self.repeats = repeats

    def call(self, x: Tensor) -> Tensor:
        return ops.repeat(x, self.repeats, axis=-1)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """The same sides."""
        return (*input_shape[:-1], input_shape[-1] * self.repeats)


@register
class RMSNorm(Configurable, keras.layers.Layer):
    r"""Channels divided by the root of their mean square, with a gain and a shift.

    $$
    y_c = \gamma_c \, x_c \, \left( \tfrac{1}{C} \sum_k x_k^2 + 10^{-5} \right)^{-1/2} + \beta_c
    $$

    The mean is computed in float32 whatever the dtype policy.

    Args:
        **kwargs: Keras' own layer arguments, as `name` and `dtype`.

    Reference:
        - [Zhang and Sennrich, 2019](https://arxiv.org/abs/1910.07467), which has no shift
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)

    def build(self, input_shape: Shape) -> None:
        self.gamma = self.add_weight(name="gamma", shape=input_shape[-1:], initializer="ones")
        self.beta = self.add_weight(name="beta", shape=input_shape[-1:], initializer="zeros")

    def call(self, x: Tensor) -> Tensor:
        single = ops.cast(x, "float32")
        scale = ops.rsqrt(ops.mean(ops.square(single), axis=-1, keepdims=True) + EPSILON)
        return ops.cast(single * scale, self.compute_dtype) * self.gamma + self.beta

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """The input's shape."""
        return tuple(input_shape)


@register
class LinearAttention(Configurable, keras.layers.Layer):
    r"""Attention of each place to all others in a time that grows with their number alone.

    $$
    y_i = \frac{\sum_j v_j \, \mathrm{relu}(k_j) \cdot \mathrm{relu}(q_i)}
               {\sum_j \mathrm{relu}(k_j) \cdot \mathrm{relu}(q_i)}
    $$

    In heads: of each `3 * head_dim` channels the first are queries, then come keys and values.
    Computed in float32 whatever the dtype policy.

    Args:
        head_dim: int, channels of each head.
        **kwargs: Keras' own layer arguments, as `name` and `dtype`.

    Call arguments:
        x: tensor (batch, height, width, 3 * heads * head_dim).

    Returns:
        Tensor (batch, height, width, heads * head_dim).

    Reference:
        - [Cai et al., 2022](https://arxiv.org/abs/2205.14756)
    """

    def __init__(self, head_dim: int, **kwargs: Any) -> None:
        check_count("networks.LinearAttention", head_dim=head_dim)
        super().__init__(**kwargs)
        self.head_dim = head_dim

    def call(self, x: Tensor) -> Tensor:
        _, height, width, channels = _sizes(x)
        heads = channels // (3 * self.head_dim)
        maps = ops.reshape(ops.cast(x, "float32"), (-1, height * width, heads, 3 * self.head_dim))
        maps = ops.transpose(maps, (0, 2, 1, 3))
        query, key, value = ops.split(maps, 3, axis=-1)
        query, key = ops.relu(query), ops.relu(key)
        # Sums over all places first, so that no array has a pair of places.
        sums = ops.matmul(ops.transpose(key, (0, 1, 3, 2)), value)
        weights = ops.expand_dims(ops.sum(key, axis=2), -1)
        y = ops.matmul(query, sums) / (ops.matmul(query, weights) + LEAST_SUM)
        y = ops.transpose(y, (0, 2, 1, 3))
        y = ops.reshape(y, (-1, height, width, heads * self.head_dim))
        return ops.cast(y, self.compute_dtype)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """A third of the channels."""
        return (*input_shape[:-1], input_shape[-1] // 3)


@register
class Gate(Configurable, keras.layers.Layer):
    """The first half of the channels times the SiLU of the second, (..., channels / 2).

    Args:
        **kwargs: Keras' own layer arguments, as `name` and `dtype`.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)

    def call(self, x: Tensor) -> Tensor:
        x, gate = ops.split(x, 2, axis=-1)
        return x * ops.silu(gate)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Half the channels."""
        return (*input_shape[:-1], input_shape[-1] // 2)


def channel_means(x: Tensor, mean_of: int) -> Tensor:
    """Means of `mean_of` neighbouring channels, (..., channels) -> (..., channels / mean_of)."""
    if mean_of == 1:
        return x
    *front, channels = _sizes(x)
    return ops.mean(ops.reshape(x, (*front, channels // mean_of, mean_of)), axis=-1)


def _sizes(x):
    """The sizes of a tensor, ints where they are known."""
    return tuple(
        size if known is None else known for known, size in zip(x.shape, ops.shape(x), strict=True)
    )
