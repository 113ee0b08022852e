"""The variational-autoencoder zoo for Keras 3."""

from keras_vae import requirements

# isort: split
# After the requirements, which say what is missing before anything else fails.
from keras_vae import (
    datasets,
    distributions,
    evaluation,
    flows,
    layers,
    likelihoods,
    models,
    networks,
    objectives,
    posteriors,
    presets,
    priors,
    samplers,
    training,
)
from keras_vae.models import VAE
from keras_vae.serialization import register
from keras_vae.version import __version__

__all__ = [
    "VAE",
    "__version__",
    "datasets",
    "distributions",
    "evaluation",
    "flows",
    "layers",
    "likelihoods",
    "models",
    "networks",
    "objectives",
    "plots",
    "posteriors",
    "presets",
    "priors",
    "register",
    "samplers",
    "training",
]

del requirements


def __getattr__(name):
    # Matplotlib is optional and slow to import: the plots are loaded when first asked for.
    if name == "plots":
        import importlib

        return importlib.import_module("keras_vae.plots")
    raise AttributeError(f"module 'keras_vae' has no attribute {name!r}")
