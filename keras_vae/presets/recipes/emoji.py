"""Image autoencoders of colour emoji, as latent diffusion (Rombach et al., 2022) and VQGAN have.

The sizes are those of a CPU: one core takes some forty minutes for each. The features in which
images are compared are of a small classifier of the training images alone, trained first: VGG16
needs its weights of ImageNet. On a GPU `filters=(32, 64, 128)` and 300 epochs are the place to
begin.
"""

import functools
from typing import Any

import keras
import numpy as np

from keras_vae import datasets, evaluation, likelihoods, models, networks
from keras_vae.objectives import Adversarial, Perceptual
from keras_vae.presets.recipe import Recipe

LICENCE = "the pictures of Noto Emoji: Apache-2.0, copyright Google"
PROTOCOL = "3,188 / 345 / 393 emoji of 64x64 on white, split by motif; values in [0, 1]"
EPOCHS = 10
BATCH_SIZE = 32
#: steps of an epoch, after two of which the discriminator comes in
STEPS = 100
NETWORK = networks.LatentDiffusion((16, 32, 64), groups=8, image_range=(0.0, 1.0))


def _classifier(x: np.ndarray, seed: int) -> keras.Model:
    """A classifier to which each image is a class of its own."""
    return evaluation.train_classifier(x, np.arange(len(x)), seed=seed)


def _features() -> keras.Model:
    """The convolutions of such a classifier, 32x32x16 and 16x16x32, with random weights."""
    inputs = keras.Input((64, 64, 3))
    options = {"strides": 2, "padding": "same", "activation": "relu"}
    first = keras.layers.Conv2D(16, 3, **options)(inputs)
    return keras.Model(inputs, [first, keras.layers.Conv2D(32, 3, **options)(first)])


def _train_features(vae: models.VAE, x: np.ndarray) -> None:
    """Give the features the weights of a classifier of the training images."""
    trained = networks.feature_network(_classifier(x, seed=1))
    vae.objective.base.distance.features.set_weights(trained.get_weights())


def _autoencoder(seed: int) -> models.AutoencoderKL:
    objective = Adversarial(
        Perceptual(_features()), start=2 * STEPS, warmup=STEPS, filters=16, stages=2
    )
    return models.AutoencoderKL(
        (64, 64, 3),
        network=NETWORK,
        # A scale of its own would make the distance in features count less and less.
        likelihood=likelihoods.Laplace(trainable=False),
        objective=objective,
        seed=seed,
    )


def _vqgan(seed: int) -> models.VQGAN:
    return models.VQGAN(
        (64, 64, 3),
        16,
        num_codes=512,
        features=_features(),
        discriminator_start=2 * STEPS,
        discriminator_filters=16,
        discriminator_stages=2,
        ema=True,
        network=NETWORK,
        likelihood=likelihoods.Laplace(trainable=False),
        seed=seed,
    )


def _fit_prior(vae: models.VQGAN, x: np.ndarray) -> None:
    vae.fit_prior(x, epochs=10, batch_size=BATCH_SIZE, verbose=2)


def _numbers(vae: Any, part: Any, recipe: Recipe) -> dict[str, Any]:
    """How near reconstructions are in pixels, and in features that the training did not see."""
    x, train = part.x, recipe.data().train
    classifier = _classifier(train.x, seed=recipe.seed + 100)
    distance = functools.partial(evaluation.classifier_fid, x, classifier=classifier)
    again = np.clip(vae.reconstruct(x), 0.0, 1.0)
    squared = np.square(again - x).mean(axis=(1, 2, 3))
    return {
        "psnr": float(np.mean(-10.0 * np.log10(squared))),
        "mean_squared_error": float(squared.mean()),
        "classifier_fid": {
            "of": f"{len(x)} images each against the test images, 64 features",
            "reconstructions": distance(again),
            "training_images": distance(train.x[: len(x)]),
        },
        "num_images": len(x),
    }


def _vqgan_numbers(vae: Any, part: Any, recipe: Recipe) -> dict[str, Any]:
    return {**_numbers(vae, part, recipe), **vae.code_usage(part.x)}


def _adam(steps: int) -> keras.optimizers.Optimizer:
    return keras.optimizers.Adam(5e-4, beta_1=0.5, beta_2=0.9)


def _players() -> dict[str, keras.optimizers.Optimizer]:
    return {"discriminator_optimizer": keras.optimizers.Adam(2e-4, beta_1=0.5, beta_2=0.9)}


_COMMON: dict[str, Any] = {
    "data": datasets.noto_emoji,
    "protocol": PROTOCOL,
    "licence": LICENCE,
    "optimizer": _adam,
    "players": _players,
    "prepare": _train_features,
    "epochs": EPOCHS,
    "batch_size": BATCH_SIZE,
}

RECIPES = [
    Recipe(
        name="autoencoder_kl_emoji",
        title="Autoencoder of latent diffusion, 64x64x3 to 16x16x4, Noto emoji",
        reference="Rombach et al., 2022, arXiv:2112.10752",
        model=_autoencoder,
        measure=_numbers,
        differs=(
            "features of a small classifier in place of VGG16's, a discriminator of 16 filters, "
            "which comes in after two epochs, and networks of 16 to 64"
        ),
        **_COMMON,
    ),
    Recipe(
        name="vqgan_emoji",
        title="VQGAN, 16x16 of 512 codes, with a transformer prior, Noto emoji",
        reference="Esser et al., 2021, arXiv:2012.09841",
        model=_vqgan,
        finish=_fit_prior,
        measure=_vqgan_numbers,
        differs=(
            "features of a small classifier in place of VGG16's, a codebook that is a running "
            "average, and small networks; the transformer knows no skin tone"
        ),
        **_COMMON,
    ),
]
