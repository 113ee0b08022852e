"""What kind a column of a DataFrame is."""

from typing import Any

import numpy as np

from keras_vae.checks import check_choice
from keras_vae.tables.columns import KINDS, Column
from keras_vae.tables.values import as_numbers, check_finite

#: whole numbers with so few different values are levels
FEW = 20
#: more strings than this, and than half of the rows, are names rather than categories
MANY = 100

_DATES = (
    "The column {name!r} holds {what}, for which there is no likelihood. Make it a number, such as "
    "(df[{name!r}] - df[{name!r}].min()).dt.days, and parts of it that come again, such as "
    ".dt.month or .dt.dayofweek, or leave it out. Received: dtype {dtype}"
)


def find_column(series: Any, correction: Any = None) -> Column:
    """The column of a Series.

    Args:
        series: `pandas.Series`, with the column's name.
        correction: name of the kind, or a dict `{"kind": ..., fact: ...}`. Defaults to `None`: the
            kind follows from the values.

    Raises:
        ValueError: if the kind is unknown, or the values are not for this kind, or for none.
    """
    if not isinstance(series.name, (str, int)):
        raise ValueError(
            f"The columns must have strings or integers as names. Received: {series.name!r}"
        )
    _refuse_dates(series)
    given = correction if isinstance(correction, dict) else {"kind": correction}
    facts = {name: value for name, value in given.items() if name != "kind"}
    # A column with at most one value has no likelihood, whatever its kind.
    kind = _without_variation(series) or given.get("kind") or _kind(series)
    check_choice(f"The column {series.name!r}", list(KINDS), kind=kind)
    return KINDS[kind].of(series, **facts)


def _refuse_dates(series):
    kind = getattr(series.dtype, "kind", "O")
    first = series.dropna().head(1)
    timed = [value for value in first if hasattr(value, "isoformat") or hasattr(value, "days")]
    if kind in "Mm" or timed:
        what = "durations" if kind == "m" else "dates or times"
        raise ValueError(_DATES.format(name=series.name, what=what, dtype=series.dtype))


def _without_variation(series):
    count = series.nunique()
    return {0: "empty", 1: "constant"}.get(count)


def _kind(series):
    dtype = series.dtype
    if hasattr(dtype, "categories"):
        return "ordinal" if dtype.ordered else "categorical"
    if getattr(dtype, "kind", "O") == "b":
        return "categorical"
    if getattr(dtype, "kind", "O") in "iuf":
        values = as_numbers(series)
        return _kind_of_numbers(values[~np.isnan(values)])
    return _kind_of_objects(series)


def _kind_of_objects(series):
    seen = series.dropna()
    if all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in seen):
        values = as_numbers(series)
        return _kind_of_numbers(values[~np.isnan(values)])
    count = seen.nunique()
    if count > max(MANY, len(seen) / 2):
        raise ValueError(
            f"The column {series.name!r} looks like names or text: it has {count} different values "
            f"in {len(seen)} rows. Leave it out, or say that it is categorical: "
            f"kinds={{{series.name!r}: 'categorical'}}. Received: dtype {series.dtype}"
        )
    return "categorical"


def _kind_of_numbers(values):
    check_finite("", values)
    whole = np.array_equal(np.round(values), values)
    distinct = np.unique(values)
    if whole and _are_counts(values, distinct):
        return "count"
    if whole and len(distinct) <= FEW:
        return "ordinal"
    if not whole and values.min() >= 0 and values.max() <= 1:
        return "bounded"
    return "numeric"


def _are_counts(values, distinct):
    """Whole numbers from 0 on without gaps, at least as spread as a Poisson's, and not few."""
    common = distinct[distinct <= np.quantile(values, 0.99)]
    gapless = np.array_equal(common, np.arange(len(common)))
    return gapless and len(common) > 3 and values.var() >= values.mean()
