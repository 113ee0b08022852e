"""beta-VAE with the continuous Bernoulli on Fashion-MNIST, against the misused Bernoulli.

    KERAS_VAE_DATA=<folder of fashion_mnist.npz> KERAS_BACKEND=tensorflow \
        python examples/fashion_mnist_continuous_bernoulli.py

Loaiza-Ganem and Cunningham (2019), arxiv.org/abs/1907.06845: the cross-entropy of grey values is no
log-density, for it lacks the normaliser log C. The same network (convolutions with batch norm and
SELU, eight latents, beta 2) is trained twice, once with each likelihood. To compare them, both must
be densities of grey values: the Bernoulli-trained decoder's outputs are put into the continuous
Bernoulli in two ways. As its parameter lambda, which only adds log C, and is what one gets who
leaves it out; and as its mean, by the lambda that has this mean, which is what cross-entropy fits.
The second is the fairer one, for it takes the outputs as what they were trained to be.

All ELBOs are at beta 1. Images are made continuous once, (255 x + u) / 256 with u uniform: exact
zeros, half of all pixels, would let a density grow without bound.

Where popular code differs: it shows sigmoid(logits) as the mean, which is the parameter lambda, too
dark and too bright at once. The manifold stands on the plane of the first two principal components
of the latents.
"""

import math

import keras
import numpy as np
from recipe import Recipe
from sklearn.decomposition import PCA

import keras_vae
from keras_vae.distributions import ContinuousBernoulli

recipe = Recipe(__file__, epochs=3)
noise = np.random.default_rng(0)
data = recipe.cut(keras_vae.datasets.fashion_mnist())
train, test = (
    part._replace(x=((255 * part.x + noise.random(part.x.shape)) / 256).astype("float32"))
    for part in (data.train, data.test)
)
data = data._replace(train=train, test=test)


def train_with(likelihood):
    """The network, trained with one of the two likelihoods."""
    vae = keras_vae.models.ConvVAE(
        (28, 28),
        latent_dim=8,
        filters=(16, 32, 32),
        strides=(2, 2, 1),
        batch_norm=True,
        activation="selu",
        dense=(64,),
        likelihood=likelihood,
        objective=keras_vae.objectives.ELBO(beta=2.0),
        seed=recipe.seed,
    )
    steps = recipe.epochs * math.ceil(len(train.x) / 100)
    vae.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.001, steps)))
    recipe.fit(vae, data, resume=True, run=likelihood)
    return vae


def logits_of_mean(mean):
    """The continuous Bernoulli's logits with a given mean, by a table of the mean itself."""
    table = np.linspace(-2000.0, 2000.0, 400_001)
    # Where the mean is 1 / 2, its formula divides by zero.
    near = np.where(np.abs(table) < 1e-3, 1e-3, table)
    return np.interp(mean, 0.5 + 0.5 / np.tanh(near / 2) - 1 / near, table)


def densities(vae):
    """ELBO of each test image under its decoder's density, by name, and the KL, all (images,)."""
    z = vae.encode(test.x, num_samples=1, seed=recipe.seed, verbose=0)[0]
    logits = np.concatenate(
        [
            keras.ops.convert_to_numpy(vae.likelihood(part, verbose=0).logits)
            for part in np.array_split(z, math.ceil(len(z) / 1000))
        ]
    )
    mean = 0.5 + 0.5 * np.tanh(logits.astype("float64") / 2)
    kl = keras_vae.distributions.kl_divergence(vae.posterior(test.x, verbose=0), vae.prior())

    def elbo(logits):
        density = ContinuousBernoulli(logits.astype("float32"), event_ndim=2)
        return keras.ops.convert_to_numpy(density.log_prob(test.x) - kl)

    return {"lambda": elbo(logits), "mean": elbo(logits_of_mean(mean))}


right, wrong = train_with("continuous_bernoulli"), train_with("bernoulli")
numbers = {
    f"test_{name}": value
    for name, value in right.evaluate(test.x, batch_size=1000, verbose=0, return_dict=True).items()
}
numbers["test_elbo"] = densities(right)["lambda"].mean()
for meaning, values in densities(wrong).items():
    numbers[f"bernoulli_outputs_as_{meaning}_test_elbo"] = values.mean()
for name, vae in (("", right), ("bernoulli_", wrong)):
    error = np.square(vae.reconstruct(test.x, verbose=0) - test.x).mean()
    numbers[f"{name}test_squared_error_per_pixel"] = error

z = right.encode(test.x, verbose=0)
pca = PCA(2).fit(z)
plane = pca.components_ * np.sqrt(pca.explained_variance_)[:, None]
recipe.save(keras_vae.plots.latent_scatter(z, labels=test.y), "latents")
recipe.save(
    keras_vae.plots.manifold(lambda u: right.decode(pca.mean_ + u @ plane, verbose=0), num=15),
    "manifold",
)
recipe.record(
    numbers,
    "Fashion-MNIST, 60,000 / 10,000 test, dequantized",
    "log-density of pixels in [0, 1], (255 x + u) / 256; nats an image; loss at beta 2, ELBO at 1",
)
