"""What the papers with any number of levels of latents have in common."""

from collections.abc import Mapping
from typing import Any

from keras_vae import likelihoods, posteriors, priors
from keras_vae.models.paper import Built, Paper, Shape, with_holes


class HierarchyPaper(Paper):
    """Base of the papers whose decoder is the network of prior and posterior too.

    Args:
        data_shape: tuple of int, shape of one example without batch axis.
        levels: dict of the levels' names and shapes, from the top.
        log_var_range: pair of float, bounds of all log-variances in posterior and prior. Defaults
            to `(-30.0, 20.0)`.
        **kwargs: passed to `Paper`.
    """

    fixes = {
        "posterior": "its levels are the idea of the paper",
        "prior": "its levels are the idea of the paper",
    }

    def __init__(
        self,
        data_shape: Shape,
        levels: Mapping[str, Shape],
        log_var_range: tuple[float, float] = (-30.0, 20.0),
        **kwargs: Any,
    ) -> None:
        likelihood = kwargs.pop("likelihood", None)
        likelihood = likelihoods.get(likelihood or self.default("likelihood"))
        common = {name: kwargs.get(name) for name in ("condition_shape", "dtype")}
        network = self.take_network(kwargs)
        if network.kind is network:
            ends = with_holes(network, kwargs.get("missing", False))
            decoded = likelihood.parameter_shapes(tuple(data_shape))
            network = Built(
                network,
                ends.hierarchy_encoder(data_shape, levels, name="encoder", **common),
                ends.hierarchy_decoder(levels, decoded, name="decoder", **common),
            )
        posterior = posteriors.Hierarchy(levels, log_var_range)
        super().__init__(
            data_shape,
            posterior.latent_shape([]),
            fixed={"posterior": posterior, "prior": priors.Hierarchy()},
            network=network,
            likelihood=likelihood,
            **kwargs,
        )

    def _networks(self, network, data_shape, latent_dim, parts, condition_shape, dtype):
        return network.encoder_model, network.decoder_model
