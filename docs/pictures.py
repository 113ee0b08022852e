"""The pictures of the README and the site, by presets and their test images; half a minute.

KERAS_VAE_DATA=<folder of the data sets> KERAS_BACKEND=torch python docs/pictures.py
"""

from pathlib import Path

import keras
import matplotlib.pyplot as plt
import numpy as np

import keras_vae

PRESETS = (
    "vae_burda",
    "vamp_vae_mnist",
    "hierarchical_vae_mnist",
    "vamp_vae_fashion",
    "fsq_vae_fashion",
)
FOLDER = Path(__file__).parent / "pictures"


def samples_of_presets(num_samples=20):
    """Figure of draws from the priors of `PRESETS`, a row for each, nothing chosen among them."""
    figure, ax = plt.subplots(figsize=(9, 2.5), layout="constrained")
    rows = []
    for name in PRESETS:
        vae = keras_vae.VAE.from_preset(name)
        rows.append(np.concatenate(list(vae.generate(num_samples, seed=0)), axis=1))
    ax.imshow(np.concatenate(rows), cmap="gray", vmin=0, vmax=1)
    ax.set(xticks=[], yticks=14 + 28 * np.arange(len(rows)))
    ax.set_yticklabels(PRESETS)
    return figure


def reconstructions(name, dataset, count=12):
    """Figure of test images and what a preset makes of them, the first ones, none chosen."""
    images = dataset().test.x[:count]
    vae = keras_vae.VAE.from_preset(name)
    return keras_vae.plots.reconstructions(images, vae.reconstruct(images, verbose=0))


def main():
    """Write `docs/pictures/*.png`."""
    keras.utils.set_random_seed(0)
    plane, test = keras_vae.VAE.from_preset("vae_mnist_2d"), keras_vae.datasets.mnist().test
    shown = slice(4000)
    pictures = {
        "reconstructions": reconstructions("conv_vae_fashion_8d", keras_vae.datasets.fashion_mnist),
        "latents": keras_vae.plots.latent_scatter(
            plane.encode(test.x[shown], verbose=0), labels=test.y[shown]
        ),
        "manifold": keras_vae.plots.manifold(plane),
        "presets": samples_of_presets(),
    }
    FOLDER.mkdir(exist_ok=True)
    for name, figure in pictures.items():
        figure.savefig(FOLDER / f"{name}.png", dpi=110)


if __name__ == "__main__":
    main()
