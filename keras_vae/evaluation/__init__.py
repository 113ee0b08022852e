"""Numbers from a model and data, or from arrays."""

from keras_vae.evaluation.disentanglement import (
    DCI,
    beta_vae_score,
    dci,
    disentanglement_scores,
    factor_vae_score,
    irs,
    mig,
    modularity,
    sap,
)

__all__ = [
    "mig",
    "sap",
    "DCI",
    "dci",
    "factor_vae_score",
    "beta_vae_score",
    "modularity",
    "irs",
    "disentanglement_scores",
]
