"""Keras' `fit` and `evaluate` over arrays, a compiled block of steps at a time.

Keras' loop, callbacks, logs and history stay; what it is given for a batch is a block, and what it
calls for a step runs the block: see `loops/` and this folder's README.
"""

import contextlib
from typing import Any

from keras_vae.deprecation import deprecate
from keras_vae.engine import loops
from keras_vae.engine.adapters.batches import are_arrays
from keras_vae.engine.block_callbacks import BlockCallbacks
from keras_vae.engine.device_data import fits_on_device
from keras_vae.engine.eligibility import block_size, test_block_size, wants_compiled_loop
from keras_vae.engine.fit_settings import (
    FitSettings,
    callback_list,
    first_of_pair,
    validation_array,
)
from keras_vae.engine.keras_internals import replaced_step_functions
from keras_vae.engine.layer_walk import Signatures, training_signature
from keras_vae.engine.recent import Recent
from keras_vae.engine.streamed_data import on_device
from keras_vae.inputs.prepared import Arrays, Prepared


class CompiledFit:
    """Mixin before `keras.Model`: runs Keras' loops over `DeviceData`.

    Attributes:
        use_compiled_loop: bool, whether arrays are fitted by the compiled loop; `False` for Keras'
            own.
        requested_jit: what the user asked of `compile(jit_compile=...)`.
    """

    use_compiled_loop = True
    requested_jit = "auto"

    @property
    def fast_loop(self) -> bool:
        """The old name of `use_compiled_loop`."""
        deprecate("fast_loop", "use_compiled_loop")
        return self.use_compiled_loop

    @fast_loop.setter
    def fast_loop(self, value: bool) -> None:
        deprecate("fast_loop", "use_compiled_loop")
        self.use_compiled_loop = value

    def _init_loops(self):
        # Past Keras' attribute tracking: these are not part of the model's state.
        object.__setattr__(self, "_loops", Recent())
        object.__setattr__(self, "_device_data", {})
        object.__setattr__(self, "_signatures", Signatures(self))

    def make_train_function(self, force: bool = False) -> Any:
        """Keras' hook: the function that its loop calls for each batch, here for each block."""
        if "train" not in self._device_data:
            return super().make_train_function(force or self._signatures.have_changed("train"))
        self.train_function = self._keras_function("train")

    def make_test_function(self, force: bool = False) -> Any:
        """Keras' hook: the function that its loop calls for each batch, here for each block."""
        if "test" not in self._device_data:
            return super().make_test_function(force or self._signatures.have_changed("test"))
        self.test_function = self._keras_function("test")

    def _keras_function(self, kind):
        """The function for Keras' loop; its compiled steps are kept for the next call."""
        data = self._device_data[kind]
        signature, variables = training_signature(self)
        key = (kind, data.shapes, tuple(map(id, data.scheduled)), signature)

        def make() -> tuple:
            steps = loops.CompiledSteps(self, kind == "train", data.scheduled)
            return steps, variables, data.scheduled

        return loops.keras_function(self._loops.find(key, make)[0], data)

    def _takes_blocks(self, x, steps):
        """Whether the compiled loop takes this data; `steps` is the user's number of steps."""
        return are_arrays(x) and not steps and wants_compiled_loop(self) and fits_on_device(x)

    def _blocks_of(self, data: Prepared, x: Any, steps: int | None) -> Any:
        """What the compiled loop takes of checked data, or None if it takes them not at all.

        Args:
            data: `Prepared`.
            x: the same data as Keras' own loop takes them.
            steps: int, the user's number of steps, or None.

        Returns:
            `x` if it fits on the device, `data` if their chunks go there one by one, or None.
        """
        if self._takes_blocks(x, steps):
            return x
        streamed = isinstance(data, Arrays) and not steps and wants_compiled_loop(self)
        return data if streamed else None

    def _fit_blocks(self, keras_fit, x, validation_data, callbacks, **arguments):
        """`fit` over an array; the arguments are those of Keras' own `keras_fit`."""
        settings = FitSettings.of(self, callbacks, arguments)
        train = on_device(
            x,
            settings.batch_size,
            block_size(self, settings.callbacks),
            settings.seed,
            settings.schedules,
            self,
        )
        data = {"train": train}
        validation_data = self._validation_blocks(data, validation_data, settings)
        callbacks = BlockCallbacks(
            settings.callbacks,
            **{name: one.plan for name, one in data.items()},
            add_history=True,
            add_progbar=settings.verbose != 0,
            verbose=settings.verbose,
            epochs=settings.epochs,
            steps=train.plan.steps,
            model=self,
        )
        with self._over(data), _moving(settings.schedules):
            return keras_fit(
                train.placeholder,
                epochs=settings.epochs,
                verbose=settings.verbose,
                callbacks=callbacks,
                validation_data=validation_data,
                shuffle=False,
                **settings.others,
            )

    def _validation_blocks(self, data, validation_data, settings):
        """Validation data as Keras' `fit` takes them; blocks of them are added to `data`."""
        if validation_data is None:
            return None
        held_out = validation_array(validation_data, settings.others)
        if held_out is not None:
            block = test_block_size(settings.callbacks)
            data["test"] = on_device(held_out, settings.validation_batch_size, block)
            return data["test"].placeholder
        if are_arrays(first_of_pair(validation_data)):
            # Keras cannot know the size of batches from the placeholder.
            settings.others["validation_batch_size"] = settings.validation_batch_size
        return validation_data

    def _evaluate_blocks(self, keras_evaluate, x, batch_size, callbacks, verbose, **others):
        """`evaluate` over an array."""
        callbacks = callback_list(callbacks)
        data = on_device(x, batch_size, test_block_size(callbacks))
        callbacks = BlockCallbacks(
            callbacks,
            test=data.plan,
            add_progbar=verbose != 0,
            verbose=verbose,
            epochs=1,
            steps=data.plan.steps,
            model=self,
        )
        with self._over({"test": data}):
            return keras_evaluate(data.placeholder, verbose=verbose, callbacks=callbacks, **others)

    @contextlib.contextmanager
    def _over(self, data):
        """Within this, Keras' loops run over the data's blocks."""
        outer = dict(self._device_data)
        self._device_data.update(data)
        try:
            with replaced_step_functions(self):
                yield
        finally:
            self._device_data.clear()
            self._device_data.update(outer)


@contextlib.contextmanager
def _moving(schedules):
    """Within this, the loop moves the schedules' variables, not their own hooks."""
    for schedule in schedules:
        schedule.moved_by_engine = True
    try:
        yield
    finally:
        for schedule in schedules:
            schedule.moved_by_engine = False
