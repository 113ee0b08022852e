"""Hierarchies of many levels on dynamic MNIST (Sønderby et al., 2016; Child, 2021).

The sizes without a suffix are for a CPU. `vdvae_mnist_large` is for a GPU, and meant to come below
78.5 nats there.
"""

from typing import Any

import keras

from keras_vae import callbacks, models, optimizers
from keras_vae.presets.recipe import Recipe
from keras_vae.presets.recipes.protocols import FIXED, MNIST_LICENCE, cosine_adam, dynamic_mnist

SONDERBY = "Sønderby et al., 2016, arXiv:1602.02282"
CHILD = "Child, 2021, arXiv:2011.10650"
#: the paper skips steps whose gradient is longer than 400, of a loss divided by the pixels
SKIP_NORM = 400.0 * 28 * 28


def _ladder(seed):
    return models.LadderVAE((28, 28), seed=seed)


def _small(seed):
    blocks = {
        "enc_blocks": "28d2,14x1,14d2,7x2,7d7,1x1",
        "dec_blocks": "1x1,7m1,7x2,14m7,14x1,28m14",
    }
    return models.VDVAE((28, 28), 8, width=32, bottleneck=0.25, **blocks, seed=seed)


def _large(seed):
    blocks = {
        "enc_blocks": "28x4,28d2,14x6,14d2,7x5,7d7,1x2",
        "dec_blocks": "1x2,7m1,7x6,14m7,14x9,28m14,28x6",
    }
    # Three million weights, as many as a preset of 5 MB has room for.
    return models.VDVAE((28, 28), 16, width=96, bottleneck=0.375, **blocks, seed=seed)


def skipping_adam(rate: float, epochs: int, momentum: float) -> Any:
    """A recipe's `optimizer`: `SkippingAdamW` at a rate along a cosine, with averaged weights."""

    def make(steps: int) -> keras.optimizers.Optimizer:
        schedule = keras.optimizers.schedules.CosineDecay(
            0.1 * rate, epochs * steps, 0.02, warmup_target=rate, warmup_steps=steps
        )
        return optimizers.SkippingAdamW(
            schedule,
            skip_norm=SKIP_NORM,
            beta_2=0.99,
            use_ema=True,
            ema_momentum=momentum,
        )

    return make


def averaged(vae: Any, x: Any) -> None:
    """Put the running average of the weights into the model, if `fit` has not done so."""
    vae.optimizer.finalize_variable_values(vae.trainable_variables)


def _vdvae(name, title, model, epochs, rate, momentum, differs):
    return Recipe(
        name=name,
        title=title,
        reference=CHILD,
        data=dynamic_mnist,
        protocol=FIXED,
        licence=MNIST_LICENCE,
        model=model,
        optimizer=skipping_adam(rate, epochs, momentum),
        epochs=epochs,
        binarize="dynamic",
        finish=averaged,
        num_samples=1000,
        full_every=10,
        published={
            "value": 78.01,
            "what": "negative_log_likelihood",
            "num_samples": 1000,
            "source": "NVAE, Vahdat and Kautz, 2020, arXiv:2007.03898, table 1; the paper of VDVAE "
            "has no MNIST",
        },
        differs=differs,
        significant_bits=12,
        backend="tensorflow",
    )


RECIPES = [
    Recipe(
        name="ladder_vae_mnist",
        title="ladder VAE of five levels, z 4-8-16-32-64, batch normalization, dynamic MNIST",
        reference=SONDERBY,
        data=dynamic_mnist,
        protocol=FIXED,
        licence=MNIST_LICENCE,
        model=_ladder,
        optimizer=cosine_adam(1e-3, 500),
        epochs=500,
        batch_size=256,
        binarize="dynamic",
        callbacks=lambda: [callbacks.LinearKLWarmup(100)],
        full_every=5,
        published={
            "value": 81.84,
            "what": "negative_log_likelihood",
            "num_samples": 5000,
            "source": f"{SONDERBY}, table 1, 5 levels, batch normalization and warm-up",
        },
        differs=(
            "500 epochs at a rate that falls along a cosine from 0.001, with a warm-up of 100; the "
            "paper takes 2,000 with a warm-up of 200. Variances are exponentials and no softplus; "
            "10,000 images are kept for validation"
        ),
        # 1.9 million weights.
        significant_bits=12,
    ),
    _vdvae(
        "vdvae_mnist",
        "compact very deep VAE, 7 blocks of maps 1 to 28 high, width 32, dynamic MNIST",
        _small,
        epochs=20,
        rate=3e-3,
        momentum=0.998,
        differs="a size for a CPU: 20 epochs, width 32, seven blocks",
    ),
    _vdvae(
        "vdvae_mnist_large",
        "very deep VAE, 26 blocks of maps 1 to 28 high, width 96, dynamic MNIST",
        _large,
        epochs=300,
        rate=5e-4,
        momentum=0.9995,
        differs="a size for a GPU: 300 epochs, width 96, 26 blocks",
    ),
]
