"""Handwritten digits: train a variational autoencoder, look at it, measure it, keep it.

Takes about a minute and downloads nothing; the pictures go to the folder `output`.

    python -m keras_vae.quickstart                      # on TensorFlow, Keras' default
    KERAS_BACKEND=jax python -m keras_vae.quickstart    # or on jax, or torch
"""

from pathlib import Path

import keras
import numpy as np

import keras_vae


def main() -> None:
    """Train, draw, measure, save."""
    keras.utils.set_random_seed(0)  # the same first weights and the same batches in every run
    output = Path("output")
    output.mkdir(exist_ok=True)

    # 1,797 images of 8x8 pixels with values in [0, 1]. The labels `y` only colour a picture below.
    train, validation, test = keras_vae.datasets.digits(num_validation=200)

    # The encoder says for each image where in a plane of two latents it lies, as a normal
    # distribution; the decoder draws the image again from a point of that distribution.
    vae = keras_vae.models.BernoulliVAE(data_shape=(8, 8), latent_dim=2, seed=0)
    vae.compile(keras.optimizers.Adam(2e-3))

    # In nats an image, lower is better:
    #   reconstruction   how badly the decoder draws the image again
    #   kl               how much the latents tell about the image, beyond what the prior knows
    #   loss             their sum, the negative evidence lower bound (ELBO): about 24 at the end
    history = vae.fit(train.x, validation_data=(validation.x,), epochs=150, batch_size=64)

    pictures = {
        "loss": keras_vae.plots.loss_curves(history),
        "reconstructions": keras_vae.plots.reconstructions(test.x, vae.reconstruct(test.x)),
        "latents": keras_vae.plots.latent_scatter(vae.encode(test.x), labels=test.y),
        "manifold": keras_vae.plots.manifold(lambda z: framed(vae.decode(z))),
        "samples": keras_vae.plots.samples(vae.generate(64, seed=0)),
    }
    for name, figure in pictures.items():
        figure.savefig(output / f"{name}.png", dpi=150)

    # How probable does the model find images that it has never seen? The mean of log p(x) over the
    # test images, each an average over 1,000 draws of z, with the standard error of those draws.
    log_p, error = vae.log_likelihood(test.x, num_samples=1000, seed=0, return_standard_error=True)
    error = np.sqrt(np.sum(error**2)) / len(error)
    print(f"log p(x) = {log_p.mean():.2f} +- {error:.3f} nats (expect -23.5, give or take 0.2)")

    # One file holds the network, the weights and the optimizer, for every backend.
    vae.save(output / "digits.keras")
    loaded = keras.saving.load_model(output / "digits.keras")
    largest = np.max(np.abs(loaded.encode(test.x) - vae.encode(test.x)))
    print(f"Saved and loaded: the latents differ by {largest:.1g}")
    print(f"See {output}: {', '.join(sorted(p.name for p in output.iterdir()))}")


def framed(images: np.ndarray) -> np.ndarray:
    """Images in black frames, as these digits touch the edges of their 8x8 pixels."""
    return np.pad(images, [(0, 0), (1, 1), (1, 1)])


if __name__ == "__main__":
    main()
