"""When arrays are fitted by the compiled loop, and how long its blocks are."""

import keras

_BATCH_HOOKS = ("on_batch_begin", "on_batch_end", "on_train_batch_begin", "on_train_batch_end")


def wants_compiled_loop(model):
    """Whether the model trains in this package's compiled loop when it is given arrays."""
    return model.fast_loop and not model.run_eagerly and not _is_distributed(model)


def _is_distributed(model):
    if keras.distribution.distribution() is not None:
        return True
    # Only TensorFlow's models have a strategy.
    strategy = getattr(model, "distribute_strategy", None)
    return strategy is not None and strategy.num_replicas_in_sync > 1


def block_length(model, settings):
    """Steps in a block: as callbacks and `compile` ask; None for the plan's own choice."""
    others = [callback for callback in settings.callbacks if callback is not settings.schedule]
    if any(wants_every_batch(callback) for callback in others):
        return 1
    if model.steps_per_execution > 1:
        return model.steps_per_execution
    # Keras' switch for short trial runs.
    return keras.config.max_steps_per_epoch()


def wants_every_batch(callback):
    """Whether a callback must be called between all steps, and not only between blocks."""
    # Running means stay NaN once they are.
    if isinstance(callback, (keras.callbacks.TerminateOnNaN, keras.callbacks.ProgbarLogger)):
        return False
    if isinstance(callback, (keras.callbacks.ModelCheckpoint, keras.callbacks.BackupAndRestore)):
        return callback.save_freq != "epoch"
    return any(_has_hook(callback, hook) for hook in _BATCH_HOOKS)


def test_block_length(callbacks):
    """Steps in a block of an evaluation: 1 for callbacks that ask for batches; else None."""
    hooks = ("on_test_batch_begin", "on_test_batch_end")
    asked = any(
        _has_hook(callback, hook)
        for callback in callbacks
        for hook in hooks
        if not isinstance(callback, keras.callbacks.ProgbarLogger)
    )
    return 1 if asked else None


def _has_hook(callback, hook):
    # LambdaCallback sets its hooks on the instance.
    if hook in vars(callback):
        return True
    return getattr(type(callback), hook) is not getattr(keras.callbacks.Callback, hook)
