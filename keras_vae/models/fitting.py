"""How a model is compiled, fitted and evaluated: Keras' own, with checks at the door."""

import contextlib
from typing import Any

import keras
from keras import ops

from keras_vae.backend import losses_of_this_replica
from keras_vae.engine.adapters import adapt, are_arrays, data_of
from keras_vae.engine.fit import CompiledFit
from keras_vae.engine.fit_settings import (
    callback_list,
    split_for_validation,
    with_own_callbacks,
)
from keras_vae.engine.keras_internals import (
    is_called_by_fit,
    require_compiled,
    restore_variables_on_error,
)
from keras_vae.engine.uneven_batches import uneven_batches
from keras_vae.models.checks import BatchCheck, check_batch_sizes, check_whole
from keras_vae.models.inputs import check_inputs, split_inputs
from keras_vae.models.players import compile_config, join_players
from keras_vae.serialization import without_backend


class Fitting(CompiledFit):
    """Mixin of `VAE`, before `keras.Model`: the training interface."""

    def compile(
        self,
        optimizer: str | keras.optimizers.Optimizer = "adam",
        loss: None = None,
        discriminator_optimizer: str | keras.optimizers.Optimizer | None = None,
        **kwargs: Any,
    ):
        """Choose the optimizer; the loss is the model's objective.

        Args:
            optimizer: name or `keras.optimizers.Optimizer`. Defaults to `"adam"`.
            loss: must be `None`.
            discriminator_optimizer: name or `keras.optimizers.Optimizer`, of the discriminator in
                an objective that has one, such as `FactorVAE`; `"shared"` trains it with
                `optimizer` too. Its clipping and weight decay are its own. Defaults to `None`: the
                paper's. Other players of an objective have such an argument of their own name.
            **kwargs: passed to `keras.Model.compile`. `metrics` compare x with its reconstruction.

        Raises:
            ValueError: if a loss or loss weights are given, if the optimizer is `None`, or if there
                is an optimizer for a player that the objective does not have.
        """
        if loss is not None:
            raise ValueError(
                f"{type(self).__name__} brings its own loss: choose it with objective= and "
                f"likelihood= when you make the model. Received: compile(loss={loss!r})"
            )
        if kwargs.get("loss_weights") is not None:
            raise ValueError(
                f"{type(self).__name__} has no losses of compile to weigh: objectives weigh their "
                "terms, as ELBO(beta=...) does. Received: compile(loss_weights="
                f"{kwargs['loss_weights']!r})"
            )
        if optimizer is None:
            raise ValueError(
                "compile needs an optimizer: a name such as 'adam', or a "
                "keras.optimizers.Optimizer. Received: optimizer=None"
            )
        others = [name for name in kwargs if name.endswith("_optimizer")]
        asked = {name.removesuffix("_optimizer"): kwargs.pop(name) for name in others}
        asked["discriminator"] = discriminator_optimizer
        optimizer = join_players(type(self).__name__, self.objective, optimizer, asked)
        self.requested_jit = kwargs.get("jit_compile", "auto")
        self._loops.clear()
        super().compile(optimizer, loss=None, **kwargs)

    def get_compile_config(self):
        """Keras' hook: how the model was compiled, without what is this backend's own."""
        config = super().get_compile_config()
        if not config:
            return config  # of a model that was not compiled
        config = {**config, **compile_config(self.optimizer, self.objective)}
        # Keras writes what "auto" came to here: torch would then compile for a minute what JAX
        # wrote, and JAX run operation by operation what torch wrote.
        return {**without_backend(config), "jit_compile": self.requested_jit}

    def compile_from_config(self, config):
        """Keras' hook on loading: compile as the saved model was."""
        config = keras.saving.deserialize_keras_object(config)
        # Files without these are older than players with optimizers of their own.
        shared = {f"{name}_optimizer": "shared" for name in self.objective.players()}
        self.compile(**{**shared, **config})
        # Its slots now, so that their saved values find them.
        self.optimizer.build(self.trainable_variables)

    def fit(
        self,
        x=None,
        y=None,
        batch_size=None,
        epochs=1,
        verbose="auto",
        callbacks=None,
        validation_split=0.0,
        validation_data=None,
        shuffle=True,
        binarize=None,
        **kwargs,
    ):
        """Train on examples; labels `y`, if there are any, are not looked at.

        Arrays go to the device once and are trained on in a compiled loop, many steps a call.
        Everything else, as well as `run_eagerly`, distributions and data larger than half of the
        device's memory, takes Keras' own loop, with equal results.

        Args:
            x: array or tensor (n, event), a dict `{"x": ..., "condition": ...}` of them for
                conditional models, `tf.data.Dataset`, torch `DataLoader`, `PyDataset`, or
                generator of batches.
            y: ignored. Defaults to `None`.
            batch_size: int. Defaults to `None`, 32.
            epochs: int. Defaults to `1`.
            verbose: `"auto"`, 0, 1 or 2. Defaults to `"auto"`.
            callbacks: list of `keras.callbacks.Callback`. Defaults to `None`.
            validation_split: float in (0, 1), the last part of an array that is held out. Defaults
                to `0.0`.
            validation_data: like `x`, or a tuple that starts with such. Defaults to `None`.
            shuffle: bool, whether arrays are shuffled anew in each epoch, by the model's seed.
                Defaults to `True`.
            binarize: `"dynamic"` draws new bits from the grey values of x at each step, on the
                device, by the model's seed; validation data are taken as they are. Defaults to
                `None`.
            **kwargs: passed to `keras.Model.fit`: `initial_epoch`, `steps_per_epoch`, ...

        Returns:
            `keras.callbacks.History`.

        Raises:
            ValueError: if data are of the wrong shape, not finite, or outside the likelihood's
                support; if `sample_weight` or `class_weight` is given; or if `binarize` is unknown.
        """
        require_compiled(self, "fit")
        _refuse_weights("fit", kwargs)
        check_whole("fit", epochs=epochs, initial_epoch=kwargs.get("initial_epoch", 0))
        check_batch_sizes("fit", batch_size, kwargs.get("validation_batch_size"))
        self._check("x", x)
        self._set_binarize(binarize)
        if validation_split and are_arrays(x) and validation_data is None:
            x, validation_data = split_for_validation(x, validation_split)
        elif validation_split:
            kwargs["validation_split"] = validation_split
        if validation_data is not None:
            self._check("validation_data", first_of(validation_data))
        for part in self.parts():
            part.before_fit(self.context, x if are_arrays(x) else None)
            part.check_ready()
        kwargs.update(batch_size=batch_size, epochs=epochs, verbose=verbose, shuffle=shuffle)
        plain = not is_called_by_fit(callbacks)
        callbacks = with_own_callbacks(callback_list(callbacks)) if plain else callbacks
        validation_data = self._adapt(validation_data)
        with _safely(self):
            if plain and self._takes_blocks(x, kwargs.get("steps_per_epoch")):
                return self._fit_blocks(super().fit, x, validation_data, callbacks, **kwargs)
            return super().fit(
                self._adapt(x), y, callbacks=callbacks, validation_data=validation_data, **kwargs
            )

    def evaluate(self, x=None, y=None, batch_size=None, verbose="auto", callbacks=None, **kwargs):
        """The loss and its terms on data, as `keras.Model.evaluate` gives them.

        Args:
            x: as in `fit`.
            y: ignored. Defaults to `None`.
            batch_size: int. Defaults to `None`, 32.
            verbose: `"auto"`, 0, 1 or 2. Defaults to `"auto"`.
            callbacks: list of `keras.callbacks.Callback`. Defaults to `None`.
            **kwargs: passed to `keras.Model.evaluate`: `return_dict`, `steps`.

        Returns:
            Loss and terms as a list, or as a dict with `return_dict=True`.

        Raises:
            ValueError: as `fit`.
        """
        if is_called_by_fit(callbacks):
            # Called by Keras' `fit`, with data that have been checked and iterated over already.
            return super().evaluate(
                x, y, batch_size=batch_size, verbose=verbose, callbacks=callbacks, **kwargs
            )
        require_compiled(self, "evaluate")
        _refuse_weights("evaluate", kwargs)
        check_batch_sizes("evaluate", batch_size)
        self._check("x", x)
        for part in self.parts():
            part.check_ready()
        with _safely(self):
            if self._takes_blocks(x, kwargs.get("steps")):
                return self._evaluate_blocks(
                    super().evaluate, x, batch_size or 32, callbacks, verbose, **kwargs
                )
            return super().evaluate(
                self._adapt(x),
                y,
                batch_size=batch_size,
                verbose=verbose,
                callbacks=callbacks,
                **kwargs,
            )

    def predict(self, x, batch_size=None, verbose="auto", **kwargs):
        """Reconstructions through the posterior's means, without noise.

        Args:
            x: as in `fit`.
            batch_size: int. Defaults to `None`, at most 1,024.
            verbose: `"auto"` (a progress bar for long work), 0, 1 or 2. Defaults to `"auto"`.
            **kwargs: passed to `keras.Model.predict`: `steps`, `callbacks`.

        Returns:
            Array (n, event).

        Raises:
            ValueError: as `fit`.
        """
        if are_arrays(x) and not kwargs:
            return self.reconstruct(x, batch_size=batch_size, verbose=verbose)
        self._check("x", x)
        with uneven_batches():
            return self.program("reconstruct").predict(
                self._adapt(x), batch_size=batch_size, verbose=verbose, **kwargs
            )

    @property
    def losses(self):
        """Scalar losses of the last pass: the objective's, regularizers', and any of your own."""
        return losses_of_this_replica(super().losses)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """Keras' hook: reads the objective's terms into their metrics."""
        if sample_weight is not None:
            raise ValueError(_WEIGHTS.format(who="training", name="sample_weight"))
        batch_size = ops.shape(keras.tree.flatten(x)[0])[0]
        # Not in `call`, where JAX has no metrics.
        terms = self._terms.take()
        for metric in self.term_metrics:
            if metric.name in terms:
                metric.update_state(terms[metric.name], sample_weight=batch_size)
        return super().compute_loss(x, None, y_pred, None, training)

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        """Keras' hook: compiled metrics compare the data with their reconstruction."""
        return super().compute_metrics(
            x, ops.cast(split_inputs(x, known=self.other_fields)[0], "float32"), y_pred, None
        )

    def _set_binarize(self, binarize):
        """Whether training draws bits from grey values; compiled steps depend on it."""
        if binarize not in (None, "dynamic"):
            raise ValueError(f'binarize must be None or "dynamic". Received: binarize={binarize!r}')
        if binarize != self.binarize:
            self.binarize = binarize
            self.train_function = None
            self._loops.clear()

    def _adapt(self, data):
        """Data, or validation data, as Keras takes them."""
        if isinstance(data, (list, tuple)):
            return tuple(data)
        return adapt(data, self._batch_check)

    def _check(self, argument, x):
        """Check arrays, and a `PyDataset`'s first batch; all others are checked as they run."""
        if x is None:
            raise ValueError(f"{argument} must be given. Received: {argument}=None")
        if isinstance(x, dict):
            split_inputs(x, argument, self.other_fields)
        if isinstance(x, (list, tuple, str)) or isinstance(x, dict) and not are_arrays(x):
            raise ValueError(
                f"{argument} must be an array, a tensor, or a data set of batches. "
                f"Received: {argument} of type {type(x).__name__}"
            )
        if are_arrays(x):
            check_inputs(
                x,
                self.data_shape,
                self.condition_shape,
                argument,
                self.likelihood_layer,
                self.least_label,
                self.other_fields,
            )
        elif isinstance(x, keras.utils.PyDataset) and (not hasattr(x, "__len__") or len(x)):
            self._batch_check(data_of(x[0]))

    @property
    def _batch_check(self):
        return BatchCheck(self.data_shape, self.likelihood_layer)


@contextlib.contextmanager
def _safely(model):
    """Within this, Keras' loops take batches of any size, and an error leaves the model whole."""
    with restore_variables_on_error(model), uneven_batches():
        yield


_WEIGHTS = (
    "{who} does not support {name}: the objective weighs all examples alike. "
    "Received: {name}. Repeat or resample the examples instead."
)


def _refuse_weights(who, kwargs):
    for name in ("sample_weight", "class_weight"):
        if kwargs.get(name) is not None:
            raise ValueError(_WEIGHTS.format(who=who, name=name))


def first_of(validation_data):
    """The examples among validation data.

    Raises:
        ValueError: if there are none, or sample weights with them.
    """
    if not isinstance(validation_data, (list, tuple)):
        return validation_data
    if not validation_data:
        raise ValueError(f"validation_data must hold examples. Received: {validation_data!r}")
    weights = isinstance(validation_data, tuple) and len(validation_data) > 2
    if weights and validation_data[2] is not None:
        raise ValueError(_WEIGHTS.format(who="validation_data", name="sample_weight"))
    return validation_data[0]
