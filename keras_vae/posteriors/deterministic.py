"""A posterior without noise: the code of an autoencoder."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_vae import distributions
from keras_vae.distributions import Distribution
from keras_vae.posteriors.posterior import Posterior
from keras_vae.serialization import register
from keras_vae.typing import Shape


@register
class Deterministic(Posterior):
    """The encoder's output itself is the latent. There is no density: no KL, no log-likelihood.

    For objectives that look at the latents and not at their density: `Reconstruction`, `RAE`,
    `WAE`, `SlicedWAE`, `AAE`.

    Args:
        activation: name or function, of the encoder's output, such as `"sigmoid"` for codes in
            (0, 1). Defaults to `None`.
        **kwargs: passed to `keras.layers.Layer`.

    Call arguments:
        parameters: `[mean]`, (batch, latent), or a dict with this name.

    Returns:
        `keras_vae.distributions.Point`.
    """

    parameter_names = ("mean",)
    takes_free_sizes = True

    def __init__(self, activation: Any = None, **kwargs: Any) -> None:
        keras.activations.get(activation)
        super().__init__(**kwargs)
        self.activation = activation

    def parameter_shapes(self, latent_shape: Shape) -> dict[str, Shape]:
        """`mean`, of the latent's shape."""
        return {"mean": tuple(latent_shape)}

    def latent_shape(self, shapes: Sequence[Shape]) -> Shape:
        """The mean's shape."""
        (mean,) = shapes
        return tuple(mean)

    def call(self, parameters: Any, training: bool = False) -> Distribution:
        (mean,) = self.unpack(parameters)
        mean = keras.activations.get(self.activation)(mean)
        return distributions.Point(mean, event_ndim=self.event_ndim)
