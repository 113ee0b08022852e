"""Gaussian VAE on Frey Face with the optimal deviation, 560-200-z2-200 (Rybkin et al., 2021).

    KERAS_VAE_DATA=<folder of frey_face.npz> KERAS_BACKEND=jax \
        python examples/frey_face_optimal_sigma_vae.py

Where popular code differs:

- It takes the mean squared error for the reconstruction, which is a deviation of 1: for data in
  [0, 1] that leaves the latents nothing to say. Or it weighs the KL by hand until the pictures look
  good. Here one deviation for all pixels is the root of the mean squared error, its closed-form
  optimum, and the loss stays a negative ELBO.
- It fits that deviation to the test batch as well, so that the density depends on what it scores.
  Here evaluation uses the running average of the training batches.
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
    likelihood="optimal_normal",
    seed=recipe.seed,
)
vae.compile("adam")
recipe.fit(vae, data)

numbers = recipe.measure(vae, data, num_samples=1000)
numbers["deviation"] = vae.likelihood_layer.variance**0.5
recipe.record(numbers, "Frey Face, first 1,800 / last 165 frames test", DENSITY)
