"""Rows that a model finds unlikely (An and Cho, 2015), as an outlier detector of scikit-learn."""

from typing import Any, Self

import numpy as np
from sklearn.base import OutlierMixin

from keras_vae.checks import check_choice, is_number, refuse
from keras_vae.distributions.distribution import Density
from keras_vae.estimators.base import VAEEstimator
from keras_vae.estimators.mixed_tables import as_frame, is_mixed
from keras_vae.tables import Schema, is_frame

METHODS = ("log_likelihood", "reconstruction_probability")


class AnomalyDetector(OutlierMixin, VAEEstimator):
    r"""Outlier detector of scikit-learn: rows that a model of the zoo finds unlikely.

    It learns what is usual from the rows of `fit`, and scores rows by the model's log-density:

    - `"log_likelihood"`: $\log p(x)$, by importance sampling;
    - `"reconstruction_probability"`: $\mathbb{E}_{q(z|x)} \log p(x|z)$ (An and Cho, 2015), for
      models whose latents have no density too.

    Columns of real numbers are brought to mean 0 and deviation 1; scores are in nats of the data's
    own units. A DataFrame with text, categories or missing values gets the schema of `TabularVAE`
    (`keras_vae.tables`): what is missing adds nothing to a score, and columns may come in another
    order later.

    A row's draws depend on its values alone, so its score does not change with the rows beside it.

    Args:
        model: name of a model, such as `"GaussianVAE"` or `"vamp_vae"`; a paper's class; a function
            of `data_shape` that makes a `keras_vae.VAE`; or the config of one, by
            `keras.saving.serialize_keras_object`. For a DataFrame with mixed columns or missing
            values, a paper of tables. Defaults to `None`: `"GaussianVAE"`, or `"TabularVAE"` for
            such a DataFrame.
        latent_dim: int, latents of a model by name; `None` for the paper's own number. Defaults
            to `8`.
        hidden: tuple of int, hidden layers of a model by name; `None` for the paper's own. Defaults
            to `(64, 64)`.
        likelihood: name or `keras_vae.likelihoods.Likelihood` of a model by name; `None` for the
            paper's own. Tables have the likelihoods of their columns. Defaults to
            `"shared_normal"`.
        model_options: dict of further arguments of a model by name. Defaults to `None`.
        kinds: dict of corrections to the schema of a table, see `keras_vae.tables.Schema.find`.
            Defaults to `None`.
        unseen: `"error"`, a category that no training row had is refused; or `"missing"`, it counts
            as a missing value. Defaults to `"error"`.
        method: `"log_likelihood"` or `"reconstruction_probability"`. Defaults to
            `"log_likelihood"`.
        contamination: float in (0, 0.5], the share of training rows that get the label -1. Defaults
            to `0.1`.
        num_samples: int, draws for each row's score. Defaults to `50`.
        epochs: int. Defaults to `None`, as many as make 2,000 gradient steps.
        batch_size: int. Defaults to `128`.
        learning_rate: float > 0, of Adam. Defaults to `1e-3`.
        random_state: int, `numpy.random.RandomState` or `None`. Defaults to `None`.
        verbose: 0, 1 or 2, of the training. Defaults to `0`.

    Attributes:
        model_: the trained `keras_vae.VAE`.
        offset_: float, the score below which a row gets the label -1.
        loss_curve_: list of the training loss of each epoch.
        n_features_in_: int, columns of the training rows.
        feature_names_in_: array of str, their names, if they came in a DataFrame.

    Raises:
        ValueError: in `fit`, if an argument is not as it must be.

    References:
        - [An and Cho, 2015](http://dm.snu.ac.kr/static/docs/TR/SNUDM-TR-2015-03.pdf)

    Example:

    >>> from keras_vae.estimators import AnomalyDetector
    >>> rng = np.random.default_rng(0)
    >>> rows = rng.normal(size=(300, 1)) + 0.1 * rng.normal(size=(300, 4))
    >>> detector = AnomalyDetector(latent_dim=2, epochs=100, random_state=0).fit(rows)
    >>> strange = np.array([[1.0, 1.0, -3.0, 1.0]])
    >>> detector.predict(strange)
    array([-1])
    >>> int(detector.blame(strange).argmax())
    2
    """

    def __init__(
        self,
        model: Any = None,
        *,
        latent_dim: int | None = 8,
        hidden: tuple[int, ...] | None = (64, 64),
        likelihood: Any = "shared_normal",
        model_options: dict[str, Any] | None = None,
        kinds: dict[Any, Any] | None = None,
        unseen: str = "error",
        method: str = "log_likelihood",
        contamination: float = 0.1,
        num_samples: int = 50,
        epochs: int | None = None,
        batch_size: int = 128,
        learning_rate: float = 1e-3,
        random_state: Any = None,
        verbose: Any = 0,
    ) -> None:
        super().__init__(
            model,
            latent_dim=latent_dim,
            hidden=hidden,
            likelihood=likelihood,
            model_options=model_options,
            num_samples=num_samples,
            epochs=epochs,
            batch_size=batch_size,
            learning_rate=learning_rate,
            random_state=random_state,
            verbose=verbose,
        )
        self.kinds = kinds
        self.unseen = unseen
        self.method = method
        self.contamination = contamination

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn what is usual.

        Args:
            X: array or DataFrame (n, features) of finite numbers; or a DataFrame with mixed columns
                or missing values.
            y: not looked at.
        """
        check_choice("AnomalyDetector", METHODS, method=self.method)
        if not is_number(self.contamination) or not 0 < self.contamination <= 0.5:
            refuse("AnomalyDetector", "in (0, 0.5]", contamination=self.contamination)
        x = self._fit_model(X)
        self._training_rows_ = x[:1024]
        self._usual_ = None
        self.offset_ = float(np.percentile(self._scores(x), 100.0 * self.contamination))
        return self

    def _schema_of(self, X: Any) -> Schema | None:
        return Schema.find(X, self.kinds, self.unseen) if is_mixed(X) else None

    def _check_model(self, vae: Any, x: np.ndarray) -> None:
        density = vae.posterior(x[:1], verbose=0).traits.density
        if self.method == "log_likelihood" and density is Density.NONE:
            raise ValueError(
                'AnomalyDetector: method="log_likelihood" needs a model whose latents have a '
                'density. Use method="reconstruction_probability". '
                f"Received: model={self.model!r}"
            )

    def score_samples(self, X: Any) -> np.ndarray:
        """The log-density of each row by `method`, in nats, (n,): the lower, the stranger."""
        return self._scores(self._rows(X))

    def decision_function(self, X: Any) -> np.ndarray:
        """`score_samples` less `offset_`, (n,): negative for outliers."""
        return self.score_samples(X) - self.offset_

    def predict(self, X: Any) -> np.ndarray:
        """-1 for outliers, 1 for other rows, (n,)."""
        return np.where(self.decision_function(X) < 0, -1, 1)

    def blame(self, X: Any) -> np.ndarray:
        """How much stranger each column of a row is than the column usually is, in nats.

        The mean of $-\\log p(x_j|z)$ over draws of $q(z|x)$, less its median over training rows.

        Args:
            X: array or DataFrame (n, features).

        Returns:
            Array (n, features), or DataFrame with the columns of `X`. The largest number of a row
            names the column to blame. It is 0 where a value is missing.

        Raises:
            ValueError: if the likelihood does not know the density of each column.
        """
        x = self._rows(X)
        strangeness = np.nan_to_num(self._usual() - self._log_prob_by_column(x))
        if not is_frame(X):
            return strangeness
        return as_frame(strangeness, self.scaling_, X)

    def _usual(self):
        """The median over training rows of each column's log-density, (features,)."""
        # So that `blame` compares like with like. It takes a pass, which `fit` does not need.
        if self._usual_ is None:
            rows = self._log_prob_by_column(self._training_rows_)
            seen = ~np.isnan(rows).all(axis=0)
            self._usual_ = np.full(rows.shape[1], np.nan)
            self._usual_[seen] = np.nanmedian(rows[:, seen], axis=0)
        return self._usual_

    def _scores(self, x):
        by_method = {
            "log_likelihood": self._log_likelihood,
            "reconstruction_probability": self._reconstruction_probability,
        }
        return by_method[self.method](x)
