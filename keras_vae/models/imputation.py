"""Missing values given the observed ones (Mattei and Frellsen, 2019), arxiv.org/abs/1812.02633."""

import functools
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vae import backend
from keras_vae.distributions import Density
from keras_vae.distributions.events import pick
from keras_vae.inputs import MASK
from keras_vae.models.data_sets import over_data_sets
from keras_vae.models.programs import seeded_program
from keras_vae.objectives import Trace
from keras_vae.objectives.importance import normalized
from keras_vae.parts import check_count, check_proper_fraction
from keras_vae.typing import Seed, Tensor

#: draws of x at once; rows of a table take little memory
ROWS = 20_000
#: draws of x at each z, which cost little beside the decoder; where few z carry all weight, their
#: spread is most of what is not known
_DRAWS = 8


class Imputation:
    """Mixin of `VAE`: what stands in the place of missing values, of models with `missing=True`.

    All of it comes from draws of z given the observed part of x, weighted by importance, of which
    more come closer. Observed values are given back as they are. Arguments that the methods share:

    - `x`: array (n, event) with NaN, or a dict `{"x": x, "mask": mask}`; see `VAE`.
    - `num_importance_samples`: int, draws of z for each example. Defaults to `1000`.
    - `seed`, `condition`, `batch_size`, `verbose`: as in `log_likelihood`.
    """

    @over_data_sets("num_samples")
    def impute(
        self,
        x: Any,
        num_samples: int | None = None,
        num_importance_samples: int = 1000,
        seed: Any = None,
        condition: Any = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
    ) -> np.ndarray:
        r"""The examples with means of what is missing, or with draws of it.

        The mean is self-normalised importance sampling of E[x_mis | x_obs],

        $$
        \sum_k \tilde w_k \, \mathbb{E}[x_{mis} | z_k] , \quad
        w_k = \frac{p(x_{obs} | z_k)\, p(z_k)}{q(z_k | x_{obs})}
        $$

        and draws, for multiple imputation, take one of the z_k by its weight and draw x_mis from
        p(x|z_k). Where the objective models which values are missing, the weights have the
        probability of that too.

        Args:
            x: see `Imputation`, or a data set of batches.
            num_samples: int, draws for each example. Defaults to `None`: the mean.
            num_importance_samples, seed, condition, batch_size, verbose: see `Imputation`.

        Returns:
            Array (n, event), or (num_samples, n, event), float32.

        Raises:
            ValueError: if the model was not made with `missing=True`, or its posterior has no
                density, or if `x` does not fit it.

        Reference:
            - [Mattei and Frellsen, 2019](https://arxiv.org/abs/1812.02633), equations 12 to 14
        """
        if num_samples is not None:
            check_count("impute", num_samples=num_samples)
        given = _Given(self, "impute", x, num_importance_samples, condition, batch_size, verbose)
        if num_samples is None:
            return given.fill(given.run("mean", _means, seed))
        draws = functools.partial(_resampled, decode=self.decoded, num_samples=num_samples)
        values = given.run(f"{num_samples}_draws", draws, seed)  # (n, num_samples, event)
        return given.fill(np.moveaxis(values, 1, 0))

    def impute_intervals(
        self,
        x: Any,
        level: float = 0.9,
        num_importance_samples: int = 1000,
        seed: Any = None,
        condition: Any = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
    ) -> tuple[np.ndarray, np.ndarray]:
        """Intervals that hold each missing value with this probability, given the observed ones.

        The ends are quantiles of weighted draws of each value by itself.

        Args:
            x: see `Imputation`.
            level: float in (0, 1), half of what is left lies on each side. Defaults to `0.9`.
            num_importance_samples, seed, condition, batch_size, verbose: see `Imputation`.

        Returns:
            A pair of arrays (n, event), float32, the lower and the upper ends. Both are x itself
            where it is observed.

        Raises:
            ValueError: as `impute`, or if `level` is outside of (0, 1).
        """
        check_proper_fraction("impute_intervals", level=level)
        owner = "impute_intervals"
        given = _Given(self, owner, x, num_importance_samples, condition, batch_size, verbose)
        ends = functools.partial(_quantiles, levels=((1 - level) / 2, (1 + level) / 2))
        values = given.run(f"quantiles_{level}", ends, seed, _DRAWS)  # (n, 2, event)
        return given.fill(values[:, 0]), given.fill(values[:, 1])


def expectation(
    vae: Any,
    x: Any,
    name: str,
    function: Callable,
    num_importance_samples: int = 1000,
    seed: Any = None,
    condition: Any = None,
    batch_size: int | None = None,
    verbose: Any = "auto",
) -> np.ndarray:
    """The mean of a function of p(x|z) over p(z | x_obs), such as probabilities of classes.

    Args:
        vae: `VAE` with `missing=True`.
        x: see `Imputation`.
        name: str, of the function, by which its program is kept.
        function: function of p(x|z), a distribution with tensors (samples, batch, event), that
            gives a tensor (samples, batch, ...).
        num_importance_samples, seed, condition, batch_size, verbose: see `Imputation`.

    Returns:
        Array (n, ...).

    Raises:
        ValueError: as `VAE.impute`; or if the objective models which values are missing, for its
            weights belong to draws of x.
    """

    def mean(trace: Trace, score_mask: Callable, seed: Seed) -> tuple[Tensor, Tensor]:
        if score_mask(trace.x, trace.fields[MASK]) is not None:
            raise ValueError(
                "expectation needs an objective that takes values as missing at random. Received: "
                "one that models which values are missing; take draws, by impute(num_samples=...)"
            )
        return _weighted_mean(normalized(trace.log_weight()), function(trace.likelihood.base))

    owner = "expectation"
    given = _Given(vae, owner, x, num_importance_samples, condition, batch_size, verbose)
    return given.run(name, mean, seed)


class _Given:
    """Examples with missing values, and how many draws are made of each.

    Raises:
        ValueError: if the model takes no missing values or its posterior has no density.
    """

    def __init__(
        self,
        vae: Any,
        owner: str,
        x: Any,
        num_importance_samples: int,
        condition: Any,
        batch_size: int | None,
        verbose: bool,
    ) -> None:
        counts = {"num_importance_samples": num_importance_samples, "batch_size": batch_size or 1}
        check_count(owner, **counts)
        if not vae.missing:
            raise ValueError(
                f"{owner} needs a model made with missing=True, which knows what is not there. "
                "Received: missing=False"
            )
        self.vae, self.num, self.verbose = vae, num_importance_samples, verbose
        self.inputs = vae.prepare(x, condition, in_support=True)
        _check_density(owner, vae, self.inputs)
        self.rows = max(1, (batch_size or ROWS) // num_importance_samples)

    def run(self, name: str, function: Callable, seed: Seed, draws: int = 1) -> Any:
        """`function(trace, score_mask, seed)` of all examples, an array with n rows.

        `draws` says how many of x it makes at each z.
        """
        vae = self.vae

        def of_batch(inputs: dict[str, Tensor], generator: keras.random.SeedGenerator) -> Any:
            trace = vae.trace(inputs, num_samples=self.num, seed=generator)
            return function(trace, vae.objective.score_mask, generator)

        name = f"impute_{name}_{self.num}"
        program = seeded_program(vae, name, of_batch, vae._seed(seed))
        return program.run(self.inputs, max(1, self.rows // draws), self.verbose)

    def fill(self, values: np.ndarray) -> np.ndarray:
        """x with these values, (..., n, event), in the place of what is missing."""
        x = self.inputs["x"].astype("float32")
        return np.where(self.inputs[MASK], x, values)


def _check_density(owner, vae, inputs):
    first = {name: array[:1] for name, array in inputs.items()}
    if vae.posterior(first).traits.density is Density.NONE:
        raise ValueError(
            f"{owner} weighs draws of the posterior by their density. Received: a posterior "
            f"without one, {type(vae.posterior_layer).__name__}"
        )


def _means(trace, score_mask, seed):
    """Means of x given what is observed, (batch, event)."""
    if _at_random(trace, score_mask):
        return _weighted_mean(normalized(trace.log_weight()), trace.likelihood.mean)
    return _weighted_mean(*_weighted_draws(trace, score_mask, seed))


def _resampled(trace, score_mask, seed, decode, num_samples):
    """Draws of x given what is observed, (batch, num_samples, event)."""
    if _at_random(trace, score_mask):
        # New draws of x: a z that is chosen twice must not give one x twice.
        z = _chosen(normalized(trace.log_weight()), trace.z, num_samples, seed)
        return ops.moveaxis(decode(z, **trace.fields).sample(seed=seed), 0, 1)
    weights, draws = _weighted_draws(trace, score_mask, seed)
    return ops.moveaxis(_chosen(weights, draws, num_samples, seed), 0, 1)


def _quantiles(trace, score_mask, seed, levels):
    """Quantiles of each element of x given what is observed, (batch, levels, event)."""
    weights, draws = _weighted_draws(trace, score_mask, seed)
    order = ops.argsort(draws, axis=0)
    weights = ops.broadcast_to(_beside(weights, draws), ops.shape(draws))
    cumulative = ops.cumsum(ops.take_along_axis(weights, order, axis=0), axis=0)
    draws = ops.take_along_axis(draws, order, axis=0)
    ends = []
    for level in levels:
        below = ops.cast(cumulative < level * cumulative[-1:], "int32")
        index = ops.minimum(ops.sum(below, axis=0, keepdims=True), draws.shape[0] - 1)
        ends.append(ops.take_along_axis(draws, index, axis=0)[0])
    return ops.stack(ends, axis=1)


def _at_random(trace, score_mask):
    return score_mask(trace.x, trace.fields[MASK]) is None


def _weighted_draws(trace: Any, score_mask: Callable, seed: Any) -> tuple[Tensor, Tensor]:
    """Weights that add up to one, (draws, batch), and draws of x, (draws, batch, event).

    There are several draws of x at each z. Observed values are those of x.
    """
    mask, log_weight = trace.fields[MASK], trace.log_weight()
    drawn = trace.likelihood.sample(_DRAWS, seed=seed)  # (_DRAWS, samples, batch, event)
    drawn = ops.reshape(drawn, (-1, *ops.shape(drawn)[2:]))
    draws = ops.where(mask > 0, trace.x, drawn)
    log_weight = ops.tile(log_weight, (_DRAWS, 1))
    score = score_mask(draws, mask)
    return normalized(log_weight if score is None else log_weight + score), draws


def _chosen(weights, values, count, seed):
    """Values (samples, batch, ...) drawn by their weights (samples, batch), (count, batch, ...)."""
    cumulative = ops.cumsum(weights, axis=0)
    noise = backend.uniform((count, *ops.shape(weights)[1:]), seed=seed)
    # Up to the last sum, which rounding may keep below one.
    below = ops.expand_dims(noise * cumulative[-1], 0) >= ops.expand_dims(cumulative, 1)
    index = ops.minimum(ops.sum(ops.cast(below, "int32"), axis=0), values.shape[0] - 1)
    return pick(values, _beside(index, values), axis=-len(values.shape))


def _weighted_mean(weights, values):
    return ops.sum(_beside(weights, values) * values, axis=0)


def _beside(weights, values):
    """(samples, batch) with the axes of (samples, batch, ...)."""
    return ops.reshape(weights, (*ops.shape(weights), *[1] * (len(values.shape) - 2)))
