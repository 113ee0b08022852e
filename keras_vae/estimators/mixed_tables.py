"""DataFrames with mixed columns or missing values, in the place of arrays of numbers."""

from typing import Any

import numpy as np

from keras_vae.tables import Schema, codec, is_frame


def is_mixed(X: Any) -> bool:
    """Whether `X` is a DataFrame with a column that is not of numbers, or with missing values."""
    if not is_frame(X):
        return False
    kinds = {getattr(dtype, "kind", "O") for dtype in X.dtypes}
    return not kinds <= set("iufb") or bool(X.isna().to_numpy().any())


def as_frame(values: np.ndarray, scaling: Any, like: Any) -> Any:
    """Numbers of each column, (n, columns of the model), as a DataFrame of all columns.

    Columns that the model does not have, for nothing varies there, hold zeros.
    """
    import pandas

    if not isinstance(scaling, TableScaling):
        return pandas.DataFrame(values, index=like.index, columns=like.columns)
    schema = scaling.schema
    frame = pandas.DataFrame(0.0, index=like.index, columns=schema.names)
    for column, numbers in zip(schema.modelled, values.T, strict=True):
        frame[column.name] = numbers
    return frame[list(like.columns)]


class TableScaling:
    """Rows of a DataFrame as numbers, by its schema; see `Standardization` for that of arrays.

    Args:
        schema: `keras_vae.tables.Schema`.
    """

    def __init__(self, schema: Schema) -> None:
        self.schema = schema

    def forward(self, X: Any) -> np.ndarray:
        """Rows as the model sees them, (n, modelled columns), float32, NaN where missing.

        Raises:
            ValueError: if `X` is not a DataFrame, or its columns or values do not fit the schema.
        """
        if not is_frame(X):
            raise ValueError(
                f"X must be a DataFrame with the columns {self.schema.names}, as in `fit`. "
                f"Received: X of type {type(X).__name__}"
            )
        return codec.encode(self.schema, X, "X")

    @property
    def log_scale(self) -> np.ndarray:
        """What a log-density of each column loses in its own units, in nats, (columns,)."""
        return self.schema.log_scales
