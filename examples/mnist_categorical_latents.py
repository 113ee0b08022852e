"""Twenty latents of ten categories, trained through Gumbel-softmax, as Jang et al. (2016), table 1.

    KERAS_VAE_DATA=<folder of binarized_mnist.npz> KERAS_BACKEND=jax \
        python examples/mnist_categorical_latents.py

arxiv.org/abs/1611.01144, 784-(20 x 10)-200: logits straight from the pixels, and a decoder of one
hidden layer of 200 (ReLU; the paper does not name its activation), on Larochelle's static bits. The
objective is theirs: the reconstruction at a relaxed draw and the KL of the categorical. Their
temperature falls as max(0.5, exp(-rt)); theirs is SGD with momentum, here it is Adam down a cosine.
Rate and temperature were chosen on the validation images; `README.md` says among which.

The bound is that of the discrete model, whose draws are one-hot: a popular version evaluates the
relaxed one, which looks better by many nats and bounds nothing. With m = 1000 it is measured on
every 20th test image (they are sorted by digit), and carried over to all of them by the difference
to the bound with m = 10, which all of them have.
"""

import math

import keras
import numpy as np
from recipe import BITS, Recipe

import keras_vae
from keras_vae import networks, posteriors

recipe = Recipe(__file__, epochs=40)
data = recipe.cut(keras_vae.datasets.binarized_mnist("static"))
mean = data.train.x.mean(axis=0).ravel().clip(0.001, 0.999)

encoder = networks.mlp((28, 28), {"logits": (20, 10)}, hidden=())
decoder = networks.mlp((20, 10), {"logits": (28, 28)}, hidden=(200,), activation="relu")
decoder.weights[-1].assign(np.log(mean / (1 - mean)))
vae = keras_vae.VAE(
    encoder,
    decoder,
    posterior=posteriors.GumbelSoftmax(10),
    prior="uniform_categorical",
    likelihood="bernoulli",
    seed=recipe.seed,
)
steps = recipe.epochs * math.ceil(len(data.train.x) / 100)
rate = keras.optimizers.schedules.CosineDecay(0.003, steps, alpha=0.01)
vae.compile(keras.optimizers.Adam(rate))
cooling = keras_vae.callbacks.TemperatureSchedule(rate=1.4 / recipe.epochs, stop=0.5)
recipe.fit(
    vae,
    data,
    callbacks=[cooling],
    resume=True,
    validation_data=(data.validation.x,),
    validation_freq=10,
)


def bound(part, num_samples):
    """Negative bound of each image, (images,)."""
    return -vae.log_likelihood(part, num_samples=num_samples, seed=recipe.seed, verbose=0)


few, some = bound(data.test.x, 10), bound(data.test.x[::20], 1000)
gain = some - few[::20]
terms = vae.evaluate(data.validation.x, batch_size=1000, verbose=0, return_dict=True)
numbers = {f"validation_{name}": value for name, value in terms.items()}
numbers["nll_10_draws"] = few.mean()
numbers["nll_1000_draws_500_images"] = some.mean()
numbers["nll_1000_draws"] = few.mean() + gain.mean()
numbers["standard_error_of_carrying_over"] = gain.std() / math.sqrt(len(gain))
recipe.record(numbers, "static binarized MNIST, 50,000 / 10,000 / 10,000 test", BITS)
