"""Adversarial autoencoder (Makhzani et al., 2015), arxiv.org/abs/1511.05644."""

from keras_vae import likelihoods, objectives
from keras_vae.models.pairs import mlp_pair
from keras_vae.models.vae import VAE
from keras_vae.serialization import register


@register
class AdversarialAutoencoder(VAE):
    """Fully connected autoencoder whose latents a discriminator cannot tell from the prior.

    Both players learn in one step with one optimizer. Without noise in the latents there is no
    log-likelihood.

    Args:
        data_shape: tuple of int, shape of one example without batch axis.
        latent_dim: int. Defaults to `8`.
        weight: float >= 0, of the adversarial term. Defaults to `1.0`.
        discriminator_hidden: tuple of int, widths of the discriminator's layers. Defaults to
            `(1000, 1000)`.
        gradient_penalty: float >= 0, of the discriminator's squared slope at draws of the prior,
            which the paper has not, and without which the players may never settle. Defaults to
            `1.0`.
        posterior: name or `keras_vae.posteriors.Posterior`. Defaults to `"deterministic"`.
        hidden: tuple of int, widths of the encoder's layers; the decoder mirrors them. Defaults to
            `(512, 256)`.
        activation: name or function. Defaults to `"relu"`.
        likelihood: name or `keras_vae.likelihoods.Likelihood`. Defaults to `"normal"`.
        condition_shape: tuple of int, shape of a condition without batch axis; `(num_classes,)`
            takes labels too. Defaults to `None`, no condition.
        dtype: Keras dtype or policy of the networks. Defaults to `None`, the global one.
        **kwargs: passed to `keras_vae.VAE`: `prior`, `seed`, `name`.

    Raises:
        ValueError: if an argument is out of its range.

    References:
        - [Makhzani et al., 2015](https://arxiv.org/abs/1511.05644)
        - [Mescheder et al., 2018](https://arxiv.org/abs/1801.04406), the penalty

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.AdversarialAutoencoder(
    ...     x.shape[1:], latent_dim=4, hidden=(64,), discriminator_hidden=(32,)
    ... )
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> vae.reconstruct(x[:3]).shape
    (3, 8, 8)
    """

    def __init__(
        self,
        data_shape,
        latent_dim=8,
        weight=1.0,
        discriminator_hidden=(1000, 1000),
        gradient_penalty=1.0,
        posterior="deterministic",
        hidden=(512, 256),
        activation="relu",
        likelihood="normal",
        condition_shape=None,
        dtype=None,
        **kwargs,
    ):
        likelihood = likelihoods.get(likelihood)
        encoder, decoder = mlp_pair(
            data_shape,
            latent_dim,
            likelihood,
            hidden,
            posterior=posterior,
            activation=activation,
            condition_shape=condition_shape,
            dtype=dtype,
        )
        super().__init__(
            encoder,
            decoder,
            posterior=posterior,
            likelihood=likelihood,
            objective=objectives.AAE(weight, discriminator_hidden, gradient_penalty),
            dtype=dtype,
            **kwargs,
        )
