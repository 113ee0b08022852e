"""How a model is compiled, fitted and evaluated: Keras' own, with checks at the door."""

import contextlib
from collections.abc import Mapping
from typing import Any

import keras
from keras import ops

from keras_vae.backend import (
    losses_of_this_replica,
    num_untied_processes,
    one_replica_without_sums,
)
from keras_vae.callbacks.far_latents import FarLatents
from keras_vae.engine.fit import CompiledFit
from keras_vae.engine.fit_settings import callback_list, with_own_callbacks
from keras_vae.engine.keras_internals import (
    is_called_by_fit,
    is_error_of_no_step,
    optimizer_of_trained_variables,
    require_compiled,
    require_known_variables,
    restore_variables_on_error,
)
from keras_vae.engine.uneven_batches import uneven_batches
from keras_vae.inputs import TARGET, WEIGHT, prepare
from keras_vae.models.checks import check_batch_sizes, check_whole
from keras_vae.models.example_weights import refusal_of_weights, weights_of
from keras_vae.models.inputs import parts_of
from keras_vae.models.players import compile_config, join_players
from keras_vae.models.saving import files_at_rest
from keras_vae.parts import begin_fit
from keras_vae.serialization import without_backend


class Fitting(CompiledFit):
    """Mixin of `VAE`, before `keras.Model`: the training interface."""

    def compile(
        self,
        optimizer: str | keras.optimizers.Optimizer = "adam",
        loss: None = None,
        discriminator_optimizer: str | keras.optimizers.Optimizer | None = None,
        **kwargs: Any,
    ) -> None:
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
        if self.missing and (kwargs.get("metrics") or kwargs.get("weighted_metrics")):
            raise ValueError(
                "compile takes no metrics of a model with missing=True: they would compare the "
                "reconstruction with values that are not there. Received: "
                f"metrics={kwargs.get('metrics') or kwargs.get('weighted_metrics')!r}"
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

    def get_compile_config(self) -> Any:
        """Keras' hook: how the model was compiled, without what is this backend's own."""
        config = super().get_compile_config()
        if not config:
            return config  # of a model that was not compiled
        config = {**config, **compile_config(self.optimizer, self.objective)}
        # Keras writes what "auto" came to here: torch would then compile for a minute what JAX
        # wrote, and JAX run operation by operation what torch wrote.
        return {**without_backend(config), "jit_compile": self.requested_jit}

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Keras' hook on loading: compile as the saved model was."""
        config = keras.saving.deserialize_keras_object(config)
        # Files without these are older than players with optimizers of their own.
        shared = {f"{name}_optimizer": "shared" for name in self.objective.players()}
        self.compile(**{**shared, **config})
        # Its slots now, so that their saved values find them.
        self.optimizer.build(self.trainable_variables)

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Any = "auto",
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        class_weight: Mapping[int, float] | None = None,
        sample_weight: Any = None,
        binarize: Any = None,
        **kwargs: Any,
    ) -> Any:
        """Train on examples, to reconstruct themselves, or `y` of the same shape.

        Arrays go to the device once and are trained on in a compiled loop, many steps a call. Of
        arrays larger than half of the device's memory, in files or not, large chunks go there one
        after the other; then rows are shuffled within chunks, which are made anew in each epoch.
        Everything else, as well as `run_eagerly` and distributions, takes Keras' own loop, with
        equal results.

        Args:
            x: array (n, event) of NumPy, any backend, pandas, polars, xarray, h5py or SciPy, or a
                nested list; a dict `{"x": ..., "condition": ...}` of them for conditional models,
                `{"x": ..., "mask": ...}` for those with `missing=True`, which take NaN too;
                `tf.data.Dataset`, torch `DataLoader`, `PyDataset`, or iterator of batches of them,
                `x`, `(x,)` or `(x, y)`.
            y: array of x' shape, the clean data that a noisy x shall become; or labels (n,), which
                are not used. Defaults to `None`: x itself.
            batch_size: int. Defaults to `None`, 32.
            epochs: int. Defaults to `1`.
            verbose: `"auto"`, 0, 1 or 2. Defaults to `"auto"`.
            callbacks: list of `keras.callbacks.Callback`. Defaults to `None`.
            validation_split: float in (0, 1), the last part of an array that is held out. Defaults
                to `0.0`.
            validation_data: like `x`, or a tuple `(x, y)` or `(x, y, sample_weight)`. Defaults to
                `None`.
            shuffle: bool, whether arrays are shuffled anew in each epoch, by the model's seed.
                Defaults to `True`.
            class_weight: dict of the weight of each class, by its number, for arrays with labels as
                y or as the condition; those of classes that it leaves out are 1. Defaults to
                `None`.
            sample_weight: array (n,) of numbers >= 0: each example's part of the loss and of all
                terms is multiplied by its weight, and the sum divided by the number of examples, as
                in Keras. Batch normalization sees all examples alike. Defaults to `None`.
            binarize: `"dynamic"` draws new bits from the grey values of x at each step, on the
                device, by the model's seed; validation data are taken as they are. Defaults to
                `None`.
            **kwargs: passed to `keras.Model.fit`: `initial_epoch`, `steps_per_epoch`, ...

        Returns:
            `keras.callbacks.History`.

        Raises:
            ValueError: if data are of the wrong shape, not finite, or outside the likelihood's
                support; if there are weights, and a part of the model looks at the batch as a
                whole; if `binarize` is unknown; or within a torch process group of several
                processes.
        """
        require_compiled(self, "fit")
        _refuse_untied_processes()
        check_whole("fit", epochs=epochs, initial_epoch=kwargs.get("initial_epoch", 0))
        check_batch_sizes("fit", batch_size, kwargs.get("validation_batch_size"))
        # What is not finite in a batch ends the run, with its last good weights.
        weights = weights_of(x, y, sample_weight, class_weight)
        data = self._checked("x", x, y, weights, finite_batches=False, warn_scale=True)
        self._set_binarize(binarize, data)
        held_out = None
        if validation_split and data.is_arrays and validation_data is None:
            data, held_out = data.split(validation_split)
        elif validation_split:
            kwargs["validation_split"] = validation_split
        if validation_data is not None:
            parts = parts_of(validation_data)
            held_out = self._checked("validation_data", *parts, finite_batches=False)
        data = data.loaded()  # once, for the parts and for the loop
        x = data.for_keras(batch_size, self.shuffle_seed if shuffle else None)
        validation_data = None
        if held_out is not None:
            validation_data = held_out.for_keras(kwargs.get("validation_batch_size") or batch_size)
        self._update_term_metrics()
        begin_fit(self.parts(), self.context, data.examples if data.in_memory else None)
        kwargs.update(batch_size=batch_size, epochs=epochs, verbose=verbose, shuffle=shuffle)
        plain = not is_called_by_fit(callbacks)
        callbacks = with_own_callbacks(callback_list(callbacks)) if plain else callbacks
        require_known_variables(self)
        with (
            _safely(self, trains=True),
            optimizer_of_trained_variables(self),
            files_at_rest(self, callbacks),
        ):
            blocks = self._blocks_of(data, x, kwargs.get("steps_per_epoch")) if plain else None
            if blocks is not None:
                if held_out is not None:
                    steps = kwargs.get("validation_steps")
                    held = self._blocks_of(held_out, validation_data, steps)
                    validation_data = validation_data if held is None else held
                return self._fit_blocks(super().fit, blocks, validation_data, callbacks, **kwargs)
            history = super().fit(x, callbacks=callbacks, validation_data=validation_data, **kwargs)
        if not history.history and epochs > kwargs.get("initial_epoch", 0):
            raise ValueError(_NO_BATCHES)
        return history

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
        sample_weight: Any = None,
        callbacks: Any = None,
        **kwargs: Any,
    ) -> Any:
        """The loss and its terms on data, as `keras.Model.evaluate` gives them.

        Args:
            x: as in `fit`.
            y: as in `fit`. Defaults to `None`.
            batch_size: int. Defaults to `None`, 32.
            verbose: `"auto"`, 0, 1 or 2. Defaults to `"auto"`.
            sample_weight: as in `fit`. Defaults to `None`.
            callbacks: list of `keras.callbacks.Callback`. Defaults to `None`.
            **kwargs: passed to `keras.Model.evaluate`: `return_dict`, `steps`.

        Returns:
            Loss and terms as a list, or as a dict with `return_dict=True`.

        Raises:
            ValueError: as `fit`.
        """
        if is_called_by_fit(callbacks):
            # Called by Keras' `fit`, with data that have been checked and iterated over already.
            result = super().evaluate(
                x, y, batch_size=batch_size, verbose=verbose, callbacks=callbacks, **kwargs
            )
            if not result:
                raise ValueError(_NO_BATCHES)
            return result
        require_compiled(self, "evaluate")
        check_batch_sizes("evaluate", batch_size)
        data = self._checked("x", x, y, sample_weight)
        x = data.for_keras(batch_size)
        self._update_term_metrics()
        for part in self.parts():
            part.check_ready()
        callbacks = [*callback_list(callbacks), FarLatents()]
        with _safely(self):
            blocks = self._blocks_of(data, x, kwargs.get("steps"))
            if blocks is not None:
                return self._evaluate_blocks(
                    super().evaluate, blocks, batch_size or 32, callbacks, verbose, **kwargs
                )
            result = super().evaluate(
                x,
                batch_size=batch_size,
                verbose=verbose,
                callbacks=callbacks,
                **kwargs,
            )
        if isinstance(result, (list, dict)) and not result:
            raise ValueError(_NO_BATCHES)
        return result

    def predict(
        self, x: Any, batch_size: int | None = None, verbose: Any = "auto", **kwargs: Any
    ) -> Any:
        """Reconstructions through the posterior's means, without noise.

        Args:
            x: as in `fit`.
            batch_size: int. Defaults to `None`, at most 1,024.
            verbose: `"auto"` (a progress bar for long work), 0, 1 or 2. Defaults to `"auto"`.
            **kwargs: passed to `keras.Model.predict`: `steps`, `callbacks`.

        Returns:
            Array (n, event).

        Raises:
            ValueError: as `fit`, but values outside of the likelihood's support are taken.
        """
        if not kwargs:
            return self.reconstruct(x, batch_size=batch_size, verbose=verbose)
        check_batch_sizes("predict", batch_size)
        data = prepare(x, self.input_fields, takes_target=False).for_keras(batch_size)
        with uneven_batches():
            return self.program("reconstruct").predict(
                data, batch_size=batch_size, verbose=verbose, **kwargs
            )

    @property
    def losses(self) -> Any:
        """Scalar losses of the last pass: the objective's, regularizers', and any of your own."""
        return losses_of_this_replica(super().losses)

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """Keras' hook: reads the objective's terms into their metrics."""
        if sample_weight is not None:
            raise ValueError(
                "A step of training takes weights as a field: pass {'x': x, 'sample_weight': w}. "
                "Received: sample_weight"
            )
        batch_size = ops.shape(keras.tree.flatten(x)[0])[0]
        # Not in `call`, where JAX has no metrics.
        terms = self._terms.take()
        for metric in self.term_metrics:
            if metric.name in terms:
                metric.update_state(terms[metric.name], sample_weight=batch_size)
        return super().compute_loss(x, None, y_pred, None, training)

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Keras' hook: compiled metrics compare the data with their reconstruction."""
        fields = x if isinstance(x, dict) else {"x": x}
        data = fields.get(TARGET, fields["x"])
        weights = fields.get(WEIGHT)
        return super().compute_metrics(x, ops.cast(data, "float32"), y_pred, weights)

    def _set_binarize(self, binarize, data):
        """Whether training draws bits from grey values; compiled steps depend on it."""
        if binarize not in (None, "dynamic"):
            raise ValueError(f'binarize must be None or "dynamic". Received: binarize={binarize!r}')
        if binarize is not None and data.is_arrays and data.target is not None:
            raise ValueError("binarize must be None where y is the target. Received: both")
        if binarize != self.binarize:
            self.binarize = binarize
            self.train_function = None
            self._loops.clear()

    def _checked(self, argument, x, y=None, weights=None, **options):
        """What `fit` and `evaluate` were given, through the door."""
        if x is None:
            raise ValueError(f"{argument} must be given. Received: {argument}=None")
        return prepare(
            x,
            self.input_fields.with_weights(refusal_of_weights(self)),
            y,
            argument,
            likelihood=self.likelihood_layer,
            sample_weight=weights,
            **options,
        )


@contextlib.contextmanager
def _safely(model, trains=False):
    """Within this, Keras' loops take batches of any size, and an error leaves the model whole.

    Nor do they leave anything behind once the model is gone.
    """
    with restore_variables_on_error(model, trains), uneven_batches(), one_replica_without_sums():
        try:
            yield
        except (UnboundLocalError, TypeError) as error:
            if is_error_of_no_step(error):
                raise ValueError(_NO_BATCHES) from error
            raise


_NO_BATCHES = (
    "fit and evaluate need at least one batch from x, and from validation_data. "
    "Received: a data set that gave none"
)


def _refuse_untied_processes():
    processes = num_untied_processes()
    if processes > 1:
        raise ValueError(
            "fit trains in one process: in a torch process group each process would train a model "
            "of its own. Wrap the model in torch.nn.parallel.DistributedDataParallel, call it in "
            "a loop of your own, and minimise sum(vae.losses); or end the group with "
            "torch.distributed.destroy_process_group(). "
            f"Received: a process group of {processes} processes"
        )
