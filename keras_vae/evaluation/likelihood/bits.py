"""Bits per dimension."""

import math
from typing import Any

import keras
import numpy as np

from keras_vae.distributions import Space
from keras_vae.evaluation.checks import NotApplicable
from keras_vae.evaluation.estimate import Estimate
from keras_vae.evaluation.likelihood.density import check_likelihood
from keras_vae.evaluation.likelihood.importance import log_likelihood as estimate_log_likelihood
from keras_vae.models.checks import check_shape_argument
from keras_vae.models.inputs import split_inputs
from keras_vae.parts import check_positive

#: spaces whose points have a probability
_COUNTABLE = {Space.DISCRETE, Space.ONE_HOT, Space.CODES}
_OWNER = "bits_per_dimension"


def bits_per_dimension(
    log_likelihood: Any, data_shape: Any, bin_width: float | None = None, **options: Any
) -> Any:
    """-log2 of the probability of an example, divided by its number of elements.

    Data with levels and a likelihood of levels (Bernoulli, categorical, discretised logistic) need
    no more. A density is none of the data's own levels: train and evaluate it on dequantised
    data, (x + u) / 256 with u uniform in [0, 1) for the levels x = 0 ... 255, and give the width of
    a level in the units that the model sees, 1/256 here. The density times the widths of all
    elements is then a lower bound of the levels' probability in expectation over u:

        bits = (-log p / D - log bin_width) / log 2, which adds 8 bits for 1/256.

    With a model and examples, `bits_per_dimension(vae, x)`, the log-likelihood is estimated, and
    what would give a number of another meaning is refused. Numbers alone are taken as they are.

    Args:
        log_likelihood: float or array in nats, summed over the event, or an `Estimate`; or a
            `keras_vae.VAE`.
        data_shape: tuple of int, shape of one example; with a model the examples, an array
            (n, event) or a dict of it and its condition.
        bin_width: float > 0. Defaults to `None`, for likelihoods of levels.
        **options: with a model, passed to `log_likelihood`: `num_samples`, `seed`, `condition`,
            `batch_size`, `verbose`.

    Returns:
        Of the same kind, in bits per dimension; lower is better. With a model an `Estimate`.

    Raises:
        NotApplicable: with a model, if its likelihood is a density and there is no `bin_width`, is
            one of levels with grey values between them, or is both in different columns; or as
            `log_likelihood`.
        ValueError: if `data_shape` is not a shape or `bin_width` not positive; with a model, if its
            likelihood is one of levels and there is a `bin_width`, or if the data of a density are
            still levels.

    Reference:
        - [Theis et al., 2016](https://arxiv.org/abs/1511.01844), section 3.1, the lower bound

    Example:

    >>> keras_vae.evaluation.bits_per_dimension(-2.772588722239781, (2, 2))
    1.0
    >>> keras_vae.evaluation.bits_per_dimension(0.0, (2, 2), bin_width=1 / 256)
    8.0
    >>> bits = keras_vae.evaluation.bits_per_dimension(vae, x > 0.5, num_samples=10)
    >>> bits.unit, bits.values.shape
    ('bits per dimension', (64,))
    """
    check_positive(_OWNER, bin_width=1.0 if bin_width is None else bin_width)
    if isinstance(log_likelihood, keras.Model):
        model, x = log_likelihood, data_shape
        check_likelihood(_OWNER, model)
        inputs = model.prepare(x, options.pop("condition", None), in_support=True, complete=False)
        check_meaning(model, inputs, bin_width)
        log_likelihood = estimate_log_likelihood(model, inputs, **options)
        data_shape = model.data_shape
    check_shape_argument(_OWNER, data_shape=data_shape)
    factor = -1.0 / (math.prod(data_shape) * math.log(2))
    shift = 0.0 if bin_width is None else -math.log2(bin_width)
    if isinstance(log_likelihood, Estimate):
        return log_likelihood.scaled(factor, "bits per dimension", shift)
    return factor * log_likelihood + shift


def check_meaning(model: Any, inputs: Any, bin_width: float | None) -> None:
    """Raise an error unless log p(x) of the model gives bits of the data's levels.

    Args:
        model: `keras_vae.VAE`, whose likelihood is a density or a probability.
        inputs: its examples, as `model.prepare` gives them.
        bin_width: as of `bits_per_dimension`.

    Raises:
        NotApplicable: as `bits_per_dimension`.
        ValueError: as `bits_per_dimension`.
    """
    kinds = _first_likelihood(model, inputs).traits.space.kinds
    name = f"likelihoods.{type(model.likelihood_layer).__name__}"
    x = np.asarray(split_inputs(inputs, known=model.field_shapes)[0])
    if kinds <= _COUNTABLE:
        _check_levels(model, x, bin_width, name)
    elif kinds & _COUNTABLE:
        raise NotApplicable(
            f"{_OWNER} needs a likelihood of levels alone, or a density alone. "
            f"Received: {name} with both, whose bits depend on the units of some columns"
        )
    else:
        _check_density(x, bin_width, name)


def scores_grey_values(model: Any, inputs: Any) -> bool:
    """Whether a likelihood of levels scores data between its levels, which gives no probability."""
    kinds = _first_likelihood(model, inputs).traits.space.kinds
    return kinds <= _COUNTABLE and _between_levels(model, np.asarray(split_inputs(inputs)[0]))


def _first_likelihood(model, inputs):
    """p(x|z) of the first example, to see of what kind it is."""
    first = keras.tree.map_structure(lambda a: keras.ops.convert_to_tensor(a[:1]), inputs)
    return model.trace(first, seed=keras.random.SeedGenerator(0)).likelihood


def _between_levels(model, x):
    for columns, member in model.likelihood_layer.pieces():
        own = x if columns is None else x[..., list(columns)]
        # Steps are checked at the door, on which all other likelihoods of levels lie on whole
        # numbers.
        if member.support_steps is None and not np.array_equal(own, np.rint(own)):
            return True
    return False


def _check_levels(model, x, bin_width, name):
    if bin_width is not None:
        raise ValueError(
            f"{_OWNER} needs bin_width=None with a likelihood of levels, which gives them "
            f"probabilities already. Received: bin_width={bin_width} with {name}"
        )
    if _between_levels(model, x):
        raise NotApplicable(
            f"{_OWNER} needs data that have a probability. Received: grey values under {name}, "
            "whose score is a loss and no log-probability; binarize them, or take a likelihood "
            "of levels such as likelihoods.DiscretizedLogistic"
        )


def _check_density(x, bin_width, name):
    if bin_width is None:
        raise NotApplicable(
            f"{_OWNER} needs bin_width=, the width of a level, with a density, and a model of "
            f"dequantised data. Received: bin_width=None with {name}"
        )
    values = x.ravel()[:100_000]
    most = (values.max() - values.min()) / bin_width + 2.0
    if len(values) > 4 * most and len(np.unique(values)) <= most:
        raise ValueError(
            f"{_OWNER} needs dequantised data with a density: add noise, uniform in "
            f"[0, {bin_width:g}). Received: x with {len(np.unique(values))} different values only"
        )
