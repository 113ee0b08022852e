"""Samplers fitted to the latents of trained models, beside their priors, on MNIST.

    KERAS_VAE_DATA=<folder of mnist.npz> python examples/ex_post_samplers.py

A decoder knows the places where the training data's latents are. Where the prior has its mass
elsewhere, as in every autoencoder without a KL and in most with one, draws of a density fitted to
the latents make better images than draws of the prior, from the same decoder (Ghosh et al., 2020,
arxiv.org/abs/1903.12436).

Measured by `evaluation.classifier_fid`, the Frechet distance of normal distributions fitted to 64
features of 10,000 images and of the 10,000 test images, those of a small classifier trained
here: the numbers compare with each other, and with no paper's FID.
"""

import functools
import time

import keras
import matplotlib.pyplot as plt
import numpy as np
from recipe import Recipe

import keras_vae
from keras_vae import evaluation, models, samplers

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
data = recipe.cut(keras_vae.datasets.mnist())
start = time.perf_counter()
classifier = evaluation.train_classifier(data.train.x, data.train.y, seed=recipe.seed)
distance = functools.partial(evaluation.classifier_fid, data.test.x, classifier=classifier)
numbers = {
    "classifier_accuracy": classifier.evaluate(data.test.x, data.test.y, verbose=0)[1],
    "training_images": distance(data.train.x[: len(data.test.x)]),
}
images = {}
for model, make in MODELS.items():
    vae = make((28, 28), hidden=(256,), seed=recipe.seed)
    vae.compile(keras.optimizers.Adam(1e-3))
    recipe.fit(vae, data, batch_size=200)
    numbers[f"{model}, reconstructed"] = distance(vae.reconstruct(data.test.x))
    images[model] = {}
    for name, (sampler, settings) in SAMPLERS.items():
        fitted = sampler().fit(vae, data.train.x[:NUM_LATENTS], **settings)
        x = vae.generate(len(data.test.x), seed=recipe.seed, sampler=fitted)
        numbers[f"{model}, {name}"] = distance(x)
        images[model][name] = x
        print(f"{model}, {name}: {numbers[f'{model}, {name}']:.2f}", flush=True)

recipe.seconds = time.perf_counter() - start
recipe.save(picture(images), "samples")
recipe.record(
    numbers,
    "MNIST, 60,000 / 10,000 test; samplers fitted to 20,000 training images",
    "Frechet distance to the test images in 64 features of a classifier trained in the script",
)
