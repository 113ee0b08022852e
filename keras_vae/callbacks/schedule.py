"""A weight that follows a schedule while training."""

import difflib
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np

from keras_vae.callbacks.blockwise import is_once_a_block, once_a_block
from keras_vae.parts import check_choice

#: how often a schedule sets its variable
EVERY = ("step", "epoch")


class Schedule(keras.callbacks.Callback):
    """Moves one scalar weight of a model while it trains: `kl_weight`, `gamma`, `temperature`, ...

    Any scalar variable that no gradient moves can be scheduled: the weights of the objective's
    terms, capacities, temperatures of posteriors, and what users add. Several schedules work at
    once. The compiled loop takes the values along, so each step has its own value and training is
    as fast as without a schedule; Keras' own loop gives the same numbers.

    The value follows from the epoch alone, so a run that was killed and resumed with
    `BackupAndRestore` continues where it was. When training ends, the variable is set to the value
    that the schedule has reached, also where `EarlyStopping(restore_best_weights=True)` restored
    older weights. Files that are written while training, as by `ModelCheckpoint`, hold the value at
    the schedule's end for variables of the objective, so that a model from an early epoch has the
    whole KL. Other variables, as temperatures, are a part of what the weights were trained for, and
    are written as they are. While a weight rises the loss rises with it. So let callbacks that look
    for the best epoch watch the bound at full weight: `monitor="val_elbo", mode="max"`.

    Args:
        variable: str, the name of the variable (`"gamma"`), with the part it belongs to where
            several have one (`"objective.gamma"`, `"posterior_layer.temperature"`); or a function
            of the model that returns the `keras.Variable`.
        value: function of the number of epochs so far (float, a fraction within an epoch) that
            returns a number; or a sequence of numbers, the values at the starts of the epochs
            0, 1, 2, ..., joined by straight lines, the last of which stays.
        every: `"step"`, or `"epoch"` for one value in each epoch. Over generators of unknown
            length, the first epoch has one value. Defaults to `"step"`.

    Raises:
        ValueError: if `value` is neither, or `every` is unknown; when training begins, if the model
            has no such variable, or more than one, or if it is not a scalar or is trainable.

    Example:

    >>> vae = keras_vae.models.BetaTCVAE((8, 8), 2, hidden=(32,))
    >>> vae.compile("adam")
    >>> schedule = keras_vae.callbacks.Schedule("num_examples", [100.0, 200.0, 300.0])
    >>> schedule.value(0.5)
    150.0
    """

    #: the epochs after which the value stays; `None` if that is unknown
    end: float | None = None
    #: set while the compiled loop moves the variable
    moved_by_engine = False

    def __init__(
        self,
        variable: str | Callable[[keras.Model], keras.Variable],
        value: Callable[[float], float] | Sequence[float],
        every: str = "step",
    ) -> None:
        owner = type(self).__name__
        check_choice(owner, EVERY, every=every)
        super().__init__()
        self.variable = variable
        self.every = every
        self._target = variable
        if callable(value):
            self._function = value
        else:
            values = _checked_values(owner, value)
            self.end = len(values) - 1
            self._function = lambda epoch: float(np.interp(epoch, range(len(values)), values))
        self._found: Any = None
        self._epoch: int | None = None
        self._step, self._has_warned = 0, False

    @property
    def async_safe(self) -> bool:
        """Whether Keras may call the hook at the end of batches from a thread; it looks at none."""
        return is_once_a_block(type(self).on_train_batch_end)

    def value(self, epoch: float) -> float:
        """The value after a number of epochs, with a fraction within an epoch."""
        return self._function(epoch)

    def value_at(self, epoch: int, step: int, steps: int | None) -> float:
        """The value at a step of an epoch with that many steps; all count from 0."""
        if self.every == "epoch" or not steps:
            return self.value(epoch)
        return self.value(epoch + step / steps)

    def find(self, model: keras.Model) -> keras.Variable:
        """The variable that this schedule moves.

        Raises:
            ValueError: if it is not there, not a scalar, trainable, or not the model's.
        """
        if not callable(self._target):
            return named_variable(model, self._target, type(self).__name__)
        variable = self._target(model)
        if not any(variable is v for v in scheduled_candidates(model)):
            raise ValueError(
                f"{type(self).__name__} needs variable(model) to return a scalar variable of the "
                f"model that is not trainable. Received: {variable!r}"
            )
        return variable

    def in_files(self) -> tuple[keras.Variable, float] | None:
        """The objective's variable and its value in files that are written while training.

        That is the value at the end of the schedule; where this is unknown, at the end of `fit`.
        None of other variables, and before training.
        """
        epochs = self.params.get("epochs") if self.params else None
        variables = getattr(getattr(self.model, "objective", None), "variables", [])
        if not any(variable is self._found for variable in variables):
            return None
        end = self._reached(epochs or 1) if self.end is None else self.end
        return self._found, self.value(end)

    def settle(self) -> None:
        """Set the variable to the value that the schedule has reached."""
        if self._epoch is None:
            return
        done = self._epoch + 1
        if self.end is not None and self._reached(done) >= self.end:
            self._assign(self.value(done))
            return
        self._assign(self.value_at(self._epoch, self._step, self.params.get("steps")))
        self._warn_if_unfinished(done)

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._epoch, self._step, self._has_warned = None, 0, False
        self._found = self.find(self.model)
        self._warn_if_unfinished(self.params.get("epochs"))

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._epoch, self._step = epoch, 0
        self._assign(self.value(epoch))

    @once_a_block
    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        steps = self.params.get("steps")
        if steps and not self.moved_by_engine and self.every == "step":
            self._assign(self.value_at(self._epoch, batch, steps))

    @once_a_block
    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        # The last one, also where Keras calls this from several threads.
        self._step = max(self._step, batch)

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        self.settle()

    def _reached(self, epochs):
        """How far the schedule comes in so many epochs."""
        return epochs - 1 if self.every == "epoch" else epochs

    def _warn_if_unfinished(self, epochs):
        if self._has_warned or not epochs or self.end is None or self._reached(epochs) >= self.end:
            return
        self._has_warned = True
        warnings.warn(
            f"{type(self).__name__} moves {_label(self.variable)} for {self.end:g} epochs, but "
            f"training ends after {epochs}: the model keeps about "
            f"{self.value(self._reached(epochs)):.4g} in place of {self.value(self.end):.4g}, in "
            "its loss and in its files. Train longer, or shorten the schedule.",
            RuntimeWarning,
            stacklevel=2,
        )

    def _assign(self, value):
        # `self.model` brings the variables' values back from Keras' loop on JAX, so that the next
        # step takes this one.
        if self.model is not None:
            self._found.assign(value)


class SettleSchedules(keras.callbacks.Callback):
    """Settles schedules after all other callbacks, which may have restored older weights.

    Args:
        schedules: list of `Schedule`.
    """

    def __init__(self, schedules: list[Schedule]) -> None:
        super().__init__()
        self.schedules = schedules

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        for schedule in self.schedules:
            schedule.settle()


def scheduled_candidates(model: keras.Model) -> list[keras.Variable]:
    """The scalar variables of a model that no gradient moves."""
    return [v for v in model.non_trainable_variables if tuple(v.shape) == ()]


def named_variable(model: keras.Model, name: str, owner: str) -> keras.Variable:
    """A scalar variable of the model by its name, or by its part's attribute and its name.

    Args:
        model: the model.
        name: str, such as `"gamma"` or `"objective.gamma"`.
        owner: str, who asks; for the error.

    Raises:
        ValueError: if there is none, or more than one.
    """
    candidates = scheduled_candidates(model)
    *path, last = name.split(".")
    part = model
    for attribute in path:
        part = getattr(part, attribute, None)
    if path:
        owned = getattr(part, "variables", [])
        candidates = [v for v in candidates if any(v is one for one in owned)]
    found = [v for v in candidates if v.name == last]
    if len(found) == 1:
        return found[0]
    known = sorted({v.name for v in candidates})
    near = difflib.get_close_matches(last, known, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    if found:
        hint = " Several parts have one: name the part too, such as 'objective." + last + "'."
    what = f"a model whose {path[0]} has a {last}" if path else f"a model with one variable {last}"
    raise ValueError(
        f"{owner} needs {what}. Received: {type(model).__name__}, which has the variables "
        f"{known}{'' if not path else ' there'}.{hint}"
    )


def _checked_values(owner, values):
    sequence = isinstance(values, (Sequence, np.ndarray)) and not isinstance(values, str)
    array = np.asarray(values, dtype="float64") if sequence else np.zeros(())
    if np.ndim(array) != 1 or not np.size(array) or not np.all(np.isfinite(array)):
        raise ValueError(
            f"{owner} needs value as a function of the epoch, or as a sequence of finite numbers. "
            f"Received: value={values!r}"
        )
    return array


def _label(variable):
    return getattr(variable, "__name__", "a variable") if callable(variable) else variable
