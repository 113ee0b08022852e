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
import inspect
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

#: what the models have in common, each argument where a paper has it
SHARED = {
    "hidden": (256,),
    "latent_dim": 16,
    "latent_dims": (16, 16),
    "top_hidden": (100,),
    "num_components": 100,
    "num_samples": 8,
    "num_estimates": 2,
}
#: families whose latents are no vectors of 16 real numbers: they keep the paper's own number
OWN_LATENTS = ("curved", "discrete")


def is_fully_connected(paper):
    """Whether a paper can be made of the data's shape alone, with networks of hidden layers."""
    parameters = list(inspect.signature(paper).parameters.values())[1:]
    needs_more = any(p.default is p.empty and p.kind is not p.VAR_KEYWORD for p in parameters)
    return not needs_more and "hidden" in paper.default("network").option_names()


def settings_of(paper):
    """The arguments of a paper: those that all have in common, where it has them."""
    known = {"hidden", *inspect.signature(paper).parameters}
    settings = {name: value for name, value in SHARED.items() if name in known}
    if "num_estimates" in settings:  # the draws of all estimates together are as many
        settings["num_samples"] //= settings["num_estimates"]
    if paper.family in OWN_LATENTS or paper is models.SparseAutoencoder:
        settings.pop("latent_dim", None)
    return settings


PAPERS = {paper.__name__: paper for paper in models.all_papers() if is_fully_connected(paper)}


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
    settings = settings_of(PAPERS[name])
    vae = PAPERS[name]((28, 28), seed=recipe.seed, **settings)
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


recipe = Recipe(__file__, epochs=10, models=sorted(PAPERS))
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
