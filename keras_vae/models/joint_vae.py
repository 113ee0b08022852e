"""JointVAE (Dupont, 2018), arxiv.org/abs/1804.00104."""

from keras_vae import likelihoods, objectives, posteriors, priors
from keras_vae.models.pairs import mlp_pair
from keras_vae.models.vae import VAE
from keras_vae.parts import check_count
from keras_vae.serialization import register


@register
class JointVAE(VAE):
    """Fully connected VAE with continuous and discrete latents, each held at a capacity.

    A latent is a vector: `latent_dim` normal numbers, then a one-hot vector of each categorical
    variable. The capacities grow while training by two callbacks
    `keras_vae.callbacks.LinearCapacity`, one for the variable `"continuous_capacity"` and one for
    `"discrete_capacity"`; without them, they stay.

    Args:
        data_shape: tuple of int, shape of one example without batch axis.
        latent_dim: int, the normal numbers. Defaults to `10`.
        num_categories: tuple of int >= 2, the categories of each categorical variable. Defaults to
            `(10,)`, one of ten.
        gamma: float >= 0, weight of the distances of KL and capacity. Defaults to `30.0`.
        continuous_capacity: float >= 0, in nats. Defaults to `5.0`.
        discrete_capacity: float >= 0, in nats; at most sum log(categories) counts. Defaults to
            `5.0`.
        temperature: float > 0, of the Gumbel-softmax relaxation. Defaults to `0.67`.
        hidden: tuple of int, widths of the encoder's layers; the decoder mirrors them. Defaults to
            `(512, 256)`.
        activation: name or function. Defaults to `"relu"`.
        likelihood: name or `keras_vae.likelihoods.Likelihood`. Defaults to `"bernoulli"`.
        condition_shape: tuple of int, shape of a condition without batch axis; `(num_classes,)`
            takes labels too. Defaults to `None`, no condition.
        dtype: Keras dtype or policy of the networks. Defaults to `None`, the global one.
        **kwargs: passed to `keras_vae.VAE`: `seed`, `name`.

    Raises:
        ValueError: if an argument is out of its range.

    Reference:
        - [Dupont, 2018](https://arxiv.org/abs/1804.00104)

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.JointVAE(x.shape[1:], 4, num_categories=(10,), hidden=(64,))
    >>> vae.compile("adam")
    >>> rises = [
    ...     keras_vae.callbacks.LinearCapacity(epochs=9, stop=5.0, variable="continuous_capacity"),
    ...     keras_vae.callbacks.LinearCapacity(epochs=9, stop=5.0, variable="discrete_capacity"),
    ... ]
    >>> history = vae.fit(x, epochs=1, callbacks=rises, verbose=0)
    >>> sorted(history.history)
    ['kl_continuous', 'kl_discrete', 'loss', 'reconstruction']
    >>> vae.encode(x[:3]).shape
    (3, 14)
    """

    def __init__(
        self,
        data_shape,
        latent_dim=10,
        num_categories=(10,),
        gamma=30.0,
        continuous_capacity=5.0,
        discrete_capacity=5.0,
        temperature=0.67,
        hidden=(512, 256),
        activation="relu",
        likelihood="bernoulli",
        condition_shape=None,
        dtype=None,
        **kwargs,
    ):
        check_count("JointVAE", latent_dim=latent_dim)
        likelihood = likelihoods.get(likelihood)
        posterior = posteriors.Joint(num_categories, temperature)
        encoder, decoder = mlp_pair(
            data_shape,
            latent_dim + sum(num_categories),
            likelihood,
            hidden,
            posterior,
            activation=activation,
            condition_shape=condition_shape,
            dtype=dtype,
        )
        super().__init__(
            encoder,
            decoder,
            posterior=posterior,
            prior=priors.Joint(num_categories),
            likelihood=likelihood,
            objective=objectives.JointCapacity(gamma, continuous_capacity, discrete_capacity),
            dtype=dtype,
            **kwargs,
        )
