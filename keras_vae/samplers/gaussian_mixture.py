"""Mixture of normals fitted to latents (Ghosh et al., 2020), arxiv.org/abs/1903.12436."""

import math
from typing import Any

import numpy as np

from keras_vae.parts import check_choice, check_count
from keras_vae.samplers.latent_density import LatentDensity, moments
from keras_vae.samplers.seeds import numpy_generator
from keras_vae.serialization import register
from keras_vae.typing import Seed


@register
class GaussianMixture(LatentDensity):
    """Mixture of normals, fitted by scikit-learn's expectation maximisation.

    `arrays` has `weights` (components,), `means` (components, size) and `covariances`, (components,
    size, size) or, of diagonal ones, (components, size). Once fitted it works without scikit-learn,
    and its draws are the same on every backend.

    Args:
        num_components: int. Defaults to `10`.
        covariance: `"full"`, or `"diag"` for latents of many dimensions. Defaults to `"full"`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if `num_components` is not a positive integer or `covariance` unknown.
        ImportError: on fitting, if scikit-learn is missing.

    Reference:
        - [Ghosh et al., 2020](https://arxiv.org/abs/1903.12436), section 4

    Example:

    >>> sampler = keras_vae.samplers.GaussianMixture(num_components=3).fit(vae, x, seed=0)
    >>> vae.generate(5, seed=0, sampler=sampler).shape
    (5, 8, 8)
    """

    def __init__(self, num_components: int = 10, covariance: str = "full", **kwargs: Any) -> None:
        check_count("samplers.GaussianMixture", num_components=num_components)
        check_choice("samplers.GaussianMixture", ("full", "diag"), covariance=covariance)
        super().__init__(**kwargs)
        self.num_components = num_components
        self.covariance = covariance

    def check_latents(self, z: Any) -> Any:
        if len(z) < self.num_components:
            raise ValueError(
                f"{self.owner} needs at least as many latents as components. "
                f"Received: {len(z)} latents, num_components={self.num_components}"
            )

    def fit_vectors(self, z: Any, seed: Seed) -> None:
        # In units of each dimension's deviation, for scikit-learn adds 1e-6 to every variance.
        shift, scale = moments(z)
        mixture = _scikit_learn_mixture()(
            self.num_components, covariance_type=self.covariance, max_iter=300, random_state=seed
        )
        mixture.fit((z - shift) / scale)
        units = scale if self.covariance == "diag" else np.sqrt(np.outer(scale, scale))
        self.arrays.update(
            weights=mixture.weights_,
            means=shift + scale * mixture.means_,
            covariances=mixture.covariances_ * units**2,
        )

    def _components(self):
        return zip(*(self.arrays[n] for n in ("weights", "means", "covariances")), strict=True)

    def draw_vectors(self, num_samples: int, seed: Seed) -> Any:
        rng = numpy_generator(seed)
        weights = self.arrays["weights"]
        chosen = rng.choice(len(weights), size=num_samples, p=weights / weights.sum())
        z = rng.normal(size=(num_samples, self.arrays["means"].shape[1]))
        for i, (_, mean, covariance) in enumerate(self._components()):
            z[chosen == i] = mean + _colour(z[chosen == i], covariance)
        return z

    def score_vectors(self, z: Any) -> Any:
        each = [
            np.log(weight) + _normal_log_prob(z - mean, covariance)
            for weight, mean, covariance in self._components()
        ]
        return np.logaddexp.reduce(each, axis=0)


def _colour(noise, covariance):
    """Standard normal noise (n, size) with this covariance, (size, size) or its diagonal."""
    if covariance.ndim == 1:
        return noise * np.sqrt(covariance)
    return noise @ np.linalg.cholesky(covariance).T


def _normal_log_prob(difference, covariance):
    """log N(difference; 0, covariance), (n, size) -> (n,)."""
    if covariance.ndim == 1:
        deviations = np.sqrt(covariance)
        white = difference / deviations
    else:
        tril = np.linalg.cholesky(covariance)
        deviations = np.diag(tril)
        white = np.linalg.solve(tril, difference.T).T
    constant = np.sum(np.log(deviations)) + 0.5 * white.shape[1] * math.log(2 * math.pi)
    return -0.5 * np.sum(white**2, axis=1) - constant


def _scikit_learn_mixture():
    try:
        from sklearn.mixture import GaussianMixture
    except ImportError as error:
        raise ImportError(
            "samplers.GaussianMixture needs scikit-learn to fit: pip install keras_vae[samplers]"
        ) from error
    return GaussianMixture
