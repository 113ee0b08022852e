"""Frey Face, 1,965 frames of one face (B. Frey; distributed by S. Roweis)."""

from typing import Any

import numpy as np

from keras_vae.datasets import files
from keras_vae.datasets.checks import require_count
from keras_vae.datasets.dataset import Dataset, Split, grey, split_validation

URL = "https://cs.nyu.edu/~roweis/data/frey_rawface.mat"
# Of the uint8 array (1965, 28, 20) in C order: a MATLAB file's own bytes hold its date of writing.
SHA256 = "2438ba4f0d2a6bd8bac43de756141eaa33c8d248dd613d464bdb1210d9b7af78"
SHAPES = {"x": (1965, 28, 20)}
NUM_TRAIN = 1800


def frey_face(num_validation: int = 0) -> Any:
    """Frey Face, grey frames of one face from a film: 1,800 to train and the last 165 to test.

    The frames are kept in the order of time, and neighbours are nearly alike, so the test frames
    are a stretch of film of their own. Papers split this set in several ways (the VampPrior's code
    draws 1,565/200/200 at random), so likelihoods compare only within one split. The file
    `frey_face.npz` is looked for in the folder named by the environment variable `KERAS_VAE_DATA`,
    then in Keras' cache, and else made there from a download.

    Args:
        num_validation: int, the last so many training frames become validation, in their order.
            Defaults to `0`, no validation.

    Returns:
        `Dataset` of `Split(x, None)`: `x` float32 (samples, 28, 20), in steps of 1/255 from
        8/255 to 238/255.

    Raises:
        ValueError: `num_validation` is out of range, or the file is damaged.
        FileNotFoundError: the data is nowhere and cannot be downloaded.
        ImportError: SciPy, which reads the download, is missing.

    Licence: none is stated at the source.

    References:
        - Roweis, Saul and Hinton, 2002. Global coordination of local linear models.
        - Kingma and Welling, 2014. Auto-encoding variational Bayes, arxiv.org/abs/1312.6114.

    Example:

    >>> train, validation, test = frey_face()
    >>> train.x.shape, test.x.shape, train.y
    ((1800, 28, 20), (165, 28, 20), None)
    """
    require_count("frey_face", "num_validation", num_validation)
    x = grey(files.load("frey_face", SHAPES, URL, _fetch)["x"])
    train = split_validation("frey_face", Split(x[:NUM_TRAIN]), num_validation)
    return Dataset(*train, Split(x[NUM_TRAIN:]))


def _fetch(folder):
    loadmat = _import_loadmat()
    x = _read_mat(loadmat, files.download(URL, folder))
    files.require_sha256(x.tobytes(), SHA256, URL)
    path = folder / "frey_face.npz"
    np.savez(path, x=x)
    return path


def _read_mat(loadmat, path):
    """The frames (1965, 28, 20) of a MATLAB file, where each is a column of the matrix `ff`."""
    try:
        return np.ascontiguousarray(loadmat(path)["ff"].T.reshape(SHAPES["x"]))
    except Exception:  # whatever a foreign file makes loadmat raise; no bytes fit the checksum
        return np.zeros(0, "uint8")


def _import_loadmat():
    try:
        from scipy.io import loadmat
    except ImportError as error:
        raise ImportError(
            "Reading the download of frey_face needs SciPy: pip install keras_vae[datasets]"
        ) from error
    return loadmat
