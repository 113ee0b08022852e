"""Small models to look at: two latents, or eight."""

import keras
import numpy as np
from keras import layers

from keras_vae import datasets, models
from keras_vae.presets.recipe import Recipe
from keras_vae.presets.recipes.protocols import (
    FASHION_LICENCE,
    GREY,
    MNIST_LICENCE,
    constant_adam,
    cosine_adam,
)

KINGMA = "Kingma and Welling, 2013, arXiv:1312.6114"


def _digits(seed):
    return models.BernoulliVAE((8, 8), 2, hidden=(128, 64), activation="gelu", seed=seed)


def _mnist(seed):
    return models.BernoulliVAE((28, 28), 2, hidden=(200,), activation="tanh", seed=seed)


def _fashion(seed):
    return models.ConvVAE(
        (28, 28), 8, filters=(32, 64), strides=(2, 2), dense=(128,), activation="gelu", seed=seed
    )


def _frey(seed):
    """560-200-z2-200, a mean and a variance for each pixel."""
    x = keras.Input((28, 20))
    # Against posteriors that are too sure of themselves on frames that were not trained on.
    h = _hidden(layers.GaussianNoise(0.03)(layers.Reshape((560,))(x)))
    encoder = keras.Model(x, [layers.Dense(2, name=name)(h) for name in ("mean", "log_var")])
    z = keras.Input((2,))
    h = _hidden(z)
    mean = layers.Dense(560, "sigmoid", name="pixel_mean")(h)
    log_var = layers.Dense(560, name="pixel_log_var")(h)
    decoder = keras.Model(z, [layers.Reshape((28, 20))(out) for out in (mean, log_var)])
    return models.VAE(encoder, decoder, likelihood="heteroscedastic_normal", seed=seed)


def _hidden(h):
    h = layers.BatchNormalization()(layers.Dense(200, use_bias=False)(h))
    return layers.Activation("tanh")(h)


def _start_at_pixels(vae, x):
    """Begin at the best model without latents: each pixel's mean and variance."""
    frames = x.reshape(len(x), -1)
    mean, variance = frames.mean(axis=0), frames.var(axis=0)
    vae.decoder.get_layer("pixel_mean").bias.assign(np.log(mean / (1 - mean)))
    vae.decoder.get_layer("pixel_log_var").bias.assign(np.log(variance))


RECIPES = [
    Recipe(
        name="vae_digits_2d",
        title="Bernoulli VAE, 64-128-64-z2, digits of 8x8 pixels",
        reference=KINGMA,
        data=lambda: datasets.digits(num_validation=200),
        protocol=f"1,300 / 200 / 297 images; {GREY}",
        licence="CC BY 4.0, UCI Machine Learning Repository",
        fine_tunes="yes",
        model=_digits,
        optimizer=constant_adam(1e-3),
        epochs=1000,
        batch_size=50,
        patience=100,
        num_samples=1000,
    ),
    Recipe(
        name="vae_mnist_2d",
        title="Bernoulli VAE, 784-200-z2, MNIST",
        reference=KINGMA,
        data=datasets.mnist,
        protocol=f"60,000 / 10,000 images; {GREY}",
        licence=MNIST_LICENCE,
        model=_mnist,
        optimizer=cosine_adam(2e-3, 50),
        epochs=50,
        num_samples=1000,
        published={
            "value": 152.29,
            "what": "negative_elbo",
            "source": "the figure that tutorials of this model reach; no paper's",
        },
    ),
    Recipe(
        name="conv_vae_fashion_8d",
        title="Convolutional VAE, 32(s2)-64(s2)-128-z8, Fashion-MNIST",
        reference=KINGMA,
        data=datasets.fashion_mnist,
        protocol=f"60,000 / 10,000 images; {GREY}",
        licence=FASHION_LICENCE,
        model=_fashion,
        optimizer=cosine_adam(2e-3, 25),
        epochs=25,
        num_samples=100,
        significant_bits=12,
        backend="tensorflow",
    ),
    Recipe(
        name="vae_frey_face_2d",
        title="Gaussian VAE, a variance for each pixel, 560-200-z2, Frey Face",
        reference=KINGMA,
        data=datasets.frey_face,
        protocol=(
            "first 1,800 / last 165 frames; log-density of pixels in [0, 1], neither dequantized "
            "nor rescaled"
        ),
        licence="none is stated at the source",
        model=_frey,
        optimizer=lambda steps: keras.optimizers.Adam(
            keras.optimizers.schedules.CosineDecay(0.01, 30 * steps),
            use_ema=True,
            ema_momentum=0.98,
        ),
        epochs=30,
        prepare=_start_at_pixels,
        num_samples=1000,
        published={
            "value": -581.3,
            "what": "negative_elbo",
            "source": "a tutorial of this model, on the same split after 30 epochs; no paper's",
        },
    ),
]
