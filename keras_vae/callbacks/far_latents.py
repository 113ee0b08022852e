"""Warn where a model encodes data far outside of its prior, as of images that it does not know."""

import math
import warnings
from typing import Any

import keras

from keras_vae.checks import is_free

#: nats for each latent element, of which a model on its own data seldom uses more than ten. A
#: posterior mean at 45 deviations of the prior has as many.
MOST_NATS = 1000.0


class FarLatents(keras.callbacks.Callback):
    """Warns once if the rate, KL(q(z|x) || p(z)), is of a size that no trained model has.

    `VAE.fit` and `VAE.evaluate` put one behind the given callbacks. It looks at the numbers of an
    epoch and of an evaluation: the rate is minus `elbo` less `reconstruction`. Networks that are
    linear in the size of their input, such as gated ones, can encode unfamiliar data that far out.
    The decoder has seen no such latents, so likelihoods there mean nothing, and training from there
    is slow or fails.
    """

    def __init__(self) -> None:
        super().__init__()
        self._has_warned = False

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._look(logs or {})

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        self._look(logs or {})

    def _look(self, logs):
        rate = -float(logs.get("elbo", 0.0)) - float(logs.get("reconstruction", 0.0))
        if is_free(self.model.latent_shape):
            return  # the sum over latents differs from image to image
        most = MOST_NATS * math.prod(self.model.latent_shape)
        if self._has_warned or "reconstruction" not in logs or not most < rate < math.inf:
            return
        self._has_warned = True
        warnings.warn(
            f"The model encodes these data far outside of its prior: KL(q(z|x) || p(z)) is "
            f"{rate:.3g} nats, for {most / MOST_NATS:.0f} latent elements. Its numbers mean "
            "nothing there. If it is a trained model, the data are of another kind than those it "
            "was trained on: see what its card says, and train new weights, "
            "`from_preset(..., load_weights=False)`. If it is new, scale the data to about "
            "[0, 1] or to unit variance.",
            UserWarning,
            stacklevel=3,
        )
