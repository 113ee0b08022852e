"""When arrays are fitted by the compiled loop, and how long its blocks are."""

from typing import Any

import keras

from keras_vae.callbacks.blockwise import is_once_a_block

_BATCH_HOOKS = ("on_batch_begin", "on_batch_end", "on_train_batch_begin", "on_train_batch_end")
_TEST_HOOKS = ("on_test_batch_begin", "on_test_batch_end")

#: Keras' callbacks that may be called once a block: progress bars, and running means, which stay
#: NaN once they are
_KERAS_BLOCKWISE = (keras.callbacks.TerminateOnNaN, keras.callbacks.ProgbarLogger)


def wants_compiled_loop(model: Any) -> bool:
    """Whether the model trains in this package's compiled loop when it is given arrays."""
    return model.use_compiled_loop and not model.run_eagerly and not _is_distributed(model)


def _is_distributed(model):
    if keras.distribution.distribution() is not None:
        return True
    # Only TensorFlow's models have a strategy.
    strategy = getattr(model, "distribute_strategy", None)
    return strategy is not None and strategy.num_replicas_in_sync > 1


def block_size(model: Any, callbacks: list[keras.callbacks.Callback]) -> int | None:
    """Steps in a block: as callbacks and `compile` ask; `None` for the plan's own choice."""
    if any(wants_every_batch(callback) for callback in callbacks):
        return 1
    if model.steps_per_execution > 1:
        return model.steps_per_execution
    # Keras' switch for short trial runs.
    return keras.config.max_steps_per_epoch()


def wants_every_batch(callback: keras.callbacks.Callback) -> bool:
    """Whether a callback must be called between all steps, and not only between blocks."""
    if isinstance(callback, (keras.callbacks.ModelCheckpoint, keras.callbacks.BackupAndRestore)):
        return callback.save_freq != "epoch"
    return _has_hook(callback, _BATCH_HOOKS)


def test_block_size(callbacks: list[keras.callbacks.Callback]) -> int | None:
    """Steps in a block of an evaluation: 1 for callbacks that ask for batches; else `None`."""
    return 1 if any(_has_hook(callback, _TEST_HOOKS) for callback in callbacks) else None


def _has_hook(callback, hooks):
    """Whether a callback has one of the hooks, but for those that may be called once a block."""
    if isinstance(callback, _KERAS_BLOCKWISE):
        return False
    # LambdaCallback sets its hooks on the instance.
    if any(hook in vars(callback) for hook in hooks):
        return True
    return any(_is_asked_for(callback, hook) for hook in hooks)


def _is_asked_for(callback, hook):
    own = getattr(type(callback), hook)
    return own is not getattr(keras.callbacks.Callback, hook) and not is_once_a_block(own)
