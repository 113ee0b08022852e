"""Matplotlib figures of models and of numbers, each in one call.

Every function returns its figure; to show it or to save it is the caller's business. In a notebook,
keep the figure in a variable, or it is shown twice.
"""

try:
    import matplotlib  # noqa: F401
except ImportError as error:
    raise ImportError("keras_vae.plots needs Matplotlib: pip install keras_vae[plots]") from error

from keras_vae.plots.latent_scatter import latent_scatter
from keras_vae.plots.loss_curves import loss_curves
from keras_vae.plots.manifold import manifold
from keras_vae.plots.reconstructions import reconstructions
from keras_vae.plots.samples import samples

__all__ = [
    "reconstructions",
    "samples",
    "manifold",
    "latent_scatter",
    "loss_curves",
]
