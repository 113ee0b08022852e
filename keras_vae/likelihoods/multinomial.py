"""Multinomial likelihood for vectors of counts (Liang et al., 2018), arxiv.org/abs/1802.05814."""

import math
from typing import Any

from keras import ops

from keras_vae import distributions
from keras_vae.checks import check_count
from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.serialization import register


@register
class Multinomial(Likelihood):
    """Multinomial likelihood: how the counts of an example fall on its categories.

    For baskets, clicks and words. The total of an example is taken as given, from the data, and is
    not modelled; the loss is that of the paper plus the logarithm of the number of ways, which no
    parameter changes. An example without any count has probability one, and teaches nothing.

    Args:
        total: int, the total of means and draws. Defaults to `None`: means are probabilities, and
            draws raise an error.
        size_factor: bool, whether each example has a total of its own for means and draws, the
            field `"size_factor"` of shape `()`. Defaults to `False`.
        **kwargs: passed to `keras.layers.Layer`.

    Call arguments:
        parameters: `logits` (batch, *event) or (samples, batch, *event).
        size_factor: tensor (batch,), totals for means and draws. Defaults to `None`: `total`.

    Raises:
        ValueError: if `total` is not a positive integer.

    Example:

    >>> likelihood = keras_vae.likelihoods.Multinomial(total=20)
    >>> likelihood.parameter_shapes((5,))
    {'logits': (5,)}

    Reference:
        - [Liang et al., 2018](https://arxiv.org/abs/1802.05814), Mult-VAE
    """

    support = (0.0, math.inf)
    integers = True

    def __init__(self, total: int | None = None, size_factor: bool = False, **kwargs: Any) -> None:
        if total is not None:
            check_count("likelihoods.Multinomial", total=total)
        super().__init__(**kwargs)
        self.total = total
        self.size_factor = size_factor

    @property
    def field_names(self) -> tuple[str, ...]:
        """The fields beside x that `call` takes by name."""
        return ("size_factor",) if self.size_factor else ()

    def parameter_shapes(self, data_shape: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
        """`logits`, of the data's shape."""
        return {"logits": tuple(data_shape)}

    def call(
        self, parameters: Any, x: Any = None, training: bool = False, size_factor: Any = None
    ) -> distributions.Multinomial:
        (logits,) = self.unpack(parameters)
        total = self.total
        if size_factor is not None:
            total = ops.reshape(size_factor, (-1,))
        elif total is not None:
            total = ops.convert_to_tensor(total, dtype=logits.dtype)
        return distributions.Multinomial(logits, total, self.event_ndim)
