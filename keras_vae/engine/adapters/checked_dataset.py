"""A `PyDataset` whose batches are checked as they are made."""

import keras


class CheckedDataset(keras.utils.PyDataset):
    """Like `dataset` in all, but that each batch passes `check` first, in the worker that made it.

    Args:
        dataset: `keras.utils.PyDataset`.
        check: function of a batch that raises where it is not fine; worker processes get it too.
    """

    def __init__(self, dataset, check):
        super().__init__(dataset.workers, dataset.use_multiprocessing, dataset.max_queue_size)
        self.dataset = dataset
        self.check = check

    @property
    def num_batches(self):
        return self.dataset.num_batches

    def __getitem__(self, index):
        batch = self.dataset[index]
        self.check(batch)
        return batch

    def on_epoch_begin(self):
        """Hand on what Keras tells."""
        self.dataset.on_epoch_begin()

    def on_epoch_end(self):
        """Hand on what Keras tells."""
        self.dataset.on_epoch_end()
