"""Counts of genes in 700 blood cells (Zheng et al., 2017), the reduced set of scanpy."""

from typing import NamedTuple

import numpy as np

from keras_vae.datasets.checks import require_count
from keras_vae.datasets.dataset import Dataset, Split, split_validation
from keras_vae.datasets.stored import stored_arrays

ORIGIN = "10x Genomics' PBMC 68k, reduced to 700 cells and 765 genes in scanpy (pbmc68k_reduced)"
KEYS = ("counts", "cell_type", "cell_type_names", "gene")
NUM_TRAIN = 550


class CellNames(NamedTuple):
    """Names of what the blood cells are made of.

    Args:
        genes: str array (765,), of the columns of x.
        cell_types: str array (10,), of the labels y.
    """

    genes: np.ndarray
    cell_types: np.ndarray


def blood_cells(num_validation: int = 0) -> Dataset:
    """Counts of 765 genes in 700 blood cells, 550 to train and 150 to test.

    The cells are shuffled once, by `np.random.RandomState(0).permutation(700)`: the first 550 are
    train, the last 150 test. This split is keras_vae's own. The file `pbmc68k_700.npz` is looked
    for in the folder named by the environment variable `KERAS_VAE_DATA`, then in Keras' cache.

    Args:
        num_validation: int, the last so many training cells become validation. Defaults to `0`.

    Returns:
        `Dataset` of `Split(x, y)`: `x` int32 (cells, 765), counts; `y` uint8 (cells,), one of ten
        cell types. `cell_names()` has their names.

    Raises:
        ValueError: `num_validation` is out of range, or the file is damaged.
        FileNotFoundError: the data is nowhere.

    Licence: scanpy BSD-3; the data CC BY 4.0, 10x Genomics.

    Reference:
        - [Zheng et al., 2017](https://doi.org/10.1038/ncomms14049)
    """
    require_count("blood_cells", "num_validation", num_validation)
    arrays = stored_arrays("pbmc68k_700", KEYS, ORIGIN)
    order = np.random.RandomState(0).permutation(len(arrays["counts"]))
    x, y = arrays["counts"][order].astype("int32"), arrays["cell_type"][order].astype("uint8")
    train = Split(x[:NUM_TRAIN], y[:NUM_TRAIN])
    test = Split(x[NUM_TRAIN:], y[NUM_TRAIN:])
    return Dataset(*split_validation("blood_cells", train, num_validation), test)


def cell_names() -> CellNames:
    """The names of genes and cell types of `blood_cells`.

    Raises:
        ValueError: the file is damaged.
        FileNotFoundError: the data is nowhere.
    """
    arrays = stored_arrays("pbmc68k_700", KEYS, ORIGIN)
    return CellNames(arrays["gene"], arrays["cell_type_names"])
