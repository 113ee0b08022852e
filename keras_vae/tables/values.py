"""Values of one column: numbers, codes of categories, and what is refused."""

from typing import Any

import numpy as np

#: values that an error names
_NAMED = 5


def as_numbers(series: Any) -> np.ndarray:
    """The numbers of a Series, float64 (n,), NaN where a value is missing.

    Raises:
        ValueError: if it holds anything else, or an infinite value.
    """
    missing = series.isna().to_numpy()
    values = np.full(len(series), np.nan)
    given = series[~missing]
    try:
        # NumPy would read numbers in strings.
        if getattr(series.dtype, "kind", "O") == "O" and not all(map(_is_number, given)):
            raise ValueError
        values[~missing] = np.asarray(given.to_numpy(), "float64")
    except (TypeError, ValueError) as error:
        wrong = next(value for value in given if not _is_number(value))
        raise ValueError(
            f"The column {series.name!r} must hold numbers. Received: {wrong!r} in row "
            f"{_row(series, [value is wrong for value in series])}. Make it a number, or NaN"
        ) from error
    check_finite(series.name, values)
    return values


def _is_number(value):
    return not isinstance(value, str) and np.isscalar(value) and np.isreal(value)


def _row(series, where):
    return int(np.argmax(where))


def check_finite(name: Any, values: np.ndarray) -> None:
    """Raise a ValueError if a value is infinite."""
    _refuse_some(name, "finite numbers", values, np.isinf(values))


def check_whole(name: Any, values: np.ndarray) -> None:
    """Raise a ValueError unless all values are whole numbers from 0 on, or NaN."""
    wrong = (values < 0) | (np.round(values) != values)
    _refuse_some(name, "counts 0, 1, 2, ...", values, wrong & ~np.isnan(values))


def check_inside(name: Any, values: np.ndarray, low: float, high: float) -> None:
    """Raise a ValueError unless all values are in [low, high], or NaN."""
    _refuse_some(name, f"numbers in [{low:g}, {high:g}]", values, (values < low) | (values > high))


def _refuse_some(name, expected, values, wrong):
    if wrong.any():
        row = int(np.argmax(wrong))
        raise ValueError(
            f"The column {name!r} must hold {expected}. Received: {values[row]:g} in row {row}, "
            f"{int(wrong.sum())} such values"
        )


def decimals_of(values: np.ndarray) -> int | None:
    """The least number of decimals, up to 4, that all values have; None if they have more."""
    for decimals in range(5):
        if np.array_equal(np.round(values, decimals), values):
            return decimals
    return None


def plain(series: Any) -> dict[str, Any]:
    """The different values of a Series as JSON keeps them, and what makes a categorical of them.

    Raises:
        ValueError: if a value is not a string, a number or a bool.
    """
    categories = getattr(series.dtype, "categories", None)
    if categories is None:
        values = sorted_values(series.dropna().unique())
        return {"values": [_plain(series.name, value) for value in values]}
    return {
        "values": [_plain(series.name, value) for value in categories],
        "categories_dtype": str(categories.dtype),
        "ordered": bool(series.dtype.ordered),
    }


def sorted_values(values: Any) -> list[Any]:
    """Values in order; those of several types by type first."""
    try:
        return sorted(values)
    except TypeError:
        return sorted(values, key=lambda value: (type(value).__name__, value))


def _plain(name, value):
    value = value.item() if isinstance(value, np.generic) else value
    if not isinstance(value, (str, int, float, bool)):
        raise ValueError(
            f"The column {name!r} must hold strings, numbers or bools. Received: {value!r} of type "
            f"{type(value).__name__}"
        )
    return value


def codes_of(series: Any, values: list[Any]) -> np.ndarray:
    """The place of each value of a Series among the known ones, float64 (n,); NaN where missing.

    Raises:
        ValueError: if there is a new value.
    """
    places = {value: place for place, value in enumerate(values)}
    missing = series.isna().to_numpy()
    codes = np.full(len(series), np.nan)
    codes[~missing] = [places.get(value, -1) for value in series[~missing]]
    new = codes < 0
    if new.any():
        found = sorted_values(set(series[new]))
        raise ValueError(
            f"The column {series.name!r} has values that it did not have when its schema was made. "
            f"Received: {found[:_NAMED]} in {int(new.sum())} rows, the first in row "
            f"{int(np.argmax(new))}; known are {values[:20]}. Leave these rows out, make "
            'the schema anew, or make it with unseen="missing", so that such values are missing'
        )
    return codes


def of_codes(codes: np.ndarray, facts: dict[str, Any]) -> Any:
    """The values of codes: a list, or a Categorical of pandas as the column had it."""
    values = facts["values"]
    codes = np.clip(np.round(codes), 0, len(values) - 1).astype(int)
    if "categories_dtype" not in facts:
        return [values[code] for code in codes]
    import pandas

    categories = pandas.Index(values, dtype=facts["categories_dtype"])
    return pandas.Categorical.from_codes(codes, categories, ordered=facts["ordered"])
