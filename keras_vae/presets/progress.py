"""A run of training that can be killed: its checkpoints, its early stop, and what it prints."""

import json
import os
import time
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_vae import atomic
from keras_vae.presets.recipe import Recipe
from keras_vae.saved_weights import save_weights

#: seconds between checkpoints, and between lines of progress
CHECKPOINT_EVERY, LINE_EVERY = 60.0, 10.0


class Progress(keras.callbacks.Callback):
    """Stops early on the validation loss, prints lines, and keeps checkpoints.

    A checkpoint is a folder that appears whole or not at all, at most every minute, and at the end:
    weights and optimizer, the weights of the best epoch so far, and how far the run is. A run
    that goes on from it ends as an unbroken one.

    Args:
        folder: path of the checkpoint.
        recipe: `Recipe`.
        minutes: float, time after which the run stops, with a checkpoint. Defaults to `None`.
        every: float, seconds between checkpoints. Defaults to `60`.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        recipe: Recipe,
        minutes: float | None = None,
        every: float = CHECKPOINT_EVERY,
    ) -> None:
        super().__init__()
        self.folder = Path(folder)
        self.recipe = recipe
        self.minutes = minutes
        self.every = every
        self.epoch = 0  # epochs that are done
        self.best = float("inf")
        self.best_epoch = 0
        self.best_weights: list[np.ndarray] | None = None
        self.seconds = 0.0
        self.finished = False

    def resume(self, vae: keras.Model) -> None:
        """Go on from the checkpoint, if there is one.

        Raises:
            ValueError: if the checkpoint is of another recipe.
        """
        folder = atomic.whole_folder(self.folder)
        if not folder.is_dir():
            return
        saved = json.loads((folder / "progress.json").read_text())
        if saved["recipe"] != self._identity():
            raise ValueError(
                f"{self.folder} must be a checkpoint of this recipe; delete the folder to start "
                f"anew. Expected: {self._identity()}. Received: {saved['recipe']}"
            )
        vae.optimizer.build(vae.trainable_variables)
        vae.load_weights(folder / "state.weights.h5")
        for name in ("epoch", "best_epoch", "seconds", "finished"):
            setattr(self, name, saved[name])
        if saved["best"] is not None:
            self.best = saved["best"]
            with np.load(folder / "best.npz", allow_pickle=False) as best:
                self.best_weights = [best[f"arr_{i}"] for i in range(len(best.files))]

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._begin = self._saved_at = self._printed_at = time.monotonic()
        self._before = self.seconds

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self.epoch = epoch + 1
        now = time.monotonic()
        self.seconds = self._before + now - self._begin
        self._watch(logs)
        last = self.epoch == self.recipe.epochs
        self.finished = self.finished or last
        out_of_time = self.minutes is not None and now - self._begin > 60 * self.minutes
        self.model.stop_training = self.model.stop_training or self.finished or out_of_time
        if self.model.stop_training or now - self._printed_at > LINE_EVERY:
            self._printed_at = now
            print(self._line(logs), flush=True)
        if self.model.stop_training or now - self._saved_at > self.every:
            self._saved_at = now
            self._save()

    def _watch(self, logs):
        recipe = self.recipe
        if recipe.patience is None:
            return
        if self.epoch <= recipe.patience_from:
            return
        if logs["val_loss"] < self.best:
            self.best, self.best_epoch = logs["val_loss"], self.epoch
            self.best_weights = self.model.get_weights()
        self.finished = self.epoch - self.best_epoch >= recipe.patience

    def _save(self):
        best = self.best_weights
        progress = {
            "recipe": self._identity(),
            "epoch": self.epoch,
            "best": None if best is None else self.best,
            "best_epoch": self.best_epoch,
            "seconds": self.seconds,
            "finished": self.finished,
        }
        with atomic.atomic_folder(self.folder) as scratch:
            save_weights(self.model, scratch / "state.weights.h5")
            if best is not None:
                np.savez(scratch / "best.npz", *best)
            (scratch / "progress.json").write_text(json.dumps(progress))

    def remove(self) -> None:
        """Remove the checkpoint, in one step."""
        atomic.remove_folder(self.folder)

    def _identity(self):
        names = ("name", "epochs", "batch_size", "binarize", "patience", "patience_from", "seed")
        return {name: getattr(self.recipe, name) for name in names}

    def _line(self, logs):
        shown = ("loss", "val_loss", "val_kl")
        numbers = [f"{name} {logs[name]:.2f}" for name in shown if name in logs]
        if self.best_weights is not None:
            numbers.append(f"best {self.best:.2f} of epoch {self.best_epoch}")
        numbers.append(f"{self.seconds:.0f} s")
        return f"epoch {self.epoch}/{self.recipe.epochs}: {', '.join(numbers)}"
