"""Data sets of batches: each batch is checked as it comes, as arrays are."""

import dataclasses
import itertools
import sys
from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np

from keras_vae.inputs.kinds import LENIENT
from keras_vae.inputs.names import WEIGHT


def split_batch(batch: Any, fields: Any, argument: str = "x") -> tuple[Any, Any]:
    """Inputs and y of a batch: bare, in a tuple or list, alone, with y, or with y and weights.

    Weights become a field of the inputs, if `fields` has them; else they are not looked at.

    Raises:
        ValueError: if there are more parts, or weights twice.
    """
    if not isinstance(batch, (tuple, list)):
        return batch, None
    if not 1 <= len(batch) <= 3:
        raise ValueError(
            f"{argument} must give batches of x, (x,), (x, y) or (x, y, sample_weight). "
            f"Received: a batch of {len(batch)} parts"
        )
    inputs, y, weights = (*batch, None, None)[:3]
    if weights is None or WEIGHT not in fields:
        return inputs, y
    inputs = inputs if isinstance(inputs, dict) else {"x": inputs}
    if WEIGHT in inputs:
        raise ValueError(
            f"{argument} must give the weights of a batch once: as {WEIGHT!r} in its dict, or as "
            "the third part of (x, y, sample_weight). Received: both"
        )
    return {**inputs, WEIGHT: weights}, y


class BatchCheck:
    """Makes of a data set's batch what the model takes, `(x,)` or `({"x": x, ...},)`, checked.

    It holds no model, for worker processes get it too.

    Args:
        fields: `Fields`.
        policy: `Policy`. Defaults to one without limits.
        beside: dict of fields that hold for all examples, by name. Defaults to none.
        takes_target: bool, whether y may be the target; else it is not looked at. Defaults to
            `True`.
    """

    def __init__(
        self,
        fields: Any,
        policy: Any = LENIENT,
        beside: dict[str, Any] | None = None,
        takes_target: bool = True,
    ) -> None:
        self.fields = fields
        self.takes_target = takes_target
        self.policy = dataclasses.replace(policy, is_batch=True, warn_scale=False)
        self.beside = beside

    def sources(self, batch: int) -> Any:
        """The checked `Source`s of a batch by field."""
        inputs, y = split_batch(batch, self.fields)
        y = y if self.takes_target else None
        given = self.fields.split(inputs, "x", self.beside)
        return self.fields.read(given, "x", y, self.policy)

    def __call__(self, batch: Any) -> Any:
        """The batch, checked; tensors of the backend stay where they are.

        Raises:
            ValueError: as for arrays.
        """
        read = {
            name: source.whole() if source.is_lazy else source.handed_on
            for name, source in self.sources(batch).items()
        }
        return (read[self.fields.name],) if len(read) == 1 else (read,)

    def arrays(self, batch: int) -> Any:
        """The batch as a dict of NumPy arrays by field, checked."""
        return {name: source.whole() for name, source in self.sources(batch).items()}


class Stream:
    """A data set of batches.

    Args:
        dataset: what the user gave.
        argument: str, the argument's name, for the error.
    """

    def __init__(self, dataset: Any, argument: str) -> None:
        self.dataset = dataset
        self.argument = argument

    @property
    def num_batches(self) -> None:
        """Number of batches; `None` if it is unknown, `math.inf` for no end."""
        return None

    def check_first(self, check: Any) -> Any:
        """Check what can be looked at before the first step.

        Raises:
            ValueError: if it is not fine, or if there is no batch.
        """
        if self.num_batches == 0:
            raise ValueError(self.no_batches)

    def checked(self, check: Any) -> Any:
        """The data set as Keras takes it, with each batch passed through `check`."""
        raise NotImplementedError

    def __iter__(self) -> Iterator:
        """The batches as the data set gives them."""
        return iter(self.dataset)

    @property
    def no_batches(self) -> Any:
        """The error of a data set without batches."""
        return (
            f"{self.argument} must give at least one batch. "
            f"Received: {self.argument} of type {type(self.dataset).__name__} without batches"
        )


class Batches(Stream):
    """An iterator or generator of batches."""

    def checked(self, check: Any) -> Any:
        return self._checked(check)

    def _checked(self, check):
        # A generator, for Keras takes no other iterator.
        empty = True
        for batch in self.dataset:
            empty = False
            yield check(batch)
        if empty:
            raise ValueError(self.no_batches)


class KerasDataset(Stream):
    """A `keras.utils.PyDataset`."""

    @property
    def num_batches(self) -> Any:
        try:
            count = self.dataset.num_batches
        except NotImplementedError:
            return None
        return np.inf if count is None else count

    def check_first(self, check: Any) -> None:
        super().check_first(check)
        if self.num_batches is not None:
            # In a worker process, or within TensorFlow, the error would be wrapped in another one.
            check(self.dataset[0])

    def checked(self, check: Any) -> Any:
        return CheckedDataset(self.dataset, check)

    def __iter__(self) -> Iterator:
        self.dataset.on_epoch_begin()
        count = self.num_batches
        indices = range(count) if count not in (None, np.inf) else itertools.count()
        yield from (self.dataset[index] for index in indices)
        self.dataset.on_epoch_end()


class CheckedDataset(keras.utils.PyDataset):
    """Like `dataset` in all, but that each batch passes `check` in the worker that made it.

    Args:
        dataset: `keras.utils.PyDataset`.
        check: function of a batch that gives the batch; worker processes get it too.
    """

    def __init__(self, dataset: Any, check: Callable[..., Any]) -> None:
        super().__init__(dataset.workers, dataset.use_multiprocessing, dataset.max_queue_size)
        self.dataset = dataset
        self.check = check

    @property
    def num_batches(self) -> Any:
        return self.dataset.num_batches

    def __getitem__(self, index: int) -> Any:
        return self.check(self.dataset[index])

    def on_epoch_begin(self) -> None:
        """Hand on what Keras tells."""
        self.dataset.on_epoch_begin()

    def on_epoch_end(self) -> None:
        """Hand on what Keras tells."""
        self.dataset.on_epoch_end()


class TorchLoader(Stream):
    """A torch `DataLoader`."""

    @property
    def num_batches(self) -> Any:
        try:
            return len(self.dataset)
        except TypeError:  # of a data set that does not say
            return None

    def checked(self, check: Any) -> Any:
        from keras_vae.inputs import torch_data  # which imports torch

        return torch_data.checked(self.dataset, check)


class TensorFlowDataset(Stream):
    """A `tf.data.Dataset`."""

    @property
    def num_batches(self) -> Any:
        count = int(self.dataset.cardinality())
        return {-1: np.inf, -2: None}.get(count, count)

    def check_first(self, check: Any) -> None:
        super().check_first(check)
        self.checked(check)

    def checked(self, check: Any) -> Any:
        from keras_vae.inputs import tf_data  # which imports TensorFlow

        return tf_data.checked(self.dataset, check)


class GrainDataset(Stream):
    """A `grain.MapDataset` or `grain.IterDataset` of batches."""

    @property
    def num_batches(self) -> Any:
        try:
            count = len(self.dataset)
        except TypeError:  # an IterDataset does not say
            return None
        return np.inf if count == sys.maxsize else count  # of a data set that is repeated

    def checked(self, check: Any) -> Any:
        return self.dataset.map(check)
