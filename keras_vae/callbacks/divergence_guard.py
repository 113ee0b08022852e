"""Stop a run that diverges, and keep its last good weights."""

import warnings
from typing import Any

import keras
import numpy as np

from keras_vae.callbacks.blockwise import is_once_a_block, once_a_block
from keras_vae.parts import check_positive


def guarded(callbacks: list[keras.callbacks.Callback]) -> list[keras.callbacks.Callback]:
    """`callbacks` with a guard in front, unless there is one among them."""
    if any(isinstance(callback, DivergenceGuard) for callback in callbacks):
        return callbacks
    return [DivergenceGuard(), *callbacks]


class DivergenceGuard(keras.callbacks.Callback):
    """Stops training when the loss is no longer finite, or has exploded; restores a good state.

    `VAE.fit` puts one in front of the given callbacks, so that no checkpoint is written from a
    broken model. An epoch is good if its training loss is finite and has not exploded. The loss has
    exploded if it is above `rise` times the greatest size (absolute value, at least 1) that it had
    in the good epochs so far; in the first epoch, that it had after the first block of steps. After
    an epoch that is not good, training stops, and the state of the last good epoch's end (or of the
    start) comes back: the weights, and the optimizer's variables as they last were when all of them
    were finite.

    Only the training loss decides. Where validation values are not finite, the guard warns once,
    and training goes on; other metrics may be of any value and shape.

    Args:
        rise: float > 1, how many times as large as before the loss may become; `None` to look for
            infinity and NaN alone. Defaults to `1000.0`.

    Raises:
        ValueError: if `rise` is not a number > 1.

    Example:

    >>> guard = keras_vae.callbacks.DivergenceGuard()
    >>> history = vae.fit(x, callbacks=[guard], verbose=0)
    """

    def __init__(self, rise: float | None = 1000.0) -> None:
        if rise is not None:
            check_positive("DivergenceGuard", rise=rise)
            if rise <= 1:
                raise ValueError(f"DivergenceGuard needs rise > 1. Received: rise={rise}")
        super().__init__()
        self.rise = rise

    @property
    def async_safe(self) -> bool:
        """Whether Keras may call the hook at the end of batches from a thread; it looks at logs."""
        return is_once_a_block(type(self).on_train_batch_end)

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        if not self.model.optimizer.built:
            self.model.optimizer.build(self.model.trainable_variables)
        self._size: float | None = None
        self._has_warned = False
        self._optimizer = None
        self._remember(epoch=0)

    @once_a_block
    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        if self._size is None and logs and "loss" in logs:
            size = abs(float(logs["loss"]))
            self._size = max(1.0, size) if np.isfinite(size) else None

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        logs = logs or {}
        loss = float(logs.get("loss", 0.0))
        if not np.isfinite(loss):
            broken = [n for n, v in logs.items() if not n.startswith("val_") and not _is_finite(v)]
            self._stop(epoch, f"{', '.join(broken)} not finite")
            return
        if self._has_exploded(loss):
            self._stop(epoch, f"the loss rose to {loss:.3g}, from at most {self._size:.3g}")
            return
        self._size = max(self._size or 1.0, abs(loss))
        self._remember(epoch + 1)
        self._warn_of_validation(epoch, logs)

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        self._weights = self._optimizer = None

    def _has_exploded(self, loss):
        return self.rise is not None and self._size is not None and loss > self.rise * self._size

    def _stop(self, epoch, what):
        self._restore()
        self.model.stop_training = True
        warnings.warn(
            f"Training diverged in epoch {epoch + 1}: {what}. Stopped, "
            f"and restored the weights from the end of epoch {self._epoch} (0: the start). "
            "A smaller learning rate, gradient clipping (`clipnorm=1.0`), data scaled to about "
            "[0, 1], or a bounded variance in the likelihood often helps.",
            RuntimeWarning,
            stacklevel=3,
        )

    def _warn_of_validation(self, epoch, logs):
        broken = [n for n, v in logs.items() if n.startswith("val_") and not _is_finite(v)]
        if not broken or self._has_warned:
            return
        self._has_warned = True
        warnings.warn(
            f"In epoch {epoch + 1} validation gave {', '.join(broken)} not finite, while the "
            "training loss is finite; training goes on. Look at the validation data.",
            RuntimeWarning,
            stacklevel=3,
        )

    def _remember(self, epoch):
        self._epoch = epoch
        self._weights = self.model.get_weights()
        state = [keras.ops.convert_to_numpy(v) for v in self.model.optimizer.variables]
        if all(map(_is_finite, state)):
            self._optimizer = state

    def _restore(self):
        self.model.set_weights(self._weights)
        if self._optimizer is None:
            return
        for variable, value in zip(self.model.optimizer.variables, self._optimizer, strict=True):
            variable.assign(value)


def _is_finite(value):
    value = np.asarray(keras.ops.convert_to_numpy(value))
    return value.dtype.kind not in "fcV" or bool(np.all(np.isfinite(value)))
