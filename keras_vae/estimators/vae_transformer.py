"""The latents of a model as features, by a transformer of scikit-learn."""

from typing import Any, Self

import numpy as np
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_array, check_is_fitted

from keras_vae.estimators.base import VAEEstimator


class VAETransformer(ClassNamePrefixFeaturesOutMixin, TransformerMixin, VAEEstimator):
    """Transformer of scikit-learn: a model's `encode` as `transform`, for pipelines and searches.

    Columns of real numbers are brought to mean 0 and deviation 1 first.

    Args:
        model: see `AnomalyDetector`, as for all that follow. Defaults to `"GaussianVAE"`.
        latent_dim: int or `None`. Defaults to `8`.
        hidden: tuple of int or `None`. Defaults to `(64, 64)`.
        likelihood: name, `keras_vae.likelihoods.Likelihood` or `None`. Defaults to
            `"shared_normal"`.
        model_options: dict or `None`. Defaults to `None`.
        num_samples: int, draws for each row in `score`. Defaults to `50`.
        epochs: int or `None`. Defaults to `None`.
        batch_size: int. Defaults to `128`.
        learning_rate: float > 0. Defaults to `1e-3`.
        random_state: int, `numpy.random.RandomState` or `None`. Defaults to `None`.
        verbose: 0, 1 or 2. Defaults to `0`.

    Attributes:
        model_: the trained `keras_vae.VAE`.
        loss_curve_: list of the training loss of each epoch.
        n_features_in_: int, columns of the training rows.
        feature_names_in_: array of str, their names, if they came in a DataFrame.

    Raises:
        ValueError: in `fit`, if an argument is not as it must be.

    Example:

    >>> from keras_vae.estimators import VAETransformer
    >>> rng = np.random.default_rng(0)
    >>> rows = rng.normal(size=(300, 1)) + 0.1 * rng.normal(size=(300, 4))
    >>> transformer = VAETransformer(latent_dim=2, epochs=20, random_state=0)
    >>> latents = transformer.fit_transform(rows)
    >>> latents.shape, transformer.inverse_transform(latents).shape
    ((300, 2), (300, 4))
    """

    def fit(self, X: Any, y: Any = None) -> Self:
        """Train the model.

        Args:
            X: array or DataFrame (n, features) of finite numbers.
            y: not looked at.
        """
        self._fit_model(X)
        return self

    def transform(self, X: Any) -> np.ndarray:
        """The posterior's means, (n, latents); latents of several axes are made flat."""
        z = self.model_.encode(self._rows(X), verbose=0)
        return z.reshape(len(z), -1)

    def inverse_transform(self, X: Any) -> np.ndarray:
        """The means of p(x|z) at latents (n, latents), in the data's own units, (n, features)."""
        check_is_fitted(self)
        z = check_array(X, dtype=np.float32)
        if z.shape[1] != self._n_features_out:
            raise ValueError(
                f"inverse_transform needs latents of shape (n, {self._n_features_out}). "
                f"Received: X of shape {z.shape}"
            )
        z = z.reshape(len(z), *self.model_.latent_shape)
        return self.scaling_.backward(self.model_.decode(z, verbose=0))

    def score(self, X: Any, y: Any = None) -> float:
        """The mean of log p(x) over rows, in nats, by importance sampling: for searches."""
        return float(self._log_likelihood(self._rows(X)).mean())

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float32"]  # what the model computes in
        return tags

    @property
    def _n_features_out(self) -> int:
        return int(np.prod(self.model_.latent_shape))
