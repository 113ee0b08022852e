"""A DataFrame as rows of numbers, and back, by a schema."""

import sys
from typing import Any

import numpy as np

from keras_vae.tables.schema import Schema


def is_frame(values: Any) -> bool:
    """Whether `values` is a DataFrame of pandas."""
    # It is one only if pandas has been imported already.
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(values, pandas.DataFrame)


def rows_of(schema: Schema, values: Any, argument: str = "x") -> Any:
    """Rows of numbers of a DataFrame; anything else as it is.

    Raises:
        ValueError: as `encode`, or if `values` is a table of polars.
    """
    polars = sys.modules.get("polars")
    if polars is not None and isinstance(values, (polars.DataFrame, polars.LazyFrame)):
        raise ValueError(
            f"{argument} must be a pandas.DataFrame with the columns of the schema: "
            f"{argument}.to_pandas(). Received: {argument} of polars"
        )
    if argument == "y" and is_frame(values) and len(values.columns) != len(schema.names):
        return values  # labels beside the table
    return encode(schema, values, argument) if is_frame(values) else values


def encode(schema: Schema, frame: Any, argument: str = "x") -> np.ndarray:
    """The rows of a DataFrame as numbers, float32 (n, modelled columns); NaN where missing.

    Columns are found by name, in any order.

    Raises:
        ValueError: if a column is missing or unknown, or a value is not one of its column.
    """
    names = list(frame.columns)
    missing = [name for name in schema.names if name not in names]
    unknown = [name for name in names if name not in schema.names]
    if missing or unknown or len(names) != len(schema.names):
        raise ValueError(
            f"{argument} must have the columns of the schema, {schema.names}. Received: "
            f"{argument} without {missing}, and with the others {unknown or names}"
        )
    frame = schema.known(frame)
    numbers = [(column.modelled, column.encode(frame[column.name])) for column in schema.columns]
    rows = np.stack([values for modelled, values in numbers if modelled], axis=1)
    return rows.astype("float32")


def decode(schema: Schema, rows: np.ndarray, index: Any = None) -> Any:
    """Rows of numbers, (n, modelled columns), as a DataFrame like the one of the schema."""
    import pandas

    places = {column.name: i for i, column in enumerate(schema.modelled)}
    series = {}
    for column in schema.columns:
        values = rows[:, places[column.name]] if column.modelled else np.zeros(len(rows))
        series[column.name] = pandas.Series(column.decode(values), index=index).astype(
            _dtype(column, pandas)
        )
    frame = pandas.DataFrame(series, index=index)
    frame.columns = pandas.Index(schema.names)
    return frame


def _dtype(column, pandas):
    facts = column.facts
    if "categories_dtype" not in facts:
        return column.dtype
    categories = pandas.Index(facts["values"], dtype=facts["categories_dtype"])
    return pandas.CategoricalDtype(categories, facts["ordered"])
