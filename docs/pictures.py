"""The three pictures of the README, made by the package on handwritten digits; half a minute.

KERAS_BACKEND=jax python docs/pictures.py
"""

from pathlib import Path

import keras
import numpy as np

import keras_vae

FOLDER = Path(__file__).parent / "pictures"


def framed(images):
    """Images in black frames, as these digits touch the edges of their 8x8 pixels."""
    return np.pad(images, [(0, 0), (1, 1), (1, 1)])


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
    }
    FOLDER.mkdir(exist_ok=True)
    for name, figure in pictures.items():
        figure.savefig(FOLDER / f"{name}.png", dpi=110)


if __name__ == "__main__":
    main()
