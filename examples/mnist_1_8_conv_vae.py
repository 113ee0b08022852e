"""Convolutional VAE on the digits 1 and 8: convolutions 32-64(stride 2)-64-64, dense 32, z4.

    KERAS_VAE_DATA=<folder of mnist.npz> python examples/mnist_1_8_conv_vae.py

Where popular code differs:

- Its KL is a mean over latents with weight 5e-4, against a cross-entropy that is a mean over
  pixels: an autoencoder with next to no prior, whose loss of about 0.11 bounds nothing. Here the
  loss is the negative ELBO, sums in nats an image; the reconstruction a pixel is divided out of it
  for comparison.
- Its loss layer returns its input, so `predict` gives back the very image it was given. Here
  `predict` decodes the posterior's mean.
- It scales the noise by exp(log_var), which is the variance; the deviation is exp(log_var / 2).

The decoder mirrors the encoder with transposed convolutions. In 10 epochs the number of steps is
what counts: batches of 32, and Adam at 0.002 down to almost nothing along a cosine. (Batches of 100
at 0.001 end at 0.127 nats a pixel.) A killed run goes on where it stopped.
"""

import math

import keras
from recipe import CROSS_ENTROPY, Recipe

import keras_vae

recipe = Recipe(__file__, epochs=10)
data = recipe.cut(keras_vae.datasets.mnist(classes=(1, 8)))
shape = data.train.x.shape[1:]

vae = keras_vae.models.ConvVAE(
    shape, latent_dim=4, filters=(32, 64, 64, 64), strides=(1, 2, 1, 1), seed=recipe.seed
)
steps = recipe.epochs * math.ceil(len(data.train.x) / 32)
rate = keras.optimizers.schedules.CosineDecay(0.002, steps, alpha=0.02)
vae.compile(keras.optimizers.Adam(rate))
recipe.fit(vae, data, resume=True, batch_size=32)

numbers = recipe.measure(vae, data, num_images=500)
numbers["test_reconstruction_per_pixel"] = numbers["test_reconstruction"] / math.prod(shape)
recipe.record(numbers, "MNIST, digits 1 and 8: 12,593 / 2,109 test", CROSS_ENTROPY)
