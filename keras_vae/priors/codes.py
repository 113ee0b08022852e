"""Priors over the codes of a quantizer, trained after it (van den Oord et al., 2017)."""

import functools
import math
import warnings
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vae.checks import is_free
from keras_vae.context import Context
from keras_vae.distributions.quantized import LearnedCodes, UniformCodes, UnscoredCodes
from keras_vae.parts import check_count, check_non_negative
from keras_vae.posteriors import Quantizer
from keras_vae.priors.prior import Prior, check_no_temperature

#: more codes than these make a network of gigabytes: its logits are places x codes an example
MOST_CODES = 2**20


class CodePrior(Prior):
    """Base of the priors over codes: uniform until `fit(indices)`, then autoregressive.

    While the quantizer trains, the prior is uniform over its codes, and there is no network. Then
    `fit` makes the network and trains it on the codes of examples; `sample` draws from it, and
    `distribution` scores by it. In a conditional model the network sees the condition.

    A subclass makes the network in `make_network(size, num_codes, condition_shape)`, from integers
    (batch, *size), or a list of them and a condition, to logits of each code given those before it.
    """

    takes_free_sizes = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.context: Any = None
        #: the network, a `keras.Model`; None before `fit`
        self.network: Any = None
        #: whether the network takes a condition
        self.sees_condition = False

    def bind(self, context: Context) -> None:
        """Learn what the posterior's codes are, and the condition's shape.

        Raises:
            ValueError: if the posterior is not a quantizer.
        """
        if not isinstance(context.posterior, Quantizer):
            raise ValueError(
                f"The prior {type(self).__name__} needs a quantizer as posterior. "
                f"Received: posterior={context.posterior!r}"
            )
        self.context = context

    @property
    def quantizer(self) -> Quantizer:
        """The model's quantizer."""
        return self.context.posterior

    @property
    def condition_shape(self) -> tuple[int, ...] | None:
        """The shape of a condition, without batch axis; `None` without one."""
        return None if self.context is None else self.context.condition_shape

    def build(self, event_shape: tuple[int, ...]) -> None:
        super().build(event_shape)
        self.fitted = self.float32_weight("fitted", (), "zeros")
        # The model trains without it, and before it.
        self.trainable = False

    @property
    def can_sample(self) -> bool:
        """Whether the network has been made, by `fit` or from a file."""
        return self.network is not None

    @property
    def conditional(self) -> bool:
        """Whether the model has a condition, which `distribution` and `sample` then take."""
        return self.condition_shape is not None

    @property
    def size(self) -> tuple[int, ...]:
        """The codes as the network takes them: (height, width), levels beside each other.

        Raises:
            ValueError: if height and width are free.
        """
        if is_free(self.quantizer.code_shape):
            raise ValueError(
                f"The prior {type(self).__name__} is fitted to codes of one size: make the model "
                "with height and width in data_shape. Received: codes of shape "
                f"{self.quantizer.code_shape}"
            )
        height, *rest = self.quantizer.code_shape or (1,)
        return height, math.prod(rest)

    def make_network(
        self,
        size: tuple[int, ...],
        num_codes: int,
        condition_shape: tuple[int, ...] | None = None,
    ) -> keras.Model:
        """The network over codes of this size."""
        raise NotImplementedError

    def compiled_trainer(self, network: keras.Model, optimizer: Any) -> keras.Model:
        """The compiled model that `fit` runs on inputs and codes to train a network: itself."""
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        network.compile(optimizer, loss)
        return network

    def distribution(
        self, temperature: float = 1.0, condition: Any = None
    ) -> UniformCodes | LearnedCodes | UnscoredCodes:
        """`keras_vae.distributions.UniformCodes` before `fit`, and `LearnedCodes` after it.

        Args:
            temperature: float, 1: codes have no standard deviation. Defaults to `1.0`.
            condition: tensor (batch, condition), where the fitted network takes one. Defaults to
                `None`.

        Raises:
            ValueError: if `temperature` is not 1, or if a condition is missing.
        """
        check_no_temperature(type(self).__name__, temperature)
        quantizer = self.quantizer
        if self.network is None and is_free(quantizer.code_shape):
            log_count = quantizer.num_levels * math.log(quantizer.num_codes)
            return UniformCodes(log_count, self.event_ndim, each_place=True)
        if self.network is None:
            num_places = math.prod(quantizer.code_shape)
            return UniformCodes(num_places * math.log(quantizer.num_codes), self.event_ndim)
        self._check_condition(condition)
        score = functools.partial(self._log_prob, condition=condition)
        return LearnedCodes(score, quantizer.indices_of, self.event_ndim)

    def fit(
        self,
        indices: Any,
        condition: Any = None,
        batch_size: int = 64,
        epochs: int = 10,
        optimizer: Any = "adam",
        verbose: Any = "auto",
        **kwargs: Any,
    ) -> keras.callbacks.History:
        """Train the network on codes; the first call makes it.

        `vae.fit_prior(x)` does this for the codes of examples, and is to be preferred: functions
        that a model has compiled before know of the new prior only by it.

        Args:
            indices: integer array (n, *code_shape), as `encode_indices` gives them.
            condition: array (n, condition), of a conditional model. Defaults to `None`.
            batch_size: int. Defaults to `64`.
            epochs: int. Defaults to `10`.
            optimizer: name or `keras.optimizers.Optimizer`. Defaults to `"adam"`.
            verbose: as in `keras.Model.fit`. Defaults to `"auto"`.
            **kwargs: passed to `keras.Model.fit`: `callbacks`, `validation_split`, ...

        Returns:
            `keras.callbacks.History`, its `loss` in nats for each code.

        Raises:
            ValueError: if `indices` are not codes, if a condition is missing or has no row for each
                of them, or if the codebook is too large for a network over it.
        """
        indices = self._codes(indices)
        if self.network is None:
            self._attach(self._new_network(self.conditional), self.conditional)
        inputs = self._inputs(indices, condition)
        # A copy, for the network itself is frozen while and where the model trains.
        network = self._new_network(self.sees_condition)
        network.set_weights(self.network.get_weights())
        trainer = self.compiled_trainer(network, optimizer)
        settings = {"batch_size": batch_size, "epochs": epochs, "verbose": verbose, **kwargs}
        history = trainer.fit(inputs, indices, **settings)
        self.network.set_weights(network.get_weights())
        self.fitted.assign(1.0)
        return history

    def log_prob(self, indices: Any, batch_size: int = 256, condition: Any = None) -> np.ndarray:
        """Log-probability of codes under the network in nats, an array (n,).

        Args:
            indices: integer array (n, *code_shape).
            batch_size: int. Defaults to `256`.
            condition: array (n, condition), where the network takes one. Defaults to `None`.

        Raises:
            ValueError: if `fit` has not been called, or as `fit`.
        """
        self._check_fitted()
        codes = self._codes(indices)
        inputs = self._inputs(codes, condition)
        parts = []
        for start in range(0, len(codes), batch_size):
            rows = slice(start, start + batch_size)
            batch = keras.tree.map_structure(lambda a, rows=rows: a[rows], inputs)
            logits = self.network.predict_on_batch(batch).astype("float32")
            chosen = np.take_along_axis(logits, codes[rows][..., None], axis=-1)[..., 0]
            log_p = chosen - np.logaddexp.reduce(logits, axis=-1)
            parts.append(log_p.reshape(len(log_p), -1).sum(axis=1))
        return np.concatenate(parts)

    def sample_indices(
        self, num_samples: int, seed: Any = None, temperature: float = 1.0, condition: Any = None
    ) -> np.ndarray:
        """Codes drawn one after the other, integers (num_samples, *code_shape).

        Args:
            num_samples: int.
            seed: int or `keras.random.SeedGenerator`. Defaults to `None`.
            temperature: float >= 0, divides the logits; 0 takes the likeliest code. Defaults to
                `1.0`.
            condition: array (num_samples, condition), where the network takes one. Defaults to
                `None`.

        Raises:
            ValueError: if `fit` has not been called, or an argument is out of its range.
        """
        check_count("The prior", num_samples=num_samples)
        check_non_negative("The prior", temperature=temperature)
        self._check_fitted()
        if not isinstance(seed, keras.random.SeedGenerator):
            seed = keras.random.SeedGenerator(seed)
        codes = np.zeros((num_samples, *self.size), "int32")
        inputs = self._inputs(codes, condition)  # views of `codes`, which is filled below
        for place in np.ndindex(*self.size):
            logits = self.network.predict_on_batch(inputs)[(slice(None), *place)]
            # The Gumbel-max trick.
            uniform = keras.random.uniform(logits.shape, 2.0**-24, 1 - 2.0**-24, seed=seed)
            noise = -np.log(-np.log(ops.convert_to_numpy(uniform)))
            codes[(slice(None), *place)] = np.argmax(logits + temperature * noise, axis=-1)
        return codes.reshape(num_samples, *self.quantizer.code_shape)

    def sample(
        self,
        num_samples: int,
        seed: Any = None,
        temperature: float = 1.0,
        condition: Any = None,
        sides: Any = None,
    ) -> Any:
        """Latents of drawn codes, (num_samples, latent); see `sample_indices`.

        There is no network for maps of free `sides`, so that these are refused as not fitted.
        """
        indices = self.sample_indices(num_samples, seed, temperature, condition)
        return self.quantizer.embed(indices)

    # ---- the network -----------------------------------------------------------------------

    def _new_network(self, sees_condition):
        num_codes = self.quantizer.num_codes
        if num_codes > MOST_CODES:
            raise ValueError(
                f"The prior {type(self).__name__} needs at most {MOST_CODES} codes: its network "
                f"has a row for each. Received: a quantizer of {num_codes} codes"
            )
        condition_shape = self.condition_shape if sees_condition else None
        return self.make_network(self.size, num_codes, condition_shape)

    def _attach(self, network, sees_condition):
        """Make a network a layer of this built one, which Keras has locked; None takes it away."""
        self._tracker.unlock()
        if self.network is not None:
            self._tracker.untrack(self.network)
        # The variables, not the layer: a model's config names its frozen layers, and one that is
        # made from the config has no network yet.
        for variable in [] if network is None else network.variables:
            variable.trainable = False
        self.network = network
        self.sees_condition = network is not None and sees_condition
        self._tracker.lock()

    def _log_prob(self, indices, condition=None):
        """Log-probability of codes, tensors (..., *code_shape) -> (...) in nats."""
        indices = ops.cast(indices, "int32")
        leading = ops.shape(indices)[: len(indices.shape) - len(self.quantizer.code_shape)]
        codes = ops.reshape(indices, (-1, *self.size))
        inputs = codes
        if self.sees_condition:
            draws = leading[0] if len(leading) > 1 else 1
            inputs = [codes, ops.tile(condition, (draws, *[1] * len(self.condition_shape)))]
        logits = ops.cast(self.network(inputs, training=False), "float32")
        chosen = ops.take_along_axis(logits, ops.expand_dims(codes, -1), axis=-1)[..., 0]
        log_p = chosen - ops.logsumexp(logits, axis=-1)
        return ops.reshape(ops.sum(log_p, axis=tuple(range(1, len(log_p.shape)))), leading)

    # ---- files -----------------------------------------------------------------------------

    def save_own_variables(self, store: Any) -> None:
        """Keras' hook: whether the prior is fitted, and whether its network sees a condition."""
        super().save_own_variables(store)
        if self.sees_condition:
            store["sees_condition"] = np.array(1.0, "float32")

    def load_own_variables(self, store: Any) -> None:
        """Keras' hook: makes the network if the file has a fitted one, before its weights come.

        Files of version 0.1 hold the network of a prior that was never fitted too; it is left out.
        """
        if "0" not in store:
            warnings.warn(
                f"The file has no prior {type(self).__name__}: it stays as it is. Make the model "
                'with the prior that the file was written with, such as prior="pixel_cnn".',
                stacklevel=2,
            )
            return
        self.fitted.assign(store["0"])
        fitted = bool(ops.convert_to_numpy(self.fitted))
        sees_condition = "sees_condition" in store
        if fitted != (self.network is not None) or sees_condition != self.sees_condition:
            network = self._new_network(sees_condition) if fitted else None
            self._attach(network, sees_condition)

    # ---- checks ----------------------------------------------------------------------------

    def _codes(self, indices):
        return self.quantizer.check_indices(indices).reshape(-1, *self.size)

    def _inputs(self, codes, condition):
        """What the network takes: the codes, or a list of them and their conditions, as arrays."""
        self._check_condition(condition)
        if not self.sees_condition:
            return codes
        condition = np.asarray(ops.convert_to_numpy(condition), "float32")
        expected = (len(codes), *self.condition_shape)
        if condition.shape != expected:
            raise ValueError(
                f"The prior {type(self).__name__} needs a condition of shape {expected}, a row for "
                f"each latent. Received: condition of shape {condition.shape}"
            )
        return [codes, condition]

    def _check_condition(self, condition):
        if self.sees_condition and condition is None:
            raise ValueError(
                f"The prior {type(self).__name__} was fitted with conditions: it needs condition=. "
                "Received: condition=None"
            )

    def _check_fitted(self):
        if self.network is None:
            raise ValueError(
                f"The prior {type(self).__name__} knows no codes yet: fit it after the model, with "
                "vae.fit_prior(x). Received: a prior that has not been fitted"
            )
