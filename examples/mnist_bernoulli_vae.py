"""Bernoulli VAE on MNIST in [0, 1]: 784-200-z2-200-784, as in Kingma and Welling (2013).

    KERAS_VAE_DATA=<folder of mnist.npz> KERAS_BACKEND=jax python examples/mnist_bernoulli_vae.py

Where popular code differs:

- It scales the noise by exp(log_var), which is the variance; the deviation is exp(log_var / 2).
- It ends the decoder in a linear layer and calls cross-entropy as if that gave probabilities. Here
  the likelihood takes logits, in a form that neither overflows nor needs a clip.
- It takes means over pixels. Here reconstruction and KL are sums, in nats an image, so that the
  loss is the negative ELBO. (On grey values the cross-entropy is no normalised density: compare the
  number only with others of the same protocol.)
"""

from recipe import CROSS_ENTROPY, Recipe

import keras_vae

recipe = Recipe(__file__, epochs=50)
data = recipe.cut(keras_vae.datasets.mnist())

vae = keras_vae.models.BernoulliVAE(
    (28, 28), latent_dim=2, hidden=(200,), activation="tanh", seed=recipe.seed
)
vae.compile("adam")
recipe.fit(vae, data)

recipe.record(recipe.measure(vae, data), "MNIST, 60,000 / 10,000 test", CROSS_ENTROPY)
