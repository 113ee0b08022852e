"""Bits per dimension."""

import math
from typing import Any

from keras_vae.evaluation.estimate import Estimate
from keras_vae.models.checks import check_shape_argument
from keras_vae.parts import check_positive


def bits_per_dimension(
    log_likelihood: Any, data_shape: tuple[int, ...], bin_width: float | None = None
) -> Any:
    """-log2 of the probability of an example, divided by its number of elements.

    Data with levels and a likelihood of levels (Bernoulli, categorical, discretised logistic) need
    no more. A density is none of the data's own levels: train and evaluate it on dequantised
    data, (x + u) / 256 with u uniform in [0, 1) for the levels x = 0 ... 255, and give the width of
    a level in the units that the model sees, 1/256 here. The density times the widths of all
    elements is then a lower bound of the levels' probability in expectation over u:

        bits = (-log p / D - log bin_width) / log 2, which adds 8 bits for 1/256.

    Args:
        log_likelihood: float or array in nats, summed over the event, or an `Estimate`.
        data_shape: tuple of int, shape of one example.
        bin_width: float > 0. Defaults to `None`, for likelihoods of levels.

    Returns:
        Of the same kind, in bits per dimension; lower is better.

    Raises:
        ValueError: if `data_shape` is no shape or `bin_width` not positive.

    Reference:
        - [Theis et al., 2016](https://arxiv.org/abs/1511.01844), section 3.1, the lower bound

    Example:

    >>> keras_vae.evaluation.bits_per_dimension(-2.772588722239781, (2, 2))
    1.0
    >>> keras_vae.evaluation.bits_per_dimension(0.0, (2, 2), bin_width=1 / 256)
    8.0
    """
    check_shape_argument("bits_per_dimension", data_shape=data_shape)
    check_positive("bits_per_dimension", bin_width=1.0 if bin_width is None else bin_width)
    factor = -1.0 / (math.prod(data_shape) * math.log(2))
    shift = 0.0 if bin_width is None else -math.log2(bin_width)
    if isinstance(log_likelihood, Estimate):
        return log_likelihood.scaled(factor, "bits per dimension", shift)
    return factor * log_likelihood + shift
