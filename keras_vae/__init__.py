"""The variational-autoencoder zoo for Keras 3."""

from types import ModuleType

from keras_vae import requirements

# isort: split
# After the requirements, which say what is missing before anything else fails.
from keras_vae import (
    callbacks,
    datasets,
    distributions,
    evaluation,
    flows,
    layers,
    likelihoods,
    models,
    networks,
    objectives,
    optimizers,
    posteriors,
    presets,
    priors,
    samplers,
    tables,
)
from keras_vae.models import VAE
from keras_vae.serialization import register
from keras_vae.version import __version__

__all__ = [
    "VAE",
    "__version__",
    "callbacks",
    "datasets",
    "distributions",
    "estimators",
    "evaluation",
    "flows",
    "layers",
    "likelihoods",
    "models",
    "networks",
    "objectives",
    "optimizers",
    "plots",
    "posteriors",
    "presets",
    "priors",
    "register",
    "samplers",
    "tables",
]

del requirements


def __getattr__(name: str) -> ModuleType:
    # Matplotlib and scikit-learn are optional and slow to import: plots and estimators are loaded
    # when first asked for.
    # `training` is the old place of callbacks and optimizers.
    if name in ("estimators", "plots", "training"):
        import importlib

        return importlib.import_module(f"keras_vae.{name}")
    raise AttributeError(f"module 'keras_vae' has no attribute {name!r}")
