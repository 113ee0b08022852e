"""What the samplers made by flows share."""

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vae.models.programs import BATCH_SIZE
from keras_vae.samplers.latent_density import LatentDensity, moments
from keras_vae.samplers.seeds import seed_of
from keras_vae.samplers.training import LatentLoss
from keras_vae.typing import Seed, Shape


class FlowSampler(LatentDensity):
    """Base of the flow samplers: a flow prior, fitted to standardised latents by their likelihood.

    Args:
        num_flows: int, number of steps.
        hidden: tuple of int, widths of the hidden layers in each step's network.
        activation: name or function, of these layers.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if a size is not a positive integer.
    """

    def __init__(
        self, num_flows: int, hidden: tuple[int, ...], activation: Any, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.num_flows = num_flows
        self.hidden = hidden
        self.activation = activation
        self.make_prior()  # raises errors for its arguments now, not when it is fitted

    def make_prior(self) -> Any:
        """The `keras_vae.priors.FlowPrior` that is fitted."""
        raise NotImplementedError

    def _built_prior(self):
        prior = self.make_prior()
        prior.build_once((int(np.prod(self.latent_shape)),))
        return prior

    def prepare(self, latent_shape: Shape) -> None:
        unprepared = self.latent_shape is None
        super().prepare(latent_shape)
        if unprepared:
            self.prior = self._built_prior()

    def fit_vectors(
        self,
        z: Any,
        seed: Seed,
        epochs: Any = 20,
        batch_size: int | None = 256,
        optimizer: Any = "adam",
        verbose: Any = "auto",
        **kwargs: Any,
    ) -> None:
        shift, scale = moments(z)
        white = ((z - shift) / scale).astype("float32")
        # A new one, for a second fit starts anew, and files need no optimizer.
        prior = self._built_prior()
        draw_kernels(prior, seed)
        options = {"epochs": epochs, "batch_size": batch_size, "verbose": verbose, **kwargs}
        maximize_likelihood(prior, white, optimizer, seed, **options)
        self.prior.set_weights(prior.get_weights())
        self.arrays.update(shift=shift, scale=scale)

    def draw_vectors(self, num_samples: int, seed: Seed) -> Any:
        z = ops.convert_to_numpy(self.prior.sample(num_samples, seed=seed_of(seed)))
        return self.arrays["shift"] + self.arrays["scale"] * z

    def score_vectors(self, z: Any) -> Any:
        white = ((z - self.arrays["shift"]) / self.arrays["scale"]).astype("float32")
        loss = LogDensity(self.prior).predict(white, batch_size=BATCH_SIZE, verbose=0)
        return -loss - np.sum(np.log(self.arrays["scale"]))


def draw_kernels(prior: Any, seed: Seed) -> None:
    """Draw a built prior's kernels anew, by Glorot's rule as its networks do, but by a seed."""
    glorot = keras.initializers.GlorotUniform(keras.random.SeedGenerator(seed))
    for weight in prior.trainable_variables:
        # Biases and last layers start at zero.
        if np.any(ops.convert_to_numpy(weight)):
            weight.assign(glorot(weight.shape))


class LogDensity(LatentLoss):
    """A prior as a model that `fit` makes latents likely under; it gives -log p(z) in nats.

    Args:
        prior: `keras_vae.priors.Prior`, built.
        seed: int, of the shuffles. Defaults to `None`.
    """

    def __init__(self, prior: Any, seed: int | None = None) -> None:
        super().__init__(seed)
        self.prior = prior
        self.built = True

    def call(self, z: Any, training: bool = False) -> Any:
        return -self.prior.distribution().log_prob(z)


def maximize_likelihood(prior: Any, z: Any, optimizer: Any, seed: int, **kwargs: Any) -> Any:
    """Train a prior's weights by the likelihood of latents.

    Args:
        prior: `keras_vae.priors.Prior`, built.
        z: float32 array (n, latent).
        optimizer: name or `keras.optimizers.Optimizer`.
        seed: int, of the shuffles, or None.
        **kwargs: passed to `keras.Model.fit`.

    Returns:
        `keras.callbacks.History`, its `loss` in nats a latent.
    """
    model = LogDensity(prior, seed)
    model.compile(optimizer)
    return model.fit(z, **kwargs)
