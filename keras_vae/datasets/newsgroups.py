"""20 Newsgroups as counts of 2,000 words (Lang, 1995; Miao et al., 2016)."""

import numpy as np

from keras_vae.datasets.checks import require_count
from keras_vae.datasets.dataset import Dataset, Split, split_validation
from keras_vae.datasets.stored import stored_arrays

ORIGIN = "20 Newsgroups, as preprocessed for NVDM (Miao et al., 2016): 2,000 words"
KEYS = (
    *("train_indptr", "train_indices", "train_counts", "train_y"),
    *("test_indptr", "test_indices", "test_counts", "test_y", "vocab"),
)
NUM_WORDS = 2000


def newsgroups(num_validation: int = 0) -> Dataset:
    """Counts of 2,000 words in messages of 20 newsgroups, 11,268 to train and 7,505 to test.

    The "bydate" split. The training messages are shuffled once, by
    `np.random.RandomState(0).permutation(11268)`. Some messages have none of the words. The file
    `20newsgroups_2000.npz` is looked for in the folder named by the environment variable
    `KERAS_VAE_DATA`, then in Keras' cache.

    Args:
        num_validation: int, the last so many training messages become validation. Defaults to `0`.

    Returns:
        `Dataset` of `Split(x, y)`: `x` int16 (messages, 2000), counts; `y` uint8 (messages,), the
        newsgroup. `newsgroup_words()` has the words.

    Raises:
        ValueError: `num_validation` is out of range, or the file is damaged.
        FileNotFoundError: the data is nowhere.

    Licence: none is stated at the source.

    References:
        - Lang, 1995. NewsWeeder: learning to filter netnews.
        - [Miao et al., 2016](https://arxiv.org/abs/1511.06038)
    """
    require_count("newsgroups", "num_validation", num_validation)
    arrays = stored_arrays("20newsgroups_2000", KEYS, ORIGIN)
    train, test = (_dense(arrays, part) for part in ("train", "test"))
    order = np.random.RandomState(0).permutation(len(train.x))
    train = Split(train.x[order], train.y[order])
    return Dataset(*split_validation("newsgroups", train, num_validation), test)


def newsgroup_words() -> np.ndarray:
    """The words of the columns of `newsgroups`, str array (2000,).

    Raises:
        ValueError: the file is damaged.
        FileNotFoundError: the data is nowhere.
    """
    return stored_arrays("20newsgroups_2000", KEYS, ORIGIN)["vocab"]


def _dense(arrays, part):
    ends, columns, counts, y = (
        arrays[f"{part}_{key}"] for key in ("indptr", "indices", "counts", "y")
    )
    x = np.zeros((len(ends) - 1, NUM_WORDS), "int16")
    x[np.repeat(np.arange(len(x)), np.diff(ends)), columns] = counts
    return Split(x, y.astype("uint8"))
