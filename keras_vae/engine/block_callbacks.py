"""Keras' loop sees one batch a block; its callbacks see steps."""

from typing import Any

import keras


class BlockCallbacks(keras.callbacks.CallbackList):
    """A callback list that tells its callbacks of steps where Keras' loop tells it of blocks.

    Args:
        callbacks: list of callbacks.
        train: `Plan` of the training data. Defaults to `None`.
        test: `Plan` of the evaluation's data. Defaults to `None`.
        **kwargs: passed to `keras.callbacks.CallbackList`.
    """

    def __init__(
        self, callbacks: Any = None, train: Any = None, test: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(callbacks, **kwargs)
        self.train, self.test = train, test

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self.train.start(epoch)
        super().on_epoch_begin(epoch, logs)

    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        super().on_train_batch_begin(self.train.first_step(batch), logs)

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        super().on_train_batch_end(self.train.last_step(batch), logs)

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        if self.test is not None:
            self.test.start(0)
        super().on_test_begin(logs)

    def on_test_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        first = self.test.first_step(batch) if self.test is not None else batch
        super().on_test_batch_begin(first, logs)

    def on_test_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        last = self.test.last_step(batch) if self.test is not None else batch
        super().on_test_batch_end(last, logs)
