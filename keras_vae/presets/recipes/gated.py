"""Gated networks under a standard normal prior or a VampPrior (Tomczak and Welling, 2018).

The paper trains for up to 2,000 epochs at a constant rate of 0.0005, in batches of 100. Here the
rate falls along a cosine. With the normal prior, MNIST: 800 epochs in batches of 20 from 0.0005. On
the validation part (3,000 images, 300 draws) 700 from 0.0007 ended 0.04 nats behind, 450 from
0.0005 0.47, and 400 from 0.001 in batches of 100 0.71. Fashion-MNIST: 400 epochs in batches of 100
from 0.001. At 0.003 a few validation images were encoded ever farther out, until they alone cost
150 nats of the mean, and 200 epochs from 0.001 ended 0.8 behind. With the VampPrior, whose step
takes four times as long: 120 or 140 more epochs, from the weights of that preset.
"""

from keras_vae import callbacks, models, networks, optimizers, posteriors
from keras_vae.presets.recipe import GATED_DO_NOT_FINE_TUNE, Recipe
from keras_vae.presets.recipes.protocols import (
    FASHION_LICENCE,
    FIXED,
    MNIST_LICENCE,
    cosine_adam,
    dynamic_fashion_mnist,
    dynamic_mnist,
)

PAPER = "Tomczak and Welling, 2018, arXiv:1705.07120"
TABLE = "Norouzi et al., 2020, arXiv:2004.04795, table of its repository; mean of several runs"
NUM_COMPONENTS = 500


def _posterior():
    # The authors' code passes the log-variance through a hard tanh from -6 to 2.
    return posteriors.Normal(log_var_range=(-6.0, 2.0))


def _standard(seed):
    encoded, decoded = {"mean": (40,), "log_var": (40,)}, {"logits": (28, 28)}
    common = {"hidden": (300, 300), "kernel_initializer": "he_normal"}
    encoder = networks.gated_mlp((28, 28), encoded, **common, name="encoder")
    decoder = networks.gated_mlp((40,), decoded, **common, name="decoder")
    return models.VAE(encoder, decoder, posterior=_posterior(), seed=seed)


def _vamp(seed):
    return models.VampVAE((28, 28), 40, NUM_COMPONENTS, posterior=_posterior(), seed=seed)


def _start_from_images(vae, x):
    vae.prior_layer.start_from(x[:NUM_COMPONENTS])


def _recipe(name, prior, data_name, data, licence, value, epochs, rate, warm_up, **kwargs):
    return Recipe(
        name=name,
        title=f"gated VAE, 784-300-300-z40, {prior}, dynamic {data_name}",
        reference=PAPER,
        data=data,
        protocol=FIXED,
        fine_tunes=GATED_DO_NOT_FINE_TUNE,
        licence=licence,
        optimizer=cosine_adam(rate, epochs, optimizers.NormalizedAdam),
        epochs=epochs,
        binarize="dynamic",
        callbacks=lambda: [callbacks.LinearKLWarmup(warm_up)],
        patience=100,
        patience_from=warm_up,
        full_every=5,
        published={
            "value": value,
            "what": "negative_log_likelihood",
            "num_samples": 5000,
            "source": TABLE,
        },
        # 1.1 or 1.5 million weights: in full they would take 4 and 6 MB.
        significant_bits=12,
        **kwargs,
    )


def _normal_prior(name, *args, epochs, rate, warm_up, batch_size=100):
    return _recipe(
        name,
        "standard normal prior",
        *args,
        epochs=epochs,
        rate=rate,
        warm_up=warm_up,
        batch_size=batch_size,
        model=_standard,
        differs=(
            f"{epochs} epochs in batches of {batch_size} at a rate that falls along a cosine from "
            f"{rate}, and a warm-up of {warm_up}"
        ),
    )


def _vamp_prior(name, begin, *args, epochs, rate):
    return _recipe(
        name,
        "VampPrior 500",
        *args,
        epochs=epochs,
        rate=rate,
        warm_up=10,
        model=_vamp,
        begin_with=begin,
        prepare=_start_from_images,
        differs=(
            f"encoder and decoder go on from the preset {begin}, for {epochs} epochs at a rate "
            f"that falls along a cosine from {rate}, with a warm-up of 10; pseudo-inputs pass "
            "through a sigmoid and start from training images; in the paper's code they are cut "
            "off at 0 and 1 and start from noise"
        ),
    )


_MNIST = ("MNIST", dynamic_mnist, MNIST_LICENCE)
_FASHION = ("Fashion-MNIST", dynamic_fashion_mnist, FASHION_LICENCE)

RECIPES = [
    _normal_prior(
        "vae_gated_mnist", *_MNIST, 84.45, epochs=800, rate=0.0005, warm_up=80, batch_size=20
    ),
    _vamp_prior("vamp_vae_mnist", "vae_gated_mnist", *_MNIST, 82.43, epochs=140, rate=0.002),
    _normal_prior("vae_gated_fashion", *_FASHION, 228.70, epochs=400, rate=0.001, warm_up=40),
    _vamp_prior("vamp_vae_fashion", "vae_gated_fashion", *_FASHION, 227.35, epochs=120, rate=0.001),
]
