"""The three pictures of the README, and samples of the presets; half a minute.

KERAS_BACKEND=jax python docs/pictures.py
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


def framed(images):
    """Images in black frames, as these digits touch the edges of their 8x8 pixels."""
    return np.pad(images, [(0, 0), (1, 1), (1, 1)])


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


def main():
    """Train one model, and write `docs/pictures/*.png`."""
    keras.utils.set_random_seed(0)
    train, validation, test = keras_vae.datasets.digits(num_validation=200)
    vae = keras_vae.models.BernoulliVAE((8, 8), latent_dim=2, seed=0)
    vae.compile(keras.optimizers.Adam(2e-3))
    vae.fit(train.x, validation_data=(validation.x,), epochs=150, batch_size=64, verbose=0)
    pictures = {
        "reconstructions": keras_vae.plots.reconstructions(test.x, vae.reconstruct(test.x)),
        "latents": keras_vae.plots.latent_scatter(vae.encode(test.x), labels=test.y),
        "manifold": keras_vae.plots.manifold(lambda z: framed(vae.decode(z, verbose=0))),
        "presets": samples_of_presets(),
    }
    FOLDER.mkdir(exist_ok=True)
    for name, figure in pictures.items():
        figure.savefig(FOLDER / f"{name}.png", dpi=110)


if __name__ == "__main__":
    main()
