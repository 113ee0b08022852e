"""Normals around the modes of a column (Xu et al., 2019, TVAE), arxiv.org/abs/1907.00503."""

import math
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vae import distributions
from keras_vae.checks import check_count, check_positive, check_range, refuse
from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.posteriors.bounds import bounded
from keras_vae.serialization import register

#: how far the mean of a mode moves from its center, in its scales, as in TVAE
REACH = 4.0


@register
class ModewiseNormal(Likelihood):
    r"""Mixture of normals, one around each mode of the data, for columns with several modes.

    $$
    p(x) = \sum_k \pi_k\, N(x;\ c_k + 4 s_k \tanh \mu_k,\ (\sigma_k s_k)^2)
    $$

    The decoder gives $\pi$ and $\mu$; the relative deviations $\sigma$ are learned, one for each
    mode. The first `num_atoms` modes are single values that return again and again, such as a zero:
    their normals neither move nor change their scales. TVAE draws the mode of each training value
    beforehand; here it is summed out, so that this is a density of x.

    Args:
        centers: sequence of float, $c$, of the modes.
        scales: sequence of float > 0, $s$, their standard deviations.
        weights: sequence of float > 0, the shares of the modes, at which the mixture starts.
            Defaults to `None`, equal ones.
        num_atoms: int >= 0. Defaults to `0`.
        relative_range: pair of float > 0, bounds of $\sigma$. Defaults to `(0.02, 1.5)`.
        **kwargs: passed to `keras.layers.Layer`.

    Call arguments:
        parameters: `logits` and `location`, each (batch, *event, modes) or
            (samples, batch, *event, modes).

    Raises:
        ValueError: if an argument is out of its range, or lengths differ.

    Example:

    >>> likelihood = keras_vae.likelihoods.ModewiseNormal(centers=(0.0, 5.0), scales=(1.0, 0.5))
    >>> likelihood.parameter_shapes((1,))
    {'logits': (1, 2), 'location': (1, 2)}

    Reference:
        - [Xu et al., 2019](https://arxiv.org/abs/1907.00503)
    """

    def __init__(
        self,
        centers: Sequence[float],
        scales: Sequence[float],
        weights: Sequence[float] | None = None,
        num_atoms: int = 0,
        relative_range: tuple[float, float] = (0.02, 1.5),
        **kwargs: Any,
    ) -> None:
        owner = "likelihoods.ModewiseNormal"
        check_count(owner, **{"number of centers": len(centers)})
        weights = [1.0] * len(centers) if weights is None else weights
        for name, values in (("scales", scales), ("weights", weights)):
            if len(values) != len(centers):
                refuse(owner, f"of the length of centers, {len(centers)}", **{name: values})
            check_positive(owner, **{f"{name}[{k}]": value for k, value in enumerate(values)})
        if num_atoms not in range(len(centers) + 1):
            refuse(owner, f"an integer from 0 to {len(centers)}", num_atoms=num_atoms)
        check_range(owner, relative_range=tuple(relative_range))
        check_positive(owner, **{"least value of relative_range": relative_range[0]})
        super().__init__(**kwargs)
        self.centers = np.asarray(centers, "float32")
        self.log_scales = np.log(np.asarray(scales, "float64")).astype("float32")
        shares = np.asarray(weights, "float64")
        self.log_weights = np.log(shares / shares.sum()).astype("float32")
        self.moves = (np.arange(len(centers)) >= num_atoms).astype("float32")
        self.low, self.high = (math.log(bound) for bound in relative_range)

    def build(self, event_shape: tuple[int, ...]) -> None:
        super().build(event_shape)
        self.log_relative = self.add_weight(
            name="log_relative",
            shape=(len(self.centers),),
            initializer=keras.initializers.Constant(math.log(0.5)),
            dtype="float32",
            autocast=False,
            aggregation="mean",
        )

    def parameter_shapes(self, data_shape: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
        """`logits` and `location`, of the data's shape with an axis of modes at the end."""
        shape = (*data_shape, len(self.centers))
        return {"logits": shape, "location": shape}

    def call(self, parameters: Any, x: Any = None, training: bool = False) -> distributions.Mixture:
        logits, location = self.unpack(parameters)
        centers, log_scales, log_weights, moves = map(
            ops.convert_to_tensor, (self.centers, self.log_scales, self.log_weights, self.moves)
        )
        mean = centers + REACH * moves * ops.exp(log_scales) * ops.tanh(location)
        relative = bounded(ops.convert_to_tensor(self.log_relative), self.low, self.high)
        log_var = 2.0 * (log_scales + moves * relative)
        components = distributions.Normal(mean, log_var + ops.zeros_like(mean), event_ndim=0)
        return distributions.Mixture(logits + log_weights, components, self.event_ndim)
