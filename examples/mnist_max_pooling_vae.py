"""Convolutional VAE with max pooling on MNIST: 16-16-32, dense 32, z2, and its manifold.

    KERAS_VAE_DATA=<folder of mnist.npz> python examples/mnist_max_pooling_vae.py

Where popular code differs:

- Its KL is a mean over latents with weight 5e-4, so the latents lie anywhere, and the grid it draws
  is not where the prior is. Here the loss is the negative ELBO, and the manifold stands at
  quantiles of the prior, in steps of equal probability.
- It scales the noise by exp(log_var), which is the variance; the deviation is exp(log_var / 2).
- It gets from maps of 4x4 back to 28x28 by leaving out the padding of one convolution. Here maps of
  4, 7, 14 and 28 a side are enlarged, and cropped where pooling had rounded up.

A 2x2 pooling follows each convolution; the decoder mirrors them by nearest-neighbour upsampling. A
killed run goes on where it stopped.
"""

from recipe import CROSS_ENTROPY, Recipe

import keras_vae

recipe = Recipe(__file__, epochs=10)
data = recipe.cut(keras_vae.datasets.mnist())

vae = keras_vae.models.ConvVAE(
    (28, 28),
    latent_dim=2,
    filters=(16, 16, 32),
    strides=(2, 2, 2),
    pooling="max",
    seed=recipe.seed,
)
vae.compile("adam")
recipe.fit(vae, data, resume=True)

recipe.save(keras_vae.plots.manifold(vae, num=15), "manifold")
numbers = recipe.measure(vae, data, num_images=500)
recipe.record(numbers, "MNIST, 60,000 / 10,000 test", CROSS_ENTROPY)
