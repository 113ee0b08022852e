"""Matplotlib figures of models and of numbers, each in one call; ways to explore latents; a report.

Every figure is returned, and nothing is shown or written: a notebook shows the figure that ends a
cell, and `figure.savefig("figure.png")` writes it.
"""

try:
    import matplotlib  # noqa: F401
except ImportError as error:
    raise ImportError("keras_vae.plots needs Matplotlib: pip install keras_vae[plots]") from error

from keras_vae.plots.codebook_usage import codebook_usage
from keras_vae.plots.density import density
from keras_vae.plots.explore import explore
from keras_vae.plots.explore_html import explore_html
from keras_vae.plots.interpolations import interpolations
from keras_vae.plots.kl_bars import kl_bars
from keras_vae.plots.latent_scatter import latent_scatter
from keras_vae.plots.loss_curves import loss_curves
from keras_vae.plots.manifold import manifold
from keras_vae.plots.posteriors import posteriors
from keras_vae.plots.rate_distortion import rate_distortion
from keras_vae.plots.reconstructions import reconstructions
from keras_vae.plots.report import report_html
from keras_vae.plots.samples import samples
from keras_vae.plots.snapshots import Snapshots
from keras_vae.plots.traversals import traversals

__all__ = [
    "reconstructions",
    "samples",
    "manifold",
    "traversals",
    "interpolations",
    "latent_scatter",
    "posteriors",
    "kl_bars",
    "rate_distortion",
    "density",
    "codebook_usage",
    "loss_curves",
    "Snapshots",
    "explore",
    "explore_html",
    "report_html",
]
