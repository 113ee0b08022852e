"""Multinomial likelihood for vectors of counts (Liang et al., 2018), arxiv.org/abs/1802.05814."""

from typing import Any

from keras import ops

from keras_vae import distributions
from keras_vae.checks import check_count
from keras_vae.likelihoods.sized import Sized
from keras_vae.serialization import register


@register
class Multinomial(Sized):
    """Multinomial likelihood: how the counts of an example fall on its categories.

    For baskets, clicks and words. The total of an example is taken as given, from the data, and is
    not modelled; the loss is that of the paper plus the logarithm of the number of ways, which no
    parameter changes. An example without any count has probability one, and teaches nothing.

    Args:
        total: int, the total of means and draws. Defaults to `None`: means are probabilities, and
            draws raise an error.
        size_factor: whether each example has a total of its own for means and draws: `True`, the
            field `"size_factor"` of shape `()`; `"total"`, that of the data, and for latents
            without data the median total of the training examples. Defaults to `False`.
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

    given_total = True

    def __init__(
        self, total: int | None = None, size_factor: bool | str = False, **kwargs: Any
    ) -> None:
        if total is not None:
            check_count("likelihoods.Multinomial", total=total)
        super().__init__(size_factor=size_factor, **kwargs)
        self.total = total

    def parameter_shapes(self, data_shape: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
        """`logits`, of the data's shape."""
        return {"logits": tuple(data_shape)}

    def call(
        self, parameters: Any, x: Any = None, training: bool = False, size_factor: Any = None
    ) -> distributions.Multinomial:
        (logits,) = self.unpack(parameters)
        total = self.sizes(x, size_factor)
        if total is None and self.total is not None:
            total = ops.convert_to_tensor(self.total, dtype=logits.dtype)
        return distributions.Multinomial(logits, total, self.event_ndim)
