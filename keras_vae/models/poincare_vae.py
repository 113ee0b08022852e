"""Poincaré VAE (Mathieu et al., 2019), arxiv.org/abs/1901.06033."""

import keras

from keras_vae import likelihoods, networks, posteriors, priors
from keras_vae.models.pairs import mlp_pair
from keras_vae.models.vae import VAE
from keras_vae.serialization import register


@register
class PoincareVAE(VAE):
    """Fully connected VAE with latents on the Poincaré ball, wrapped normal posterior and prior.

    Latents and `encode` are points of the ball of radius 1 / sqrt(curvature). The decoder sees them
    in normal coordinates around the origin (the logarithmic map), as an ordinary network.

    Args:
        data_shape: tuple of int, shape of one example without batch axis.
        latent_dim: int. Defaults to `5`.
        curvature: float > 0, c of the ball's curvature -c. Defaults to `0.7`.
        hidden: tuple of int, widths of the encoder's layers; the decoder mirrors them. Defaults to
            `(600,)`.
        activation: name or function. Defaults to `"relu"`.
        likelihood: name or `keras_vae.likelihoods.Likelihood`. Defaults to `"bernoulli"`.
        condition_shape: tuple of int, shape of a condition without batch axis; `(num_classes,)`
            takes labels too. Defaults to `None`, no condition.
        dtype: Keras dtype or policy of the networks. Defaults to `None`, the global one.
        **kwargs: passed to `keras_vae.VAE`: `objective`, `seed`, `name`.

    Raises:
        ValueError: if `curvature` is not positive.

    References:
        - [Mathieu et al., 2019](https://arxiv.org/abs/1901.06033)
        - [Nagano et al., 2019](https://arxiv.org/abs/1902.02992)

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.PoincareVAE(x.shape[1:], latent_dim=2, hidden=(64,))
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> bool((np.linalg.norm(vae.encode(x), axis=1) < 1 / 0.7**0.5).all())
    True
    """

    def __init__(
        self,
        data_shape,
        latent_dim=5,
        curvature=0.7,
        hidden=(600,),
        activation="relu",
        likelihood="bernoulli",
        condition_shape=None,
        dtype=None,
        **kwargs,
    ):
        likelihood = likelihoods.get(likelihood)
        posterior = posteriors.WrappedNormal(curvature)
        encoder, flat_decoder = mlp_pair(
            data_shape,
            latent_dim,
            likelihood,
            hidden,
            posterior,
            activation=activation,
            condition_shape=condition_shape,
            dtype=dtype,
        )
        super().__init__(
            encoder,
            _on_ball(flat_decoder, curvature),
            posterior=posterior,
            prior=priors.WrappedNormal(curvature),
            likelihood=likelihood,
            dtype=dtype,
            **kwargs,
        )


def _on_ball(decoder, curvature):
    """The decoder behind the logarithmic map at the origin, with the same inputs and outputs."""
    inputs = keras.tree.map_structure(
        lambda t: keras.Input(t.shape[1:], dtype=t.dtype, name=t.name), decoder.input
    )
    several = isinstance(inputs, list)
    z = inputs[0] if several else inputs
    flat = networks.BallToTangent(curvature)(z)
    outputs = decoder([flat, *inputs[1:]] if several else flat)
    return keras.Model(inputs, outputs, name="decoder")
