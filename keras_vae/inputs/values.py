"""The values of data, checked in pieces: numbers, finite, in float32, in the support."""

import math
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from keras_vae.inputs.sources import Source, as_fed

#: float32 knows the levels of 8-bit data to 3e-5 of a step, and float16 to an eighth
_OFF_LEVEL = 0.2
#: how far a count may be from a whole number
_OFF_COUNT = 1e-3
#: means and deviations of data that networks with their usual first weights learn from
_USUAL_SCALE = (1e-3, 1e3)


def check_numbers(dtype: Any, argument: Any) -> None:
    """Raise a ValueError unless an array of this dtype holds real numbers."""
    if dtype.kind in "fiub" or "float" in str(dtype):
        return
    hints = {
        "U": ". Encode strings as numbers first, categories as one-hot columns",
        "S": ". Encode strings as numbers first, categories as one-hot columns",
        "O": ". Make it an array of numbers of one shape: x.astype('float32')",
        "c": ". Pass the real and imaginary parts, or the absolute values",
        "M": ". Pass times as numbers, such as seconds since the first",
        "m": ". Pass times as numbers, such as seconds",
    }
    raise ValueError(
        f"{argument} must hold numbers. Received: {argument} of dtype {dtype}"
        f"{hints.get(dtype.kind, '')}"
    )


class Scan:
    """What one pass over the values has seen.

    Attributes:
        low, high: float, least and greatest value; NaN if one is.
        num_bad: int, values that are NaN or infinite.
        first_bad: int, the row of the first of them.
        off_step: float, greatest distance from a level, in steps; or from a whole number.
        mean_size, deviation: float, of the values; NaN if they were not asked for.
        has_nan: bool, whether one of those that are not finite is NaN.

    Where values may be missing, NaN is none of them.
    """

    def __init__(
        self, source: Any, limits: Any = None, scale: bool = False, missing: bool | None = None
    ) -> None:
        self.low, self.high = math.inf, -math.inf
        self.num_bad, self.first_bad, self.off_step = 0, None, 0.0
        self.has_nan, self.missing = False, missing
        sums, count = np.zeros(3), 0
        for first, chunk in source.chunks():
            if chunk.dtype.kind not in "fiub":  # bfloat16
                chunk = chunk.astype("float32")
            whole = chunk
            if missing and chunk.dtype.kind == "f":
                chunk = chunk[~np.isnan(chunk)]
            if not chunk.size:
                continue
            count += chunk.size
            low, high = float(chunk.min()), float(chunk.max())
            if not (math.isfinite(low) and math.isfinite(high)):
                self._count_bad(first, whole)
                continue
            self.low, self.high = min(low, self.low), max(high, self.high)
            if limits is not None and (limits.steps or limits.integers):
                self.off_step = max(self.off_step, _off_step(chunk, low, high, limits))
            if scale:
                sums += _sums(chunk)
        scale = scale and count > 0
        self.mean_size = sums[0] / count if scale else math.nan
        variance = max(0.0, sums[2] / count - (sums[1] / count) ** 2) if scale else math.nan
        self.deviation = math.sqrt(variance)

    def _count_bad(self, first, chunk):
        bad = np.isinf(chunk) if self.missing else ~np.isfinite(chunk)
        self.has_nan = self.has_nan or bool(np.isnan(chunk).any())
        self.num_bad += int(bad.sum())
        if self.first_bad is None:
            self.first_bad = first + int(np.argmax(bad.any(axis=tuple(range(1, bad.ndim)))))


def _off_step(chunk, low, high, limits):
    if limits.integers:
        if chunk.dtype.kind in "iub":
            return 0.0
        steps = chunk.astype("float64") if chunk.dtype.itemsize < 4 else chunk
    elif low < limits.least - 1 or high > limits.greatest + 1:
        return 0.0  # the support is named first
    else:
        width = limits.greatest - limits.least
        steps = (chunk.astype("float32") - limits.least) * (limits.steps / width)
    return float(np.abs(steps - np.rint(steps)).max())


def _sums(chunk):
    """Sums of |x|, x and x^2, in float64."""
    return (
        np.abs(chunk, dtype="float64").sum(),
        chunk.sum(dtype="float64"),
        np.square(chunk, dtype="float64").sum(),
    )


def check_values(
    source: Any,
    argument: str,
    limits: Any = None,
    finite: bool = True,
    warn_scale: bool = False,
    missing: bool | None = None,
) -> Any:
    """Check all values of a source, piece by piece.

    Args:
        source: `Source` with at least one row.
        argument: str, the argument's name, for the error.
        limits: `Limits` that the values must keep. Defaults to `None`, all real numbers.
        finite: bool, whether NaN and infinity are refused. Defaults to `True`.
        warn_scale: bool, whether data far from unit scale are warned of, where the limits leave
            them free. Defaults to `False`.
        missing: bool, whether NaN says that a value is missing; it is then not checked.
            Defaults to `None`: it does not, and errors name no way to let it.

    Returns:
        `Source` of what the backends take: wide numbers in float32, and values that rounding has
        put outside of the support set to its end.

    Raises:
        ValueError: if the values are not numbers, not finite, too large, or outside the limits.
    """
    check_numbers(source.dtype, argument)
    warn_scale = warn_scale and limits is not None and not limits.is_bounded
    scan = Scan(source, limits, warn_scale, missing)
    if scan.num_bad and finite:
        kind = "infinite" if missing else "NaN or infinite"
        raise ValueError(
            f"{argument} must be finite. Received: {scan.num_bad} values that are {kind}, "
            f"the first in {argument}[{scan.first_bad}]{_missing_hint(scan, missing)}"
        )
    seen = scan.low <= scan.high
    largest = max(abs(scan.low), abs(scan.high)) if seen else 0.0
    if largest > float(np.finfo("float32").max) and not scan.num_bad:
        raise ValueError(
            f"{argument} must be finite in float32. "
            f"Received: {argument} with values from {scan.low:g} to {scan.high:g}"
        )
    if limits is not None and seen:
        source = _check_limits(source, scan, argument, limits)
        for columns, own in limits.pieces:
            source = _check_columns(source, columns, argument, own, missing)
    if warn_scale and seen:
        _warn_of_scale(scan, argument)
    return source.then(as_fed)


def _missing_hint(scan, missing):
    if missing is not False or not scan.has_nan:
        return ""
    return ". A model takes NaN as missing values if it is made with missing=True"


class _Columns(Source):
    """Some columns of rows (n, columns).

    Args:
        source: `Source` (n, columns).
        columns: tuple of int.
    """

    def __init__(self, source: Source, columns: Sequence[int]) -> None:
        self.source, self.columns = source, list(columns)
        self.shape, self.dtype = (source.shape[0], len(columns)), source.dtype

    def read(self, first: int, last: int) -> np.ndarray:
        return self.source.read(first, last)[:, self.columns]

    def then(self, function: Callable[[np.ndarray], np.ndarray]) -> Source:
        """The whole source, with the function applied to these columns."""

        def apply(values: np.ndarray) -> np.ndarray:
            values = np.array(values)
            values[:, self.columns] = function(values[:, self.columns])
            return values

        return self.source.then(apply)


def _check_columns(source, columns, argument, limits, missing):
    """The source, with `limits` checked for these columns of it alone."""
    view = _Columns(source, columns)
    scan = Scan(view, limits, missing=missing)
    if scan.low > scan.high:
        return source
    checked = _check_limits(view, scan, f"columns {list(columns)} of {argument}", limits)
    return source if checked is view else checked


def _check_limits(source, scan, argument, limits):
    tolerance = limits.tolerance(_eps(source.dtype))
    outside = scan.low < limits.least - tolerance or scan.high > limits.greatest + tolerance
    if outside or limits.open_ends and not limits.least < scan.low <= scan.high < limits.greatest:
        raise ValueError(
            f"The likelihood {limits.name} needs {argument} in {limits}. Received: values from "
            f"{_text(scan.low, limits)} to {_text(scan.high, limits)}."
            f"{_hint(source, scan, argument, limits)}"
        )
    if limits.integers and scan.off_step > _OFF_COUNT:
        raise ValueError(
            f"The likelihood {limits.name} needs {argument} as whole numbers. Received: values up "
            f"to {scan.off_step:.2f} off. Pass counts as they were counted, neither normalised nor "
            "as logarithms"
        )
    if limits.steps and scan.off_step > _OFF_LEVEL:
        raise ValueError(
            f"The likelihood {limits.name}(num_levels={limits.steps + 1}) needs {argument} "
            f"on the levels k / {limits.steps}. "
            f"Received: values up to {scan.off_step:.2f} of a step off"
        )
    if scan.low < limits.least or scan.high > limits.greatest:
        return source.then(lambda values: np.clip(values, limits.least, limits.greatest))
    return source


def _eps(dtype):
    if dtype.kind == "f":
        return float(np.finfo(dtype).eps)
    return 0.0 if dtype.kind in "iub" else 2.0**-7  # bfloat16


def _text(value, limits):
    """A number as short as can be, but in full where that would hide that it is outside."""
    short = f"{value:g}"
    hidden = limits.least <= float(short) <= limits.greatest
    return short if hidden == (limits.least <= value <= limits.greatest) else repr(value)


def _hint(source, scan, argument, limits):
    """What the values look like, and what helps."""
    if (limits.least, limits.greatest) != (0.0, 1.0):
        return ""
    steps = limits.steps
    if scan.low < 0:
        return (
            f" Scale {argument} to {limits}, or choose a likelihood over all real numbers, "
            'such as "shared_normal".'
        )
    whole = all(
        np.array_equal(chunk, np.rint(chunk), equal_nan=True) for _, chunk in source.chunks()
    )
    if whole and steps and scan.high <= steps and steps != 255:
        return (
            f" Divide the numbers of levels by {steps}. For token ids, which have no order, pass "
            "one-hot rows to a model with an axis of tokens at the end of data_shape."
        )
    if whole and scan.high <= 255 or 2 < scan.high <= 255:
        return " Divide 8-bit images by 255."
    if scan.high <= 2:
        return f" Clip what a scaler of other data has put outside: np.clip({argument}, 0, 1)."
    return ""


def _warn_of_scale(scan, argument):
    low, high = _USUAL_SCALE
    if all(size == 0 or low <= size <= high for size in (scan.mean_size, scan.deviation)):
        return
    warnings.warn(
        f"{argument} is far from unit scale: the mean of |{argument}| is {scan.mean_size:.3g}, the "
        f"standard deviation {scan.deviation:.3g}. Networks learn slowly or diverge on such data. "
        f"Standardise it, for example ({argument} - mean) / deviation.",
        UserWarning,
        stacklevel=4,
    )
