"""IWAE of 5 draws against the VAE on binarized MNIST: 784-200-200-z50, as Burda et al. (2015).

    KERAS_VAE_DATA=<folder of mnist.npz> KERAS_BACKEND=jax python examples/mnist_iwae.py

arxiv.org/abs/1509.00519. Their networks (two tanh layers of 200, output biases that start at the
pixels' means, Adam with epsilon 1e-4) and their data: all 60,000 training images, with new bits at
each step. Their schedule is 3,280 epochs in batches of 20; this one is 60 epochs in batches of 100,
with Adam at 0.002 down to almost nothing along a cosine, a 270th of their steps. Test images are
binarized once (the VampPrior paper's bits), where Burda et al. draw them anew.

log p(x) is bounded by importance sampling: with S = 5,000 on every tenth test image (the first half
of the test part is easier than the second), with S = 500 on all. Both models see the same images,
so that their difference is much surer than either number.
"""

import math

import keras
import numpy as np
from recipe import BITS, Recipe

import keras_vae

recipe = Recipe(__file__, epochs=60)
test = keras_vae.datasets.binarized_mnist("fixed").test
data = recipe.cut(keras_vae.datasets.mnist()._replace(test=test))
x_test = data.test.x
mean = data.train.x.mean(axis=0).ravel().clip(0.001, 0.999)


def train(num_samples):
    """A model trained on the bound of so many draws."""
    vae = keras_vae.models.IWAE(
        (28, 28),
        latent_dim=50,
        num_samples=num_samples,
        hidden=(200, 200),
        activation="tanh",
        seed=recipe.seed,
    )
    vae.decoder.weights[-1].assign(np.log(mean / (1 - mean)))
    steps = recipe.epochs * math.ceil(len(data.train.x) / 100)
    rate = keras.optimizers.schedules.CosineDecay(0.002, steps, alpha=0.01)
    vae.compile(keras.optimizers.Adam(rate, epsilon=1e-4))
    recipe.fit(
        vae,
        data,
        resume=True,
        run=f"k-{num_samples}",
        binarize="dynamic",
        validation_freq=10,
    )
    return vae


def measure(vae):
    """Negative log-likelihoods (images,) by name, and how many latents the encoder uses."""
    some = vae.log_likelihood(x_test[::10], num_samples=5000, seed=recipe.seed, verbose=0)
    every = vae.log_likelihood(x_test, num_samples=500, seed=recipe.seed, verbose=0)
    # Active units, as Burda et al. count them: the mean moves with x.
    active = (vae.encode(x_test, verbose=0).var(axis=0) > 0.01).sum()
    return {"nll_5000_draws_1000_images": -some, "nll_500_draws": -every}, active


numbers, found = {}, {}
for k in (1, 5):
    found[k], numbers[f"k_{k}_active_units"] = measure(train(k))
    numbers.update({f"k_{k}_{name}": values.mean() for name, values in found[k].items()})
for name in found[1]:
    gain = found[1][name] - found[5][name]
    numbers[f"gain_of_k_5_{name}"] = gain.mean()
    numbers[f"standard_error_of_the_gain_{name}"] = gain.std() / np.sqrt(len(gain))
recipe.record(numbers, "MNIST, 60,000 with dynamic bits / 10,000 test with fixed bits", BITS)
