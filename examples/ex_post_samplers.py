"""Samplers fitted to the latents of trained models, beside their priors, on MNIST.

    KERAS_VAE_DATA=<folder of mnist.npz> python examples/ex_post_samplers.py

A decoder knows the places where the training data's latents are. Where the prior has its mass
elsewhere, as in every autoencoder without a KL and in most with one, draws of a density fitted to
the latents make better images than draws of the prior, from the same decoder (Ghosh et al., 2020,
arxiv.org/abs/1903.12436).

Measured by the Frechet distance of normal distributions fitted to 64 features of 10,000 images and
of the 10,000 test images. The features are those of a small classifier trained here, so that the
numbers compare with each other, and with no paper's FID.
"""

import functools
import time

import keras
import matplotlib.pyplot as plt
import numpy as np
from recipe import Recipe

import keras_vae
from keras_vae import models, samplers

NUM_IMAGES = 10_000
NUM_LATENTS = 20_000
NUM_SHOWN = 12

MODELS = {
    "RAE": functools.partial(models.RAE, latent_dim=16),
    "WAE": functools.partial(models.WAE, latent_dim=8),
    "VAE": functools.partial(models.BernoulliVAE, latent_dim=16),
}
SAMPLERS = {
    "prior": (samplers.Prior, {}),
    "Gaussian mixture": (samplers.GaussianMixture, {}),
    "KDE": (samplers.KDE, {}),
    "MAF": (samplers.MAF, {"epochs": 10, "verbose": 0}),
    "two-stage VAE": (lambda: samplers.TwoStageVAE((256, 256)), {"epochs": 20, "verbose": 0}),
}


def train_features(data):
    """A function from images to 64 features, those of a classifier of the training data."""
    images = keras.Input((28, 28))
    x = keras.layers.Dense(256, activation="relu")(keras.layers.Flatten()(images))
    features = keras.layers.Dense(64, activation="relu")(x)
    classifier = keras.Model(images, keras.layers.Dense(10)(features))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    classifier.compile("adam", loss, metrics=["accuracy"])
    classifier.fit(data.train.x, data.train.y, batch_size=200, epochs=5, verbose=0)
    _, accuracy = classifier.evaluate(data.test.x, data.test.y, batch_size=1000, verbose=0)
    network = keras.Model(images, features)
    return lambda x: network.predict(x, batch_size=1000, verbose=0).astype("float64"), accuracy


def frechet_distance(a, b):
    """Between the normal distributions with the moments of features (n, features)."""
    covariances = [np.cov(features, rowvar=False) for features in (a, b)]
    # The trace of the root of a product of covariances, which has real eigenvalues >= 0.
    cross = np.sqrt(np.maximum(np.linalg.eigvals(covariances[0] @ covariances[1]).real, 0)).sum()
    distance = np.sum((a.mean(axis=0) - b.mean(axis=0)) ** 2)
    return distance + sum(np.trace(c) for c in covariances) - 2 * cross


def picture(images):
    """Figure of `{model: {sampler: images}}`, a row for each sampler."""
    figure, axes = plt.subplots(1, len(images), figsize=(15, 2.6), layout="constrained")
    for ax, (model, each) in zip(axes.flat, images.items(), strict=True):
        rows = [np.concatenate(list(x[:NUM_SHOWN]), axis=1) for x in each.values()]
        ax.imshow(np.concatenate(rows), cmap="gray", vmin=0, vmax=1)
        ax.set(title=model, xticks=[], yticks=14 + 28 * np.arange(len(each)))
        ax.set_yticklabels(list(each))
    return figure


recipe = Recipe(__file__, epochs=10)
data = keras_vae.datasets.mnist()
start = time.perf_counter()
features, accuracy = train_features(data)
real = features(data.test.x[:NUM_IMAGES])
numbers = {
    "classifier_accuracy": accuracy,
    "training_images": frechet_distance(features(data.train.x[:NUM_IMAGES]), real),
}
images = {}
for model, make in MODELS.items():
    vae = make((28, 28), hidden=(256,), seed=recipe.seed)
    vae.compile(keras.optimizers.Adam(1e-3))
    recipe.fit(vae, data, batch_size=200)
    reconstructed = vae.reconstruct(data.test.x[:NUM_IMAGES])
    numbers[f"{model}, reconstructed"] = frechet_distance(features(reconstructed), real)
    images[model] = {}
    for name, (sampler, settings) in SAMPLERS.items():
        fitted = sampler().fit(vae, data.train.x[:NUM_LATENTS], **settings)
        x = vae.generate(NUM_IMAGES, seed=recipe.seed, sampler=fitted)
        numbers[f"{model}, {name}"] = frechet_distance(features(x), real)
        images[model][name] = x
        print(f"{model}, {name}: {numbers[f'{model}, {name}']:.2f}", flush=True)

recipe.seconds = time.perf_counter() - start
recipe.save(picture(images), "samples")
recipe.record(
    numbers,
    "MNIST, 60,000 / 10,000 test; samplers fitted to 20,000 training images",
    "Frechet distance to the test images in 64 features of a classifier trained in the script",
)
