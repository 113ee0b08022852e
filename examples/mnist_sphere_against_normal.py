"""Latents on a sphere against normal ones, five dimensions, as Davidson et al. (2018), table 1.

    KERAS_VAE_DATA=<folder of mnist.npz> KERAS_BACKEND=jax \
        python examples/mnist_sphere_against_normal.py

arxiv.org/abs/1804.00891. Their networks (784-256-128 and back, ReLU), their batches of 64, and
log p(x) by importance sampling with S = 500. They keep Adam at 0.001 and stop when the validation
images have not improved for some time; here it falls from 0.002 along a cosine. Training images
have new bits at each step; validation and test images are binarized once.

The sphere of five dimensions lies in six: `latent_dim=6`. (A popular version of this model counts
coordinates, and so compares a sphere of four dimensions with five normal latents.)
"""

import math

import keras
from recipe import BITS, Recipe

import keras_vae

recipe = Recipe(__file__, epochs=100)
data = recipe.cut(keras_vae.datasets.binarized_mnist("fixed"))
common = {"hidden": (256, 128), "activation": "relu", "seed": recipe.seed}
models = {
    "normal": keras_vae.models.BernoulliVAE((28, 28), latent_dim=5, **common),
    "sphere": keras_vae.models.SVAE((28, 28), latent_dim=6, **common),
}

numbers = {}
for name, vae in models.items():
    steps = recipe.epochs * math.ceil(len(data.train.x) / 64)
    vae.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.002, steps)))
    recipe.fit(
        vae,
        data,
        resume=True,
        batch_size=64,
        run=name,
        binarize="dynamic",
        validation_data=(data.validation.x,),
        validation_freq=5,
    )
    terms = vae.evaluate(data.test.x, batch_size=1000, verbose=0, return_dict=True)
    numbers.update({f"{name}_test_{term}": value for term, value in terms.items()})
    log_p = vae.log_likelihood(data.test.x, num_samples=500, seed=recipe.seed, verbose=0)
    numbers[f"{name}_nll_500_draws"] = -log_p.mean()

recipe.record(numbers, "MNIST, 50,000 with dynamic bits / 10,000 / 10,000 test, fixed bits", BITS)
