"""Grey images made binary: one draw, a new draw each epoch, or the papers' fixed draw."""

import math
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from keras_vae.datasets.checks import make_generator, require_count, require_grey
from keras_vae.typing import Seed

FIXED_SEED = 777


def binarize(x: Any, seed: Seed) -> Any:
    """One Bernoulli draw of grey images, each pixel one with its intensity as the probability.

    Args:
        x: array (samples, ...) of intensities in [0, 1].
        seed: int, or a `np.random.Generator` to draw from.

    Returns:
        float32 array of zeros and ones, of the shape of `x`.

    Raises:
        ValueError: `x` is empty or leaves [0, 1], or `seed` is neither of the two.

    References:
        - Salakhutdinov and Murray, 2008. On the quantitative analysis of deep belief networks.

    Example:

    >>> binarize([[0.0, 1.0, 1.0]], seed=0)
    array([[0., 1., 1.]], dtype=float32)
    """
    return _draw(require_grey("binarize", x), make_generator("binarize", seed))


def _draw(x, generator):
    # Uniforms lie in [0, 1), so black is never drawn as one and white always is.
    return (generator.random(x.shape, dtype="float32") < x).astype("float32")


class DynamicBinarization(keras.utils.PyDataset):
    """Batches of grey images with new bits each epoch, for `fit` and `evaluate`.

    Each epoch is a new shuffle and a new Bernoulli draw of every image (Burda et al., 2015). Both
    depend on `seed`, on the epoch and on the batch alone, so that a run can be repeated, with any
    number of workers. The epoch moves on when `fit` ends one, or after a whole pass by hand; the
    attribute `epoch` may be set to resume a run. `fit` shuffles the order of the batches with a
    generator of Python's own unless it gets `shuffle=False`.

    Args:
        x: array (samples, ...) of intensities in [0, 1].
        batch_size: int, images a batch. The last batch of an epoch holds what is left.
        seed: int. Defaults to `0`.
        shuffle: bool, whether each epoch has an order of its own. Defaults to `True`.
        **kwargs: `workers`, `use_multiprocessing` and `max_queue_size` of `keras.utils.PyDataset`.

    Returns:
        `dataset[index]` is the tuple `(bits,)`: float32 zeros and ones, (batch, ...).

    Raises:
        ValueError: `x` is empty or leaves [0, 1], or `batch_size` or `seed` is out of range.
        IndexError: there is no batch `index`.

    References:
        - Burda, Grosse and Salakhutdinov, 2015. Importance weighted autoencoders,
          arxiv.org/abs/1509.00519.

    Example:

    >>> batches = DynamicBinarization(np.full((5, 2), 0.5), batch_size=2)
    >>> [bits.shape for (bits,) in batches]
    [(2, 2), (2, 2), (1, 2)]
    """

    def __init__(
        self, x: Any, batch_size: int, seed: int = 0, shuffle: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.x = require_grey("DynamicBinarization", x)
        require_count("DynamicBinarization", "batch_size", batch_size, least=1)
        require_count("DynamicBinarization", "seed", seed)
        self.batch_size = batch_size
        self.seed = seed
        self.shuffle = shuffle
        self.epoch = 0
        self._in_epoch = False
        self._order = (None, None)

    def __len__(self) -> int:
        return math.ceil(len(self.x) / self.batch_size)

    def __getitem__(self, index: int) -> tuple[np.ndarray]:
        if not 0 <= index < len(self):
            raise IndexError(
                f"DynamicBinarization has {len(self)} batches. Received: index={index}"
            )
        rows = self._epoch_order()[index * self.batch_size : (index + 1) * self.batch_size]
        return (_draw(self.x[rows], self._generator(index + 1)),)

    def __iter__(self) -> Iterator[tuple[np.ndarray]]:
        for index in range(len(self)):
            yield self[index]
        self.epoch += 1

    def on_epoch_begin(self) -> None:
        """Mark that an epoch is under way; Keras calls this."""
        self._in_epoch = True

    def on_epoch_end(self) -> None:
        """Move to the next epoch; Keras calls this."""
        # Keras also calls it where no epoch has begun: before the first, and between two
        # validations. Moving on at the begin instead would race with workers, who start before it.
        if self._in_epoch:
            self._in_epoch = False
            self.epoch += 1

    def _epoch_order(self):
        """This epoch's order of the images, (samples,)."""
        epoch, order = self._order
        if epoch != self.epoch:
            epoch, order = self.epoch, np.arange(len(self.x))
            if self.shuffle:
                self._generator(0).shuffle(order)
            self._order = (epoch, order)
        return order

    def _generator(self, stream):
        # Stream 0 is the order, stream 1 + index a batch; a draw is then its own, in any thread.
        return np.random.default_rng((int(self.seed), self.epoch, stream))


def binarize_fixed(dataset: Any) -> Any:
    """Validation and test of `dataset` drawn once, as published results have them; train grey.

    These are the bits of the VampPrior and Exemplar-VAE code: NumPy's legacy generator with seed
    777 draws the validation images, then the test images. That generator's numbers are frozen, and
    the bits are the same for float32 intensities (the former's) and float64 ones (the latter's).
    """
    generator = np.random.RandomState(FIXED_SEED)
    # In this order: the test images take the numbers that the validation images left.
    validation = generator.binomial(1, dataset.validation.x).astype("float32")
    test = generator.binomial(1, dataset.test.x).astype("float32")
    return dataset._replace(
        validation=dataset.validation._replace(x=validation), test=dataset.test._replace(x=test)
    )
