"""Keras' `fit` and `evaluate` over arrays, a compiled block of steps at a time.

Keras' loop, callbacks, logs and history stay; what it is given for a batch is a block, and what it
calls for a step runs the block: see `loop_jax`, `loop_tensorflow` and `loop_torch`.
"""

import contextlib

from keras_vae.training.block_callbacks import BlockCallbacks
from keras_vae.training.eligibility import block_length, test_block_length, wants_compiled_loop
from keras_vae.training.feed import Feed, fits_on_device, loop
from keras_vae.training.feeding import are_arrays
from keras_vae.training.fit_settings import FitSettings, callback_list, validation_array


class CompiledFit:
    """Mixin before `keras.Model`: runs Keras' loops over `Feed`s.

    Attributes:
        fast_loop: bool, whether arrays are fitted by the compiled loop; `False` for Keras' own.
        jit_choice: what the user asked of `compile(jit_compile=...)`.
    """

    fast_loop = True
    jit_choice = "auto"

    def _init_loops(self):
        # Past Keras' attribute tracking: these are no part of the model's state.
        object.__setattr__(self, "_loops", {})
        object.__setattr__(self, "_feeds", {})

    def make_train_function(self, force=False):
        """Keras' hook: the function that its loop calls for each batch, here for each block."""
        if "train" not in self._feeds:
            return super().make_train_function(force)
        self.train_function = loop.train_function(self, self._feeds["train"], self._loops)

    def make_test_function(self, force=False):
        """Keras' hook: the function that its loop calls for each batch, here for each block."""
        if "test" not in self._feeds:
            return super().make_test_function(force)
        self.test_function = loop.test_function(self, self._feeds["test"], self._loops)

    def _takes_blocks(self, x, steps):
        """Whether the compiled loop takes this data; `steps` is the user's number of steps."""
        return are_arrays(x) and not steps and wants_compiled_loop(self) and fits_on_device(x)

    def _fit_blocks(self, keras_fit, x, validation_data, callbacks, **arguments):
        """`fit` over an array; the arguments are those of Keras' own `keras_fit`."""
        settings = FitSettings.of(self, callbacks, arguments)
        train = Feed(x, settings.batch_size, block_length(self, settings), settings.seed)
        train.plan.schedule = settings.schedule
        feeds = {"train": train}
        held_out = validation_array(validation_data, settings.others)
        if held_out is not None:
            block = test_block_length(settings.callbacks)
            feeds["test"] = Feed(held_out, settings.validation_batch_size, block)
            validation_data = feeds["test"].stand_in
        callbacks = BlockCallbacks(
            settings.callbacks,
            **{name: feed.plan for name, feed in feeds.items()},
            add_history=True,
            add_progbar=settings.verbose != 0,
            verbose=settings.verbose,
            epochs=settings.epochs,
            steps=train.plan.steps,
            model=self,
        )
        with self._over(feeds), _moving(settings.schedule):
            return keras_fit(
                train.stand_in,
                epochs=settings.epochs,
                verbose=settings.verbose,
                callbacks=callbacks,
                validation_data=validation_data,
                shuffle=False,
                **settings.others,
            )

    def _evaluate_blocks(self, keras_evaluate, x, batch_size, callbacks, verbose, **others):
        """`evaluate` over an array."""
        callbacks = callback_list(callbacks)
        feed = Feed(x, batch_size, test_block_length(callbacks))
        callbacks = BlockCallbacks(
            callbacks,
            test=feed.plan,
            add_progbar=verbose != 0,
            verbose=verbose,
            epochs=1,
            steps=feed.plan.steps,
            model=self,
        )
        with self._over({"test": feed}):
            return keras_evaluate(feed.stand_in, verbose=verbose, callbacks=callbacks, **others)

    @contextlib.contextmanager
    def _over(self, feeds):
        """Within this, Keras' loops run over the feeds."""
        names = ("steps_per_execution", "train_function", "test_function")
        saved = {name: getattr(self, name) for name in names}
        outer = dict(self._feeds)
        self._feeds.update(feeds)
        # A block is one batch to Keras; and the functions it has kept are for single batches.
        self.steps_per_execution = 1
        self.train_function = self.test_function = None
        try:
            yield
        finally:
            for name, value in saved.items():
                setattr(self, name, value)
            self._feeds.clear()
            self._feeds.update(outer)


@contextlib.contextmanager
def _moving(schedule):
    """Within this, the loop moves the schedule's weight, not its own hook."""
    if schedule is not None:
        schedule.moved_by_loop = True
    try:
        yield
    finally:
        if schedule is not None:
            schedule.moved_by_loop = False
