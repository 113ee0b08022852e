"""Categorical likelihood over grey levels (van den Oord et al., 2016), arxiv.org/abs/1601.06759."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from keras import ops

from keras_vae import distributions
from keras_vae.checks import check_positive, refuse
from keras_vae.likelihoods.discretized_logistic import check_levels
from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.serialization import register
from keras_vae.typing import Shape


@register
class Categorical(Likelihood):
    """Categorical likelihood over the levels of each element, with no order assumed among them.

    The data are the levels k / (num_levels - 1) in [0, 1], as 8-bit images divided by 255 are.
    The result is a probability of the exact image, so it can be given in bits per dimension.

    Args:
        num_levels: int >= 2. Defaults to `256`.
        shares: sequence of float > 0, of the levels among the data; at logits of 0 these are their
            probabilities. Defaults to `None`, equal ones.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if `num_levels` is less than 2, or `shares` are not as many.

    Reference:
        - [van den Oord et al., 2016](https://arxiv.org/abs/1601.06759)
    """

    support = (0.0, 1.0)

    def __init__(
        self, num_levels: int = 256, shares: Sequence[float] | None = None, **kwargs: Any
    ) -> None:
        check_levels("likelihoods.Categorical", num_levels)
        check_shares("likelihoods.Categorical", num_levels, shares)
        super().__init__(**kwargs)
        self.num_levels = num_levels
        self.shares = shares

    @property
    def support_steps(self) -> Any:
        """Steps between the ends of the support."""
        return self.num_levels - 1

    def parameter_shapes(self, data_shape: Shape) -> Any:
        """`logits`, of the data's shape with an axis of levels at the end."""
        return {"logits": (*data_shape, self.num_levels)}

    def call(self, parameters: Any, x: Any = None, training: bool = False) -> Any:
        (logits,) = self.unpack(parameters)
        if self.shares is not None:
            shares = np.asarray(self.shares, "float64")
            logits = logits + ops.convert_to_tensor(np.log(shares / shares.sum()), logits.dtype)
        return distributions.Categorical(
            logits, event_ndim=self.event_ndim, low=0.0, step=1.0 / (self.num_levels - 1)
        )


def check_shares(owner: str, num_levels: int, shares: Sequence[float] | None) -> None:
    """Raise a ValueError unless `shares` is None, or a positive number for each level."""
    if shares is None:
        return
    if len(shares) != num_levels:
        refuse(owner, f"of length {num_levels}, or None", shares=shares)
    check_positive(owner, **{f"shares[{level}]": share for level, share in enumerate(shares)})
