"""Scores of disentanglement, of arrays of codes and of true factors."""

from keras_vae.evaluation.disentanglement.beta_vae_score import beta_vae_score
from keras_vae.evaluation.disentanglement.dci import DCI, dci
from keras_vae.evaluation.disentanglement.factor_vae_score import factor_vae_score
from keras_vae.evaluation.disentanglement.irs import irs
from keras_vae.evaluation.disentanglement.mig import mig
from keras_vae.evaluation.disentanglement.modularity import modularity
from keras_vae.evaluation.disentanglement.sap import sap
from keras_vae.evaluation.disentanglement.scores import disentanglement_scores

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
