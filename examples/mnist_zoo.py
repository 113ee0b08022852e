"""The fully connected models of the zoo side by side, on MNIST.

    KERAS_VAE_DATA=<folder of mnist.npz> python examples/mnist_zoo.py

All have one hidden layer of 256 units in either network, 16 latents where that is theirs to choose,
Adam at 0.001, batches of 200 and 10 epochs: few, so that the table says what each model gives soon,
with its defaults, and not what it can give. `--only WAE RAE` trains these alone.

Measured on the test part: the squared error of reconstructed images; `evaluation.classifier_fid`,
the Frechet distance in 64 features of a small classifier trained here, of reconstructions, of
images from the model's prior, and of images from a mixture of ten normals fitted to its latents;
and the share of test digits that a linear probe of the latents tells, having learned from 10,000
training images. The distances compare with each other, and with no paper's FID. A squared error is
the whole loss of models with the unit normal likelihood, and not that of the Bernoulli ones.
"""

import functools
import time

import keras
import matplotlib.pyplot as plt
import numpy as np
from recipe import Recipe

import keras_vae
from keras_vae import evaluation, models, samplers
from keras_vae.callbacks import LinearCapacity

NUM_PROBED = 10_000
NUM_LATENTS = 20_000
NUM_SHOWN = 16

# Models whose latents are no vector of 16 numbers, or whose layers go by other names.
OWN_SIZES = {
    "BinaryVAE": {},
    "CategoricalVAE": {},
    "HierarchicalVAE": {"latent_dims": (16, 16), "hidden": (256,)},
    "SVAE": {"latent_dim": 11},
    "PowerSphericalVAE": {"latent_dim": 11},
    "PoincareVAE": {"latent_dim": 5},
    "SparseAutoencoder": {"latent_dim": 64},
    "TwoLayerVAE": {"latent_dims": (16, 16), "hidden": (256,), "top_hidden": (100,)},
    "VampVAE": {"latent_dim": 16, "num_components": 100, "hidden": (256,)},
}
COMMON = (
    "AdversarialAutoencoder AnnealedVAE Autoencoder BernoulliVAE BetaTCVAE BetaVAE CIWAE DIPVAE "
    "DenoisingAutoencoder FactorVAE GaussianVAE IAFVAE IWAE InfoVAE JointVAE MAFPriorVAE MIWAE "
    "PIWAE PlanarVAE RAE RadialVAE RealNVPPriorVAE SlicedWAE SylvesterVAE VRVAE VaDE WAE"
).split()
FEWER_DRAWS = {
    "CIWAE": {"num_samples": 8},
    "IWAE": {"num_samples": 8},
    "MIWAE": {"num_samples": 4, "num_estimates": 2},
    "PIWAE": {"num_samples": 4, "num_estimates": 2},
    "VRVAE": {"num_samples": 8},
}
SETTINGS = {
    **{name: {"latent_dim": 16, **FEWER_DRAWS.get(name, {})} for name in COMMON},
    **OWN_SIZES,
}


def callbacks(name, epochs):
    """The schedules without which a model is not the one of its paper."""
    if name == "AnnealedVAE":
        return [LinearCapacity(epochs)]
    if name == "JointVAE":
        variables = ("continuous_capacity", "discrete_capacity")
        return [LinearCapacity(epochs, stop=5.0, variable=v) for v in variables]
    return []


def trained(name, recipe, data):
    """The model of this name after its training."""
    keras.utils.set_random_seed(recipe.seed)
    settings = {"hidden": (256,), **SETTINGS[name]}
    vae = getattr(models, name)((28, 28), seed=recipe.seed, **settings)
    if name == "VampVAE":
        vae.prior_layer.start_from(data.train.x[: settings["num_components"]])
    vae.compile(keras.optimizers.Adam(1e-3))
    if name == "VaDE":
        vae.fit(data.train.x, batch_size=200, epochs=1, verbose=0)
        vae.start_clusters(data.train.x[:NUM_LATENTS], seed=recipe.seed)
    recipe.fit(vae, data, callbacks(name, recipe.epochs), batch_size=200, verbose=0)
    return vae


def latents(vae, x):
    """Latents of images, (image, latent), of all variables together."""
    z = vae.encode(x)
    parts = z.values() if isinstance(z, dict) else z if isinstance(z, tuple) else [z]
    return np.concatenate([np.reshape(part, (len(x), -1)) for part in parts], axis=-1)


def mixture_images(vae, data, num, seed):
    """Images from a mixture of normals fitted to the latents, or `None` where it does not apply."""
    try:
        mixture = samplers.GaussianMixture(10).fit(vae, data.train.x[:NUM_LATENTS])
    except ValueError:  # latents on a curved space, or discrete ones
        return None
    return vae.generate(num, seed=seed, sampler=mixture)


def numbers_of(vae, data, distance, seed):
    """The numbers of a trained model as a dict, and images from its prior."""
    test, train = data.test, data.train
    reconstructed = vae.reconstruct(test.x)
    new = vae.generate(len(test.x), seed=seed)
    z = latents(vae, train.x[:NUM_PROBED])
    numbers = {
        "squared_error": np.mean((reconstructed - test.x) ** 2),
        "fid_reconstructed": distance(reconstructed),
        "fid_prior": distance(new),
        "probe": evaluation.linear_probe(z, train.y[:NUM_PROBED], latents(vae, test.x), test.y),
    }
    mixed = mixture_images(vae, data, len(test.x), seed)
    if mixed is not None:
        numbers["fid_mixture"] = distance(mixed)
    return numbers, new[:NUM_SHOWN]


def picture(images):
    """Figure of `{model: images}`, a row for each."""
    rows = [np.concatenate(list(x), axis=1) for x in images.values()]
    figure, ax = plt.subplots(figsize=(8, 0.42 * len(rows) + 0.3), layout="constrained")
    ax.imshow(np.concatenate(rows), cmap="gray", vmin=0, vmax=1)
    ax.set(xticks=[], yticks=14 + 28 * np.arange(len(rows)))
    ax.set_yticklabels(list(images), fontsize=8)
    return figure


recipe = Recipe(__file__, epochs=10, models=sorted(SETTINGS))
data = recipe.cut(keras_vae.datasets.mnist())
start = time.perf_counter()
classifier = evaluation.train_classifier(data.train.x, data.train.y, seed=recipe.seed)
distance = functools.partial(evaluation.classifier_fid, data.test.x, classifier=classifier)
numbers = {"training_images, fid": distance(data.train.x[: len(data.test.x)])}
images = {}
for name in recipe.models:
    begin = time.perf_counter()
    vae = trained(name, recipe, data)
    seconds = time.perf_counter() - begin
    each, images[name] = numbers_of(vae, data, distance, recipe.seed)
    numbers.update({f"{name}, {key}": value for key, value in {**each, "seconds": seconds}.items()})
    print(
        name,
        {key: round(float(value), 4) for key, value in each.items()},
        round(seconds),
        flush=True,
    )

recipe.seconds = time.perf_counter() - start
recipe.save(picture(images), "samples")
recipe.record(
    numbers,
    "MNIST, 60,000 / 10,000 test, grey values in [0, 1]",
    "squared error a pixel; Frechet distances to the test images in 64 features of a classifier "
    "trained in the script; accuracy of a linear probe of the latents",
)
