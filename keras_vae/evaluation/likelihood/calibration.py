"""Whether the spread of p(x|z) is that of the data: probability integral transforms."""

from typing import Any, NamedTuple

import numpy as np
from keras import ops

from keras_vae import backend
from keras_vae.checks import check_count, check_fraction
from keras_vae.evaluation.likelihood.density import check_likelihood
from keras_vae.inputs import MASK
from keras_vae.models.programs import seeded_program

#: numbers of draws held at once
_DRAWS = 2**22


class Calibration(NamedTuple):
    """What `calibration` gives.

    Args:
        pit: float32 array (n, event), the place of each element of x among draws of its p(x|z),
            from 0 (below all) to 1; NaN where x is missing. Uniform if the model is right.
        mean: float32 array (n, event), the mean of p(x|z) at the same z.
        x: float32 array (n, event), the data.
    """

    pit: np.ndarray
    mean: np.ndarray
    x: np.ndarray

    def coverage(self, level: float) -> float:
        """The share of elements within the central interval of p(x|z) that holds `level` of it.

        Args:
            level: float in [0, 1], what the share is if the model is right.
        """
        check_fraction("coverage", level=level)
        seen = self.pit[np.isfinite(self.pit)]
        return float(np.mean(np.abs(seen - 0.5) <= level / 2))

    @property
    def distance(self) -> float:
        """Greatest difference between the distribution of `pit` and the uniform one, in [0, 1]."""
        seen = np.sort(self.pit[np.isfinite(self.pit)].astype("float64"))
        steps = np.arange(len(seen) + 1) / len(seen)
        return float(max(np.max(steps[1:] - seen), np.max(seen - steps[:-1])))


def calibration(
    model: Any,
    x: Any,
    num_draws: int = 99,
    seed: int = 0,
    condition: Any = None,
    verbose: Any = "auto",
) -> Calibration:
    """The place of each element of x among draws of p(x|z), at one draw of z from q(z|x).

    If the model is right and q(z|x) is its true posterior, x and its draws are exchangeable given
    z, and the places are uniform on [0, 1], whatever the likelihood. Ties, as of counts, are broken
    at random. Places crowded in the middle say that p(x|z) is too wide, places at both ends that it
    is too narrow, and a slope that its mean is off.

    Args:
        model: `keras_vae.VAE`.
        x: array (n, event), or a dict of it and its fields.
        num_draws: int, draws of each p(x|z). Defaults to `99`.
        seed: int. Defaults to `0`.
        condition: array (n, condition) or labels (n,). Defaults to `None`.
        verbose: `"auto"`, 0, 1 or 2. Defaults to `"auto"`, a progress bar for long work.

    Returns:
        `Calibration`.

    Raises:
        NotApplicable: if the likelihood is not a density.
        ValueError: if `x` does not fit the model or `num_draws` is not a positive integer.

    References:
        - [Dawid, 1984](https://doi.org/10.2307/2981683), probability integral transforms
        - [Czado et al., 2009](https://doi.org/10.1111/j.1541-0420.2009.01191.x), of counts

    Example:

    >>> found = keras_vae.evaluation.calibration(vae, x)
    >>> found.pit.shape, 0.0 < found.coverage(0.9) <= 1.0
    ((64, 8, 8), True)
    """
    check_count("calibration", num_draws=num_draws)
    check_likelihood("calibration", model)
    inputs = model.prepare(x, condition, in_support=True)
    size = num_draws * int(np.prod(model.data_shape))
    program = seeded_program(
        model, f"calibration_{num_draws}", lambda x, g: _places(model, x, num_draws, g), seed
    )
    pit, mean, seen, data = program.run(inputs, max(1, _DRAWS // size), verbose)
    return Calibration(np.where(seen > 0, pit, np.float32("nan")), mean, data)


def _places(model, inputs, num_draws, seed):
    """Places and means of a batch, which values are there, and the data, (batch, event) each."""
    trace = model.trace(inputs, seed=seed)
    x, p = trace.x, trace.likelihood
    draws = p.sample(num_draws, seed=seed)  # (draws, batch, event)
    below = ops.sum(ops.cast(draws < x, "float32"), axis=0)
    equal = ops.sum(ops.cast(ops.equal(draws, x), "float32"), axis=0)
    place = (below + backend.uniform(ops.shape(x), seed=seed) * (equal + 1.0)) / (num_draws + 1.0)
    seen = trace.fields.get(MASK, ops.ones_like(x))
    return place, ops.broadcast_to(p.mean, ops.shape(x)), seen, x
