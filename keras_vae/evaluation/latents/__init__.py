"""What the latents of a model carry."""

from keras_vae.evaluation.latents.active_units import ActiveUnits, active_units
from keras_vae.evaluation.latents.kl_per_dimension import kl_per_dimension
from keras_vae.evaluation.latents.kl_per_level import kl_per_level
from keras_vae.evaluation.latents.rate_decomposition import RateDecomposition, rate_decomposition

__all__ = [
    "ActiveUnits",
    "active_units",
    "kl_per_dimension",
    "kl_per_level",
    "RateDecomposition",
    "rate_decomposition",
]
