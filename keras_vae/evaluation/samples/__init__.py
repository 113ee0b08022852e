"""How generated examples and reconstructions compare with real ones."""

from keras_vae.evaluation.samples.classifier import extract_features, train_classifier
from keras_vae.evaluation.samples.classifier_fid import classifier_fid, frechet_distance
from keras_vae.evaluation.samples.memorisation import Memorisation, memorisation
from keras_vae.evaluation.samples.mmd import mmd
from keras_vae.evaluation.samples.precision_recall import PrecisionRecall, precision_recall
from keras_vae.evaluation.samples.reconstruction import (
    ReconstructionQuality,
    reconstruction_quality,
)
from keras_vae.evaluation.samples.shuffled import shuffled_elements
from keras_vae.evaluation.samples.similarity import mse, psnr, ssim

__all__ = [
    "train_classifier",
    "extract_features",
    "classifier_fid",
    "frechet_distance",
    "PrecisionRecall",
    "precision_recall",
    "mmd",
    "mse",
    "psnr",
    "ssim",
    "ReconstructionQuality",
    "reconstruction_quality",
    "Memorisation",
    "memorisation",
    "shuffled_elements",
]
