"""What every prior gives."""

import math
from typing import Any

import keras

from keras_vae.distributions import Distribution
from keras_vae.parts import Part, check_count, check_non_negative
from keras_vae.typing import Seed, Shape, Tensor


class Prior(Part):
    """Base of the priors: `distribution()` over z, and draws of it.

    Built with the latent's shape (no batch axis). Its weights are read in float32 under every
    dtype policy.
    """

    #: whether `distribution` and `sample` take a `condition`
    conditional: bool = False
    #: whether the prior is N(0, 1) in every element, whatever it has learned
    is_standard_normal: bool = False
    #: c of the Poincaré ball of curvature -c that the latents lie in; None for other spaces
    curvature: float | None = None

    @property
    def can_sample(self) -> bool:
        """Whether `sample` gives draws; not so of priors that are still to be fitted."""
        return True

    @property
    def has_density(self) -> bool:
        """Whether `distribution` knows its log-density; without it a model has no bound."""
        return True

    def distribution(self, temperature: float = 1.0) -> Distribution:
        """p(z); with parameters of the latent's shape and no batch axis.

        Args:
            temperature: float, factor on the standard deviations. Defaults to `1.0`.
        """
        raise NotImplementedError

    def check_temperature(self, owner: str, temperature: Any) -> None:
        """Raise a ValueError unless `temperature` is one that `sample` takes: a number >= 0.

        Args:
            owner: str, who asks; for the error.
            temperature: what is checked.
        """
        check_non_negative(owner, temperature=temperature)

    def given_batch(self, posterior: Distribution) -> Distribution | None:
        """p(z) as a step of training takes it, where it is another one than `distribution`.

        Args:
            posterior: q(z|x) of the batch.

        Returns:
            A distribution, or None: training takes `distribution`.
        """
        return None

    def get_build_config(self) -> None:
        """Keras' hook: nothing, for the model that loads a prior builds it, after `join`."""

    def sample(self, num_samples: int, seed: Seed = None, temperature: float = 1.0) -> Tensor:
        """Draws of z, (num_samples, latent).

        Args:
            num_samples: int.
            seed: int or `keras.random.SeedGenerator`. Defaults to `None`.
            temperature: float >= 0, factor on the standard deviations. Defaults to `1.0`.

        Raises:
            ValueError: if `num_samples` is not a positive integer or `temperature` is negative.
        """
        check_count("The prior", num_samples=num_samples)
        return self.distribution(temperature).sample(num_samples, seed=seed)

    def float32_weight(self, name: str, shape: Shape, initializer: Any) -> keras.Variable:
        """A weight that no mixed-precision policy rounds."""
        return self.add_weight(
            name=name, shape=shape, initializer=initializer, dtype="float32", autocast=False
        )


def log_square(temperature: float) -> float:
    """log(temperature^2), the shift of a log-variance; finite at temperature 0."""
    check_non_negative("The prior", temperature=temperature)
    # exp(-0.5 * 200) is 4e-44: nothing is left of the noise, and nothing becomes inf * 0.
    return 2.0 * math.log(temperature) if temperature > 0 else -200.0


def check_no_temperature(owner: str, temperature: float) -> None:
    """Raise a ValueError unless the temperature is 1, for priors without a scale."""
    if temperature != 1:
        raise ValueError(
            f"The prior {owner} has no standard deviation to multiply: it needs temperature=1. "
            f"Received: temperature={temperature!r}"
        )
