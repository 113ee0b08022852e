"""`python tests/plots/gallery.py`: write the reference images that the figures are compared with.

Every figure is drawn from numbers, without a model, so that it is the same on every machine. Look
at the images before you commit them.
"""

from pathlib import Path

import matplotlib
import matplotlib.style
import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from keras_vae import datasets, plots
from keras_vae.plots.figures import pixels

FOLDER = Path(__file__).parent / "references"
DPI = 60


def blobs(z):
    """Images of 12x12 pixels of a blob: latents move it right and up, and make it wide."""
    z = np.pad(np.asarray(z, "float64"), [(0, 0), (0, max(0, 3 - z.shape[1]))])
    up, right = np.mgrid[1:-1:12j, -1:1:12j][:, None]
    squared = (right - z[:, 0, None, None] / 3) ** 2 + (up - z[:, 1, None, None] / 3) ** 2
    return np.exp(-squared / (0.12 * np.exp(z[:, 2, None, None] / 2)))


def coloured(z):
    """The blobs in red, green or blue, as the first latent says."""
    shade = np.exp(-((np.arange(3) - 1 - z[:, :1]) ** 2))[:, None, None]
    return blobs(z)[..., None] * shade


def waves(z):
    """Curves of 50 points, whose frequency and height are the latents."""
    t = np.linspace(0, 2 * np.pi, 50)
    return np.exp(z[:, 1:2] / 4) * np.sin((1 + z[:, :1] / 4) * t)


def clusters(count=600, size=2):
    """Latents around one of five centres, and the number of the centre."""
    generator = np.random.default_rng(0)
    labels = generator.integers(5, size=count)
    centres = 1.5 * generator.normal(size=(5, size))
    return centres[labels] + 0.4 * generator.normal(size=(count, size)), labels


def _latents(count, size=2):
    return np.random.default_rng(1).normal(size=(count, size))


def _curves():
    epochs = np.arange(40)
    kl, reconstruction = 9 * (1 - np.exp(-epochs / 5)), 25 + 40 * np.exp(-epochs / 6)
    curves = {"loss": kl + reconstruction, "reconstruction": reconstruction, "kl": kl}
    return {**curves, **{f"val_{name}": 1.03 * values for name, values in curves.items()}}


def _reconstructions():
    x = blobs(_latents(10, 3))
    return plots.reconstructions(x, np.clip(0.8 * x + 0.1, 0, 1))


def _interpolations():
    a, b = _latents(4, 3), -_latents(4, 3)
    x = np.stack([blobs(a + t * (b - a)) for t in np.linspace(0, 1, 7)], axis=1)
    return plots.interpolations(x, blobs(a), blobs(b))


def _posteriors():
    means, labels = clusters()
    return plots.posteriors(means, means + 0.5 * _latents(len(means)), labels)


def _density():
    x = datasets.eight_gaussians(4000)
    named = {"close": x + 0.1, "one too wide": 1.6 * _latents(4000)}
    return plots.density(x, named, log_prob=datasets.eight_gaussians_log_prob)


def _rate_distortion():
    curves = _curves()
    path = (curves["kl"], curves["reconstruction"])
    points = {f"beta = {beta}": (9 / beta, 24 + 3 * np.log(beta)) for beta in (1, 2, 4)}
    return plots.rate_distortion({"training": path, **points})


def _codebook_usage():
    codes = np.random.default_rng(0).geometric([0.05, 0.2], size=(2000, 2)) - 1
    return plots.codebook_usage(np.minimum(codes, 63), 64, num_levels=2)


def _contact_sheet():
    snapshots = plots.Snapshots(lambda scale: blobs(scale * _latents(16, 3)))
    for epoch in range(6):
        snapshots.set_model(epoch / 5)
        snapshots.on_train_begin() if epoch == 0 else snapshots.on_epoch_end(epoch - 1)
    return snapshots.contact_sheet()


def _kl_bars():
    kl = np.array([0.002, 4.1, 1.3, 0.004, 2.7, 0.3, 0.001, 3.3])
    return plots.kl_bars(kl, active=kl > 0.01)


def _many_labels():
    z = _latents(400)
    return plots.latent_scatter(z, labels=z[:, 0] ** 2)


#: name of the reference image -> what draws the figure
FIGURES = {
    "reconstructions": _reconstructions,
    "samples": lambda: plots.samples(blobs(_latents(25, 3))),
    "samples_in_colour": lambda: plots.samples(coloured(_latents(8, 3)), columns=4),
    "manifold": lambda: plots.manifold(blobs, num=9),
    "manifold_of_three": lambda: plots.manifold(coloured, num=7, dims=(0, 2), fixed=[0, 1, 0]),
    "traversals": lambda: plots.traversals(blobs, z=[0, 0, 0], kl=[1.2, 0.5, 2.5], num=9),
    "traversals_of_curves": lambda: plots.traversals(waves, num=7),
    "interpolations": _interpolations,
    "latent_scatter": lambda: plots.latent_scatter(*clusters()),
    "latent_scatter_by_number": _many_labels,
    "latent_scatter_of_five": lambda: plots.latent_scatter(*clusters(size=5)),
    "posteriors": _posteriors,
    "kl_bars": _kl_bars,
    "rate_distortion": _rate_distortion,
    "density": _density,
    "codebook_usage": _codebook_usage,
    "loss_curves": lambda: plots.loss_curves(_curves()),
    "contact_sheet": _contact_sheet,
}


def draw(name):
    """A figure of the gallery as bytes, (height, width, 3), in Matplotlib's own style."""
    with matplotlib.style.context("default"):
        return pixels(FIGURES[name](), DPI)


def version():
    """Matplotlib's version without its last part: between two, fonts and layouts may differ."""
    return ".".join(matplotlib.__version__.split(".")[:2])


def main():
    """Write all reference images, each with the version that drew it."""
    FOLDER.mkdir(exist_ok=True)
    about = PngInfo()
    about.add_text("Matplotlib", version())
    for name in FIGURES:
        path = FOLDER / f"{name}.png"
        Image.fromarray(draw(name)).save(path, optimize=True, pnginfo=about)


if __name__ == "__main__":
    main()
