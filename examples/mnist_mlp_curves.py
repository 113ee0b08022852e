"""Bernoulli VAE on MNIST, 784-512-256-z2-256-512-784, with its training and test curves.

    KERAS_VAE_DATA=<folder of mnist.npz> KERAS_BACKEND=jax python examples/mnist_mlp_curves.py

Where popular code differs:

- It draws a training curve with a weighted KL or a mean over pixels, beside a test curve with
  another. Here both are the negative ELBO in nats an image, and its two terms have a panel each.
- It reports the best epoch of the test curve. Here the last epoch counts. (The training curve is a
  mean over an epoch in which the weights move, so early on it lies above the test curve.)
- It scales the noise by exp(log_var), which is the variance; the deviation is exp(log_var / 2).
"""

from recipe import CROSS_ENTROPY, Recipe

import keras_vae

recipe = Recipe(__file__, epochs=40)
data = recipe.cut(keras_vae.datasets.mnist())

vae = keras_vae.models.BernoulliVAE(
    (28, 28), latent_dim=2, hidden=(512, 256), activation="relu", seed=recipe.seed
)
vae.compile("adam")
recipe.fit(vae, data)

recipe.save(keras_vae.plots.loss_curves(recipe.history), "curves")
recipe.record(recipe.measure(vae, data), "MNIST, 60,000 / 10,000 test", CROSS_ENTROPY)
