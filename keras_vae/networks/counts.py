"""Networks of any kind around counts: their logarithms in, shares of a total out."""

import math
from typing import Any

import keras
from keras import ops

from keras_vae.checks import check_positive
from keras_vae.networks.network import Network, Shape, Shapes
from keras_vae.serialization import Configurable, register
from keras_vae.typing import Tensor


@register
class LogCounts(Configurable, keras.layers.Layer):
    """log(1 + x) of counts x, which networks learn from where the counts themselves are far apart.

    Args:
        total: float > 0. The counts of each example are first scaled to this total, so that the
            logarithms do not depend on its size; an example without counts stays as it is.
            Defaults to `None`, counts as they are.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if `total` is not positive.
    """

    def __init__(self, total: float | None = None, **kwargs: Any) -> None:
        if total is not None:
            check_positive("networks.LogCounts", total=total)
        # Half precision ends at counts of 65,504.
        super().__init__(**{"dtype": "float32", **kwargs})
        self.total = total
        self.built = True

    def call(self, x: Tensor) -> Tensor:
        if self.total is not None:
            own = ops.sum(x, axis=tuple(range(1, len(x.shape))), keepdims=True)
            x = x * (self.total / ops.where(own > 0, own, 1.0))
        return ops.log1p(x)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """As the input's."""
        return input_shape


@register
class LogShares(Configurable, keras.layers.Layer):
    """Logarithms of shares that add up to one over an example, (batch, event) -> (batch, event).

    Args:
        **kwargs: passed to `keras.layers.Layer`.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"dtype": "float32", **kwargs})
        self.built = True

    def call(self, x: Tensor) -> Tensor:
        flat = ops.reshape(x, (-1, math.prod(x.shape[1:])))
        return ops.reshape(ops.log_softmax(flat, axis=-1), (-1, *x.shape[1:]))

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """As the input's."""
        return input_shape


class OfCounts(Network):
    """Networks of a kind between counts: the encoder sees logarithms, the decoder gives shares.

    Args:
        base: `Network`, the kind.
        total: float, see `LogCounts`. Defaults to `None`.
        shares: bool, whether the decoder's first output, the log-mean, becomes the logarithms of
            shares. Defaults to `True`.
    """

    def __init__(self, base: Network, total: float | None = None, shares: bool = True) -> None:
        self.base = base
        self.total = total
        self.shares = shares

    def encoder(self, input_shape: Shape, output_shapes: Shapes, **options: Any) -> keras.Model:
        """The kind's encoder behind `LogCounts`."""
        logs = LogCounts(self.total)
        return self.base.encoder(input_shape, output_shapes, corruption=logs, **options)

    def decoder(
        self, input_shape: Shape, output_shapes: Shapes, name: str | None = None, **options: Any
    ) -> keras.Model:
        """The kind's decoder, with `LogShares` behind its first output."""
        decoder = self.base.decoder(input_shape, output_shapes, name=name, **options)
        if not self.shares:
            return decoder
        first, *others = keras.tree.flatten(decoder.output)
        outputs = [LogShares()(first), *others]
        return keras.Model(decoder.input, outputs if others else outputs[0], name=name)
