"""Backups of a run, two generations of them, from one of which a killed run goes on."""

import hashlib
import json
import os
import re
import warnings
from pathlib import Path
from typing import Any

import keras

from keras_vae import atomic
from keras_vae.parts import check_count
from keras_vae.saved_weights import save_weights

_WEIGHTS, _PROGRESS = "state.weights.h5", "progress.json"
_GENERATION = re.compile(r"epoch-(\d{9})")
_KEPT = 2


class BackupAndRestore(keras.callbacks.Callback):
    """Backs up a run after its epochs, and goes on from the last good backup after a kill.

    Give the same callback to the same `fit`, with the same `epochs`, as often as it takes: a run
    that was killed goes on behind the last epoch that was backed up, with its weights, optimizer
    and seeds, and ends as one that was never killed. Schedules of this package follow the epoch.
    Callbacks that remember earlier epochs themselves, such as `keras.callbacks.EarlyStopping`,
    begin anew.

    Each backup is a folder that appears whole or not at all, and the one before is kept. A backup
    that is damaged all the same, as by a broken disk, is passed over with a warning.

    Args:
        backup_dir: str or path of a folder, for this run alone; it is made if it is missing.
        every_epochs: int >= 1, epochs from one backup to the next. Defaults to `1`.
        delete_checkpoint: bool, whether the backups are deleted when `fit` is done. Defaults to
            `True`.

    Raises:
        ValueError: if `backup_dir` is empty or `every_epochs` is not a positive integer; in `fit`,
            if no backup can be read, or if they are of another model or optimizer.
        OSError: in `fit`, if a backup cannot be written, as on a full disk; the older ones are
            kept.

    Example:

    >>> backup = keras_vae.callbacks.BackupAndRestore("backup_of_my_run")
    >>> history = vae.fit(x, epochs=2, callbacks=[backup], verbose=0)
    """

    def __init__(
        self,
        backup_dir: str | os.PathLike[str],
        every_epochs: int = 1,
        delete_checkpoint: bool = True,
    ) -> None:
        super().__init__()
        if not isinstance(backup_dir, (str, os.PathLike)) or not os.fspath(backup_dir):
            raise ValueError(
                "BackupAndRestore needs backup_dir, the path of a folder. "
                f"Received: backup_dir={backup_dir!r}"
            )
        check_count("BackupAndRestore", every_epochs=every_epochs)
        self.backup_dir = Path(backup_dir)
        self.every_epochs = every_epochs
        self.delete_checkpoint = delete_checkpoint

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        # Keras' own callback goes on by this attribute; `fit` reads it behind this hook.
        self.model._initial_epoch = self._restore()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        done = epoch + 1
        if done % self.every_epochs == 0 or done == self.params.get("epochs"):
            self._save(done)

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        self.model._initial_epoch = None  # for a later `fit` without this callback
        if self.delete_checkpoint:
            # The newest last: if the process is killed, the end of the run is kept.
            for folder in reversed(self._generations()):
                atomic.remove_folder(folder)
            if self.backup_dir.is_dir() and not any(self.backup_dir.iterdir()):
                self.backup_dir.rmdir()

    def _generations(self) -> list[Path]:
        """The backups, newest first."""
        found = self.backup_dir.iterdir() if self.backup_dir.is_dir() else []
        return sorted((path for path in found if _GENERATION.fullmatch(path.name)), reverse=True)

    # ---- saving ----------------------------------------------------------------------------------

    def _save(self, epochs_done: int) -> None:
        # Through `self.model`, which on JAX brings the state of the compiled steps back to it.
        model = self.model
        folder = self.backup_dir / f"epoch-{epochs_done:09d}"
        with atomic.atomic_folder(folder) as scratch:
            save_weights(model, scratch / _WEIGHTS)
            progress = {
                "epoch": epochs_done,
                "sha256": _sha256(scratch / _WEIGHTS),
                **_identity(model),
            }
            (scratch / _PROGRESS).write_text(json.dumps(progress), encoding="utf-8")
        for old in self._generations()[_KEPT:]:
            atomic.remove_folder(old)

    # ---- going on --------------------------------------------------------------------------------

    def _restore(self) -> int | None:
        """Load the newest backup that is whole, and give its epoch; None where there is none."""
        failures = []
        for folder in self._generations():
            try:
                epoch = self._load(folder)
            except _OtherModel as error:
                raise ValueError(str(error)) from error
            except Exception as error:  # h5py, json and Keras raise several kinds on bad bytes
                failures.append(f"{folder}: {error}")
                continue
            if failures:
                warnings.warn(
                    f"A damaged backup was passed over, and the run goes on behind epoch {epoch}. "
                    f"Received: {'; '.join(failures)}",
                    RuntimeWarning,
                    stacklevel=2,
                )
            return epoch
        if failures:
            raise ValueError(
                f"BackupAndRestore needs a backup that can be read in {self.backup_dir}; delete "
                f"the folder to begin anew. Received: {'; '.join(failures)}"
            )
        return None

    def _load(self, folder: Path) -> int:
        progress = json.loads((folder / _PROGRESS).read_text(encoding="utf-8"))
        model = self.model
        if _sha256(folder / _WEIGHTS) != progress["sha256"]:
            raise ValueError(f"{_WEIGHTS} is damaged: it has another sha256 than {_PROGRESS} says")
        expected = _identity(model)
        received = {name: progress.get(name) for name in expected}
        if received != expected:
            raise _OtherModel(
                f"{folder} must be a backup of this model and optimizer; delete the folder to "
                f"begin anew. Expected: {expected}. Received: {received}"
            )
        if not model.optimizer.built:
            model.optimizer.build(model.trainable_variables)
        model.load_weights(folder / _WEIGHTS)
        return int(progress["epoch"])


class _OtherModel(ValueError):
    """A backup is whole, and of something else."""


def _identity(model: keras.Model) -> dict[str, Any]:
    """What must be equal for a backup to fit."""
    return {
        "model": type(model).__name__,
        "optimizer": type(model.optimizer).__name__,
        "weights": [list(weight.shape) for weight in model.weights],
    }


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
