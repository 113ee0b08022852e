"""What the estimators have in common: a model that is made, fitted, asked and stored."""

import math
from typing import Any, Self

import keras
import numpy as np
from keras import ops
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from keras_vae import models
from keras_vae.checks import check_count, check_positive
from keras_vae.distributions.elementwise import elementwise_log_prob
from keras_vae.estimators.mixed_tables import TableScaling
from keras_vae.estimators.model_choice import make_model, make_table_model
from keras_vae.estimators.row_noise import run_by_row
from keras_vae.estimators.scaling import Standardization
from keras_vae.estimators.storage import from_bytes, to_bytes
from keras_vae.tables import Schema
from keras_vae.typing import Seed, Tensor

#: gradient steps where no number of epochs is given
STEPS = 2_000


class VAEEstimator(BaseEstimator):
    """Base of the estimators. Its arguments are described in each of them."""

    def __init__(
        self,
        model: Any = "GaussianVAE",
        *,
        latent_dim: int | None = 8,
        hidden: tuple[int, ...] | None = (64, 64),
        likelihood: Any = "shared_normal",
        model_options: dict[str, Any] | None = None,
        num_samples: int = 50,
        epochs: int | None = None,
        batch_size: int = 128,
        learning_rate: float = 1e-3,
        random_state: Any = None,
        verbose: Any = 0,
    ) -> None:
        self.model = model
        self.latent_dim = latent_dim
        self.hidden = hidden
        self.likelihood = likelihood
        self.model_options = model_options
        self.num_samples = num_samples
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.random_state = random_state
        self.verbose = verbose

    def _check_arguments(self) -> None:
        owner = type(self).__name__
        check_count(owner, batch_size=self.batch_size, num_samples=self.num_samples)
        check_positive(owner, learning_rate=self.learning_rate)
        if self.epochs is not None:
            check_count(owner, epochs=self.epochs)

    def _fit_model(self, X: Any) -> np.ndarray:
        """Make and train the model; the rows as it sees them, (n, features), float32."""
        self._check_arguments()
        vae, x = self._model_and_rows(X)
        self._check_model(vae, x)
        vae.compile(keras.optimizers.Adam(self.learning_rate))
        steps_per_epoch = math.ceil(len(x) / self.batch_size)
        epochs = self.epochs or math.ceil(STEPS / steps_per_epoch)
        history = vae.fit(x, epochs=epochs, batch_size=self.batch_size, verbose=self.verbose)
        self.model_ = vae
        self.loss_curve_ = list(history.history["loss"])
        self.n_iter_ = len(self.loss_curve_)
        return x

    def _model_and_rows(self, X: Any) -> tuple[models.VAE, np.ndarray]:
        """A new model, and the rows as it sees them; sets `scaling_` and `seed_`."""
        schema = self._schema_of(X)
        # Of a table, scikit-learn notes the names of its columns.
        X = validate_data(self, X, **self._validation(schema is not None))
        self.seed_ = int(check_random_state(self.random_state).randint(2**31 - 1))
        owner, options = type(self).__name__, self.model_options or {}
        defaults = {
            "latent_dim": self.latent_dim,
            "hidden": self.hidden,
            "likelihood": self.likelihood,
        }
        if schema is not None:
            vae = make_table_model(owner, self.model, schema, self.seed_, defaults, options)
            self.scaling_: Any = TableScaling(schema)
        else:
            vae = make_model(owner, self.model, X.shape[1], self.seed_, defaults, options)
            self.scaling_ = Standardization(X, vae.likelihood_layer)
        return vae, self.scaling_.forward(X)

    def _schema_of(self, X: Any) -> Schema | None:
        """The schema of a table; `None` for arrays of numbers, and what counts as such."""
        return None

    def _validation(self, is_table: bool) -> dict[str, Any]:
        return {"skip_check_array": True} if is_table else {"dtype": np.float64}

    def _check_model(self, vae: Any, x: np.ndarray) -> None:
        """Raise a ValueError unless the estimator can ask the model what it needs."""

    def _rows(self, X: Any) -> np.ndarray:
        """Checked rows as the model sees them, (n, features), float32."""
        check_is_fitted(self)
        if isinstance(self.scaling_, Standardization):
            X = validate_data(self, X, dtype=np.float64, reset=False)
        return self.scaling_.forward(X)

    def _log_likelihood(self, x: np.ndarray) -> np.ndarray:
        """log p(x) of rows as the model sees them, in nats of the data's own units, (n,)."""
        count = self.num_samples

        def estimate(inputs: dict[str, Tensor], seed: Seed) -> Tensor:
            log_weight = self.model_.trace(inputs, num_samples=count, seed=seed).log_weight()
            return ops.logsumexp(log_weight, axis=0) - math.log(count)

        return self._in_own_units(self._run(f"log_likelihood_{count}", estimate, x), x)

    def _reconstruction_probability(self, x: np.ndarray) -> np.ndarray:
        """The mean of log p(x|z) over draws of q(z|x), in nats of the data's units, (n,)."""
        count = self.num_samples

        def estimate(inputs: dict[str, Tensor], seed: Seed) -> Tensor:
            trace = self.model_.trace(inputs, num_samples=count, seed=seed)
            return ops.mean(trace.log_likelihood(), axis=0)

        return self._in_own_units(self._run(f"reconstruction_probability_{count}", estimate, x), x)

    def _log_prob_by_column(self, x: np.ndarray) -> np.ndarray:
        """The mean of log p(x_j|z) over draws of q(z|x), in nats, (n, features); NaN if missing."""
        count = self.num_samples

        def estimate(inputs: dict[str, Tensor], seed: Seed) -> Tensor:
            trace = self.model_.trace(inputs, num_samples=count, seed=seed)
            p = trace.likelihood.base if self.model_.missing else trace.likelihood
            return ops.mean(elementwise_log_prob(p, trace.x), axis=0)

        values = self._run(f"log_prob_by_column_{count}", estimate, x).astype("float64")
        values = values[:, self._column_order()] - self.scaling_.log_scale
        return np.where(np.isnan(x), np.nan, values)

    def _column_order(self):
        """The place of each column among the elements, which stand group by group."""
        everything = range(self.model_.data_shape[0])
        pieces = [columns or everything for columns, _ in self.model_.likelihood_layer.pieces()]
        return np.argsort([column for columns in pieces for column in columns])

    def _run(self, name, function, x):
        return run_by_row(self.model_, name, function, x, self.seed_)

    def _in_own_units(self, log_density, x):
        """Log-densities in units of the data; what is missing has no density and no unit."""
        units = np.where(np.isnan(x), 0.0, self.scaling_.log_scale).sum(axis=1)
        return log_density.astype("float64") - units

    # ---- storage ---------------------------------------------------------------------------

    def __getstate__(self) -> dict[str, Any]:
        state = dict(super().__getstate__())
        if "model_" in state:
            state["model_"] = to_bytes(state["model_"])
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        state = dict(state)
        if "model_" in state:
            state["model_"] = from_bytes(state["model_"])
        super().__setstate__(state)

    def fit(self, X: Any, y: Any = None) -> Self:
        """Make the model anew, and train it."""
        raise NotImplementedError
