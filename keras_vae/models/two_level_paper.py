"""What the papers with two levels of latents, z = [z2, z1], have in common."""

from typing import Any

import keras

from keras_vae import likelihoods, posteriors, priors
from keras_vae.models.checks import check_shape_argument
from keras_vae.models.paper import Built, Paper, Shape, with_holes
from keras_vae.networks import Network

Models = tuple[keras.Model, keras.Model]


class TwoLevelPaper(Paper):
    """Base of the papers with two levels: networks to and from data, and two between the levels.

    Args:
        data_shape: tuple of int, shape of one example without batch axis.
        latent_dims: pair of int, lengths of z2 and z1.
        prior: name or `keras_vae.priors.Prior`, of z2.
        top_down: bool, whether q(z2|x) comes first, then q(z1|x, z2). Defaults to `True`.
        log_var_range: pair of float, bounds of the log-variances in posterior and prior. Defaults
            to `(-30.0, 20.0)`.
        **kwargs: passed to `Paper`.

    Raises:
        ValueError: if `latent_dims` is not a pair of positive integers.
    """

    fixes = {
        "posterior": "its two levels are the idea of the paper",
        "prior": "its two levels are the idea of the paper",
    }

    def __init__(
        self,
        data_shape: Shape,
        latent_dims: tuple[int, int],
        prior: Any,
        top_down: bool = True,
        log_var_range: tuple[float, float] = (-30.0, 20.0),
        **kwargs: Any,
    ) -> None:
        check_shape_argument(type(self).__name__, data_shape=data_shape)
        sizes = check_levels(type(self).__name__, latent_dims)
        likelihood = kwargs.pop("likelihood", None)
        likelihood = likelihoods.get(likelihood or self.default("likelihood"))
        common = {name: kwargs.get(name) for name in ("condition_shape", "dtype")}
        network = self.take_network(kwargs)
        if network.kind is network:
            decoded = likelihood.parameter_shapes(tuple(data_shape))
            ends = with_holes(network, kwargs.get("missing", False))
            network = Built(network, *self._ends(ends, data_shape, sizes, decoded, common))
        inference, generation = self._between(network, sizes, kwargs.get("dtype"))
        fixed = {
            "posterior": posteriors.TwoLevel(inference, top_down, log_var_range),
            "prior": priors.TwoLevel(generation, priors.get(prior), log_var_range),
        }
        super().__init__(
            data_shape, sum(sizes), fixed=fixed, network=network, likelihood=likelihood, **kwargs
        )

    def _ends(
        self,
        network: Network,
        data_shape: Shape,
        sizes: tuple[int, int],
        decoded: dict[str, Shape],
        common: dict[str, Any],
    ) -> Models:
        """The encoder and the decoder."""
        raise NotImplementedError

    def _between(self, built: Built, sizes: tuple[int, int], dtype: Any) -> Models:
        """The network from one level to the other of the posterior, and that of the prior."""
        raise NotImplementedError


def normal_shapes(size: int) -> dict[str, Shape]:
    """The shapes of the parameters of a normal distribution of vectors."""
    return {"mean": (size,), "log_var": (size,)}


def check_levels(owner: str, latent_dims: tuple[int, int]) -> tuple[int, int]:
    """The sizes of z2 and z1.

    Raises:
        ValueError: if they are not a pair of positive integers.
    """
    check_shape_argument(owner, latent_dims=latent_dims)
    if len(latent_dims) != 2:
        raise ValueError(
            f"{owner} needs latent_dims=(size of z2, size of z1). Received: "
            f"latent_dims={latent_dims!r}"
        )
    top, bottom = latent_dims
    return top, bottom
