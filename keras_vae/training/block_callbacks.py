"""Keras' loop sees one batch a block; its callbacks see steps."""

import keras


class Blocks(keras.utils.PyDataset):
    """Stands for the blocks of a plan in Keras' loop, which only counts them.

    Args:
        plan: `Plan`.
        x: array (n, event), or a dict of arrays; the first row lets Keras build what it has not
            built yet.
    """

    def __init__(self, plan, x):
        super().__init__(workers=0)
        self.plan = plan
        self.example = keras.tree.map_structure(lambda array: array[:1], x)

    def __len__(self):
        return self.plan.num_blocks

    def __getitem__(self, index):
        return (self.example,)


class BlockCallbacks(keras.callbacks.CallbackList):
    """A callback list that tells its callbacks of steps where Keras' loop tells it of blocks.

    Args:
        callbacks: list of callbacks.
        train: `Plan` of the training data. Defaults to `None`.
        test: `Plan` of the evaluation's data. Defaults to `None`.
        **kwargs: passed to `keras.callbacks.CallbackList`.
    """

    def __init__(self, callbacks=None, train=None, test=None, **kwargs):
        super().__init__(callbacks, **kwargs)
        self.train, self.test = train, test

    def on_epoch_begin(self, epoch, logs=None):
        self.train.start(epoch)
        super().on_epoch_begin(epoch, logs)

    def on_train_batch_begin(self, batch, logs=None):
        super().on_train_batch_begin(self.train.first_step(batch), logs)

    def on_train_batch_end(self, batch, logs=None):
        super().on_train_batch_end(self.train.last_step(batch), logs)

    def on_test_begin(self, logs=None):
        if self.test is not None:
            self.test.start(0)
        super().on_test_begin(logs)

    def on_test_batch_begin(self, batch, logs=None):
        first = self.test.first_step(batch) if self.test is not None else batch
        super().on_test_batch_begin(first, logs)

    def on_test_batch_end(self, batch, logs=None):
        last = self.test.last_step(batch) if self.test is not None else batch
        super().on_test_batch_end(last, logs)
