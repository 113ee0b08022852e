"""Layers for models put together by hand: sampling, with the loss terms by `add_loss`."""

from typing import Any

import keras
from keras import ops

from keras_vae import likelihoods, posteriors, priors
from keras_vae.backend import mean_over_batch
from keras_vae.distributions import draw, kl_divergence
from keras_vae.parts import Part, check_non_negative
from keras_vae.serialization import register

__all__ = ["DataSampling", "LatentSampling"]


@register
class LatentSampling(Part):
    """Draws z from the posterior and adds KL(q(z|x) || p(z)) to the model's loss.

    Args:
        prior: name or `keras_vae.priors.Prior`. Defaults to `"standard_normal"`.
        posterior: name or `keras_vae.posteriors.Posterior`. Defaults to `"normal"`.
        kl_weight: float >= 0, weight of the KL in the loss, kept in a variable of this name.
            Defaults to `1.0`.
        seed: int, of the draws. Defaults to `None`, a random one.
        **kwargs: passed to `keras.layers.Layer`.

    Call arguments:
        parameters: the posterior's parameters, `[mean, log_var]` for the normal one, each
            (batch, latent).

    Returns:
        A draw of z, (batch, latent).

    Raises:
        ValueError: if a name is unknown or `kl_weight` negative.

    Example:

    >>> x = keras.Input((8,))
    >>> z = keras_vae.layers.LatentSampling()([keras.layers.Dense(2)(x), keras.layers.Dense(2)(x)])
    >>> logits = keras.layers.Dense(8)(z)
    >>> x_hat = keras_vae.layers.DataSampling("bernoulli")([x, logits])
    >>> model = keras.Model(x, x_hat)
    >>> model.compile("adam")
    >>> history = model.fit(np.zeros((4, 8)), verbose=0)
    >>> sorted(history.history)
    ['loss']
    """

    def __init__(
        self,
        prior: Any = "standard_normal",
        posterior: Any = "normal",
        kl_weight: float = 1.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        check_non_negative("layers.LatentSampling", kl_weight=kl_weight)
        super().__init__(**kwargs)
        self.prior = priors.get(prior)
        self.posterior = posteriors.get(posterior)
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.kl_weight = self.add_weight(
            name="kl_weight",
            shape=(),
            initializer=keras.initializers.Constant(kl_weight),
            trainable=False,
            autocast=False,
        )

    def build(self, input_shape: Any) -> None:
        latent_shape = self._latent_shape(input_shape)
        super().build(latent_shape)
        self.posterior.build_once(latent_shape)
        self.prior.build_once(latent_shape)

    def call(self, parameters: Any, training: bool = False) -> Any:
        q, p = self.posterior(parameters, training=training), self.prior.distribution()
        z, log_q = draw(q, seed=self.seed_generator)
        self.add_loss(self.kl_weight * mean_over_batch(kl_divergence(q, p, z, log_q)))
        return z

    def compute_output_shape(self, input_shape: Any) -> Any:
        """(batch, latent)."""
        return (None, *self._latent_shape(input_shape))

    def _latent_shape(self, input_shape):
        one_tensor = isinstance(input_shape, tuple) and not isinstance(input_shape[-1], tuple)
        shapes = self.posterior.unpack([input_shape] if one_tensor else input_shape)
        return self.posterior.latent_shape([shape[1:] for shape in shapes])


@register
class DataSampling(Part):
    """Gives the mean of p(x|z), or a draw of it, and adds -log p(x|z) to the model's loss.

    Args:
        likelihood: name or `keras_vae.likelihoods.Likelihood`. Defaults to `"bernoulli"`.
        sample: bool, whether to return a draw instead of the mean. Defaults to `False`.
        seed: int, of the draws. Defaults to `None`, a random one.
        **kwargs: passed to `keras.layers.Layer`.

    Call arguments:
        inputs: list of the data x (batch, event) and the likelihood's parameters, such as
            `[x, logits]` or `[x, mean, log_var]`.
        training: bool. Defaults to `False`.

    Returns:
        Reconstruction, (batch, event).

    Raises:
        ValueError: if the name is unknown.
    """

    def __init__(
        self,
        likelihood: Any = "bernoulli",
        sample: bool = False,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.likelihood = likelihoods.get(likelihood)
        self.sample = sample
        self.seed_generator = keras.random.SeedGenerator(seed)

    def build(self, input_shape: Any) -> None:
        shapes = [tuple(shape[1:]) for shape in input_shape]
        super().build(shapes[0])
        self.likelihood.build_once(self.event_shape)
        self.likelihood.check_shapes(shapes[1:])

    def call(self, inputs: Any, training: bool = False) -> Any:
        x = ops.cast(inputs[0], "float32")
        p = self.likelihood(list(inputs[1:]), x=x, training=training)
        self.add_loss(mean_over_batch(-p.log_prob(x)))
        return p.sample(seed=self.seed_generator) if self.sample else p.mean

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The data's shape."""
        return tuple(input_shape[0])
