"""A posterior without noise: the code of an autoencoder."""

import keras

from keras_vae import distributions
from keras_vae.posteriors.posterior import Posterior
from keras_vae.serialization import register


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

    def __init__(self, activation=None, **kwargs):
        keras.activations.get(activation)
        super().__init__(**kwargs)
        self.activation = activation

    def parameter_shapes(self, latent_shape):
        """`mean`, of the latent's shape."""
        return {"mean": tuple(latent_shape)}

    def latent_shape(self, shapes):
        """The mean's shape."""
        (mean,) = shapes
        return tuple(mean)

    def call(self, parameters, training=False):
        (mean,) = self.unpack(parameters)
        mean = keras.activations.get(self.activation)(mean)
        return distributions.Point(mean, event_ndim=self.event_ndim)
