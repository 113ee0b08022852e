"""What the models that train samplers share: Keras' `fit` over latents, in the compiled loop."""

import random
from typing import Any

import keras
from keras import ops

from keras_vae.engine.fit import CompiledFit
from keras_vae.engine.fit_settings import callback_list
from keras_vae.typing import Tensor


class LatentLoss(CompiledFit, keras.Model):
    """Base of the models whose `call` gives a loss for each latent, which `fit` makes small.

    Args:
        seed: int, of the shuffles. Defaults to `None`.
    """

    def __init__(self, seed: int | None = None) -> None:
        super().__init__(dtype="float32")
        self._init_loops()
        self.shuffle_seed = random.randrange(2**31) if seed is None else seed

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Tensor:
        """Keras' hook: the mean of the losses."""
        return ops.mean(y_pred)

    def fit(
        self,
        z: Any,
        epochs: int = 1,
        verbose: Any = "auto",
        callbacks: Any = None,
        validation_data: Any = None,
        shuffle: bool = True,
        **kwargs: Any,
    ) -> keras.callbacks.History:
        """Keras' `fit`, in the compiled loop where that takes it."""
        common = {"epochs": epochs, "verbose": verbose, "shuffle": shuffle, **kwargs}
        if not self._takes_blocks(z, kwargs.get("steps_per_epoch")):
            data = {"validation_data": validation_data, "callbacks": callbacks}
            return super().fit(z, **data, **common)
        callbacks = callback_list(callbacks)
        return self._fit_blocks(super().fit, z, validation_data, callbacks, **common)
