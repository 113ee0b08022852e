"""Active units, and a warning when the posterior has collapsed."""

import warnings
from typing import Any

import keras

from keras_vae.parts import check_count, check_positive


class CollapseMonitor(keras.callbacks.Callback):
    """Counts at the end of epochs the latent elements that tell examples apart.

    An element is active if the variance of its posterior mean over the examples is above a
    threshold. Their number joins the logs as `active_units`, for history, `EarlyStopping` and the
    like; a warning is given when none is active, once until some are again.

    Args:
        x_val: array (n, event), or a dict with the condition, as the model's `encode` takes it.
        threshold: float > 0. Defaults to `0.01`.
        every: int >= 1, epochs between counts. Defaults to `1`.

    Raises:
        ValueError: if `threshold` is not positive or `every` is not a positive integer.

    Reference:
        - [Burda et al., 2015](https://arxiv.org/abs/1509.00519), active units

    Example:

    >>> monitor = keras_vae.callbacks.CollapseMonitor(x_val)
    >>> history = vae.fit(x, callbacks=[monitor], verbose=0)
    >>> history.history["active_units"]
    [2]
    """

    def __init__(self, x_val: Any, threshold: float = 0.01, every: int = 1) -> None:
        check_positive("CollapseMonitor", threshold=threshold)
        check_count("CollapseMonitor", every=every)
        super().__init__()
        self.x_val = x_val
        self.threshold = threshold
        self.every = every
        self._has_warned = False

    def active_units(self) -> Any:
        """The number of active latent elements now."""
        means = self.model.encode(self.x_val, verbose=0)
        return int((means.var(axis=0) > self.threshold).sum())

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._has_warned = False

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if (epoch + 1) % self.every:
            return
        active = self.active_units()
        if logs is not None:
            logs["active_units"] = active
        if active == 0 and not self._has_warned:
            warnings.warn(
                f"The posterior has collapsed: after epoch {epoch + 1} no latent element's mean "
                f"varies over the examples by more than {self.threshold:g}. A KL warm-up "
                "(LinearKLWarmup), free bits, or a smaller decoder often helps.",
                RuntimeWarning,
                stacklevel=2,
            )
        self._has_warned = active == 0
