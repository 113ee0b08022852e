"""Stop a run that diverges, and keep its last good weights."""

import math
import warnings

import keras


def guarded(callbacks):
    """`callbacks` with a guard in front, unless there is one among them."""
    if any(isinstance(callback, DivergenceGuard) for callback in callbacks):
        return callbacks
    return [DivergenceGuard(), *callbacks]


class DivergenceGuard(keras.callbacks.Callback):
    """Stops training when a loss term is no longer finite, and restores the last good state.

    `VAE.fit` puts one in front of the given callbacks, so that no checkpoint is written from a
    broken model. The state is that of the last epoch's end (or of the start) whose terms were all
    finite: the weights, and the optimizer's variables if those are finite too.

    Example:

    >>> guard = keras_vae.training.DivergenceGuard()
    >>> history = vae.fit(x, callbacks=[guard], verbose=0)
    """

    def on_train_begin(self, logs=None):
        if not self.model.optimizer.built:
            self.model.optimizer.build(self.model.trainable_variables)
        self._remember(epoch=0)

    def on_epoch_end(self, epoch, logs=None):
        broken = [name for name, value in (logs or {}).items() if not math.isfinite(value)]
        if not broken:
            self._remember(epoch + 1)
            return
        self._restore()
        self.model.stop_training = True
        warnings.warn(
            f"Training diverged in epoch {epoch + 1}: {', '.join(broken)} not finite. Stopped, "
            f"and restored the weights from the end of epoch {self._epoch} (0: the start). "
            "A smaller learning rate, gradient clipping (`clipnorm=1.0`), data scaled to about "
            "[0, 1], or a bounded variance in the likelihood often helps.",
            RuntimeWarning,
            stacklevel=2,
        )

    def on_train_end(self, logs=None):
        self._weights = self._optimizer = None

    def _remember(self, epoch):
        self._epoch = epoch
        self._weights = self.model.get_weights()
        self._optimizer = [keras.ops.convert_to_numpy(v) for v in self.model.optimizer.variables]

    def _restore(self):
        self.model.set_weights(self._weights)
        for variable, value in zip(self.model.optimizer.variables, self._optimizer, strict=True):
            variable.assign(value)
