"""Gaussian VAE on Frey Face, a variance for each pixel: 560-200-z2-200 (Kingma and Welling, 2013).

    KERAS_VAE_DATA=<folder of frey_face.npz> KERAS_BACKEND=jax \
        python examples/frey_face_gaussian_vae.py

Where popular code differs:

- Its decoder gives a log-variance without bounds, which pixels that hardly vary drive to minus
  infinity, and the loss with it. Here the likelihood bounds it smoothly, to deviations of at least
  0.0067.
- It mistakes exp(log_var) for the deviation, in the noise or in the density, and drops the
  constant log(2 pi) / 2. Here the loss is the negative ELBO with a normalised density, sums in nats
  an image. It is negative because a density may exceed 1.
- It shuffles neighbouring frames into both parts. Here the last 165 frames, a stretch of film of
  their own, are the test part, and nothing is chosen by them.
"""

from recipe import DENSITY, Recipe

import keras_vae

recipe = Recipe(__file__, epochs=30)
data = recipe.cut(keras_vae.datasets.frey_face())

vae = keras_vae.models.GaussianVAE(
    (28, 20),
    latent_dim=2,
    hidden=(200,),
    activation="tanh",
    likelihood="heteroscedastic_normal",
    seed=recipe.seed,
)
vae.compile("adam")
recipe.fit(vae, data)

numbers = recipe.measure(vae, data, num_samples=1000)
recipe.record(numbers, "Frey Face, first 1,800 / last 165 frames test", DENSITY)
