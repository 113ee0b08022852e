"""Missing values on their way through the door: NaN in x, and a mask beside it behind the door."""

from typing import Any

import numpy as np

from keras_vae.inputs.sources import Held, Lazy

#: the field that says which values of x are observed
MASK = "mask"


def with_holes(source: Any, mask: Any = None) -> Any:
    """The rows with NaN in the place of all that is missing.

    Args:
        source: `Source` of x, (n, ...), whose NaN are missing values.
        mask: `Source` of zeros and ones of the same shape, 1 where x is observed. Defaults to
            `None`, no other missing values than NaN.
    """
    if mask is None:
        return source
    if not source.is_lazy and not mask.is_lazy:
        return Held(_marked(source.whole(), mask.whole()))

    def read(rows: slice | np.ndarray) -> np.ndarray:
        if isinstance(rows, slice):
            return _marked(*(part.read(rows.start, rows.stop) for part in (source, mask)))
        return _marked(source.take(rows), mask.take(rows))

    return Lazy(read, source.shape, holed_dtype(source.dtype))


def holed_dtype(dtype: np.dtype) -> np.dtype:
    """The dtype in which numbers of this one can stand beside NaN."""
    if dtype.kind == "f":
        return dtype
    return np.result_type(dtype, np.float32) if dtype.kind in "iub" else np.dtype("float32")


def _marked(values, mask):
    values = np.array(values, holed_dtype(values.dtype))
    values[mask == 0] = np.nan
    return values


def filled(values: np.ndarray) -> np.ndarray:
    """The values with zeros in the place of NaN; the same array if there is no NaN."""
    missing = np.isnan(values)
    return np.where(missing, values.dtype.type(0), values) if missing.any() else values


def observed(values: np.ndarray) -> np.ndarray:
    """Which values are not NaN, bool."""
    return ~np.isnan(values)
