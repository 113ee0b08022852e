"""Which models have a bound, or a density at all."""

from typing import Any

from keras_vae.distributions import Density
from keras_vae.evaluation.checks import NotApplicable


def check_likelihood(owner: Any, model: Any) -> Any:
    """Raise `NotApplicable` if the model's likelihood is not a density."""
    if not model.likelihood_layer.is_density:
        raise NotApplicable(
            f"{owner} needs a likelihood that is a density. Received: "
            f"likelihoods.{type(model.likelihood_layer).__name__}, whose log_prob is a weighted "
            "distance, and no nats"
        )


def check_posterior(owner: Any, posterior: Any) -> Any:
    """Raise `NotApplicable` if the posterior, a distribution, has no density, as a single point."""
    if posterior.traits.density is Density.NONE:
        raise NotApplicable(
            f"{owner} needs a posterior with a density. Received: posteriors.Deterministic, a "
            "single point, which has no KL and no bound"
        )


def check_prior(owner: str, model: Any) -> None:
    """Raise `NotApplicable` if the model's prior draws latents, and has no density."""
    if not model.prior_layer.has_density:
        raise NotApplicable(
            f"{owner} needs a prior with a density. Received: "
            f"priors.{type(model.prior_layer).__name__}, which draws latents and cannot score them"
        )
