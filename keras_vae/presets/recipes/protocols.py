"""What several recipes say of their data, and how their weights start."""

from typing import Any

import keras
import numpy as np

from keras_vae import datasets

MNIST_LICENCE = "CC BY-SA 3.0, copyright Y. LeCun and C. Cortes"
FASHION_LICENCE = "MIT, copyright Zalando SE"
GREY = "grey values in [0, 1] under cross-entropy, not binarized; comparable within this protocol"
FIXED = (
    "50,000 / 10,000 / 10,000; training images binarized anew at each step, validation and test "
    "drawn once with seed 777 (the bits of the VampPrior and Exemplar-VAE code)"
)

#: pixel means are kept off 0 and 1 by so much, as in Burda's code
_LEAST_MEAN = 0.001


def dynamic_mnist() -> Any:
    """MNIST under `FIXED`."""
    return datasets.binarized_mnist("fixed")


def dynamic_fashion_mnist() -> Any:
    """Fashion-MNIST under `FIXED`."""
    return datasets.binarized_fashion_mnist()


def start_at_mean(vae: Any, x: Any) -> None:
    """Set the decoder's output biases to the logits of the pixels' means (Burda et al., 2015)."""
    mean = np.clip(x.mean(axis=0), _LEAST_MEAN, 1 - _LEAST_MEAN).ravel()
    dense = [layer for layer in vae.decoder.layers if isinstance(layer, keras.layers.Dense)]
    dense[-1].bias.assign(np.log(mean) - np.log1p(-mean))


def constant_adam(rate: Any, **kwargs: Any) -> Any:
    """A recipe's `optimizer`: Adam at a constant rate."""
    return lambda steps: keras.optimizers.Adam(rate, **kwargs)


def cosine_adam(rate: Any, epochs: Any, optimizer: Any = keras.optimizers.Adam) -> Any:
    """A recipe's `optimizer`: Adam from a rate down to a fiftieth of it along a cosine."""

    def make(steps: int) -> keras.optimizers.Optimizer:
        schedule = keras.optimizers.schedules.CosineDecay(rate, epochs * steps, alpha=0.02)
        return optimizer(schedule)

    return make
