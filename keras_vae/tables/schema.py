"""What each column of a table holds (as in HI-VAE, Nazabal et al., 2018), found and corrected."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from keras_vae import likelihoods
from keras_vae.checks import check_choice, refuse
from keras_vae.parts import nearest_name
from keras_vae.serialization import register
from keras_vae.tables.columns import KINDS, Column
from keras_vae.tables.finding import find_column


@register
class Schema:
    """The columns of a table: their names, dtypes, kinds, and what is known of each.

    | kind | found for | likelihood |
    |---|---|---|
    | `"numeric"` | real numbers; whole ones with many values | `ModewiseNormal` |
    | `"count"` | 0, 1, 2, ... without gaps, spread as a Poisson's or more | `NegativeBinomial` |
    | `"bounded"` | fractions in [0, 1]; other intervals by correction | `TruncatedNormal` |
    | `"categorical"` | strings, bools, categories | `Categorical` |
    | `"ordinal"` | ordered categories; whole numbers with at most 20 values | `Ordinal` |
    | `"constant"`, `"empty"` | one value in all rows, none in any | none |

    Args:
        columns: list of dicts of plain values, one for each column, as `find` makes them.
        unseen: `"error"`, a category that was not there when the schema was made is refused, by
            name; or `"missing"`, it counts as a missing value. Defaults to `"error"`.

    Raises:
        ValueError: if `unseen` is neither of the two.

    Example:

    >>> import pandas as pd
    >>> frame = pd.DataFrame({"age": [30.5, 41.25, 22.0], "job": ["clerk", "nurse", "clerk"]})
    >>> schema = keras_vae.tables.Schema.find(frame)
    >>> print(schema)
    column  kind         dtype    values
    age     numeric      float64  22 to 41.25; 1 mode
    job     categorical  str      clerk, nurse

    Reference:
        - [Nazabal et al., 2018](https://arxiv.org/abs/1807.03653)
    """

    def __init__(self, columns: list[dict[str, Any]], unseen: str = "error") -> None:
        check_choice("Schema", ("error", "missing"), unseen=unseen)
        self.unseen = unseen
        self.columns = [_column(config) for config in columns]

    @classmethod
    def find(
        cls, frame: Any, kinds: Mapping[Any, Any] | None = None, unseen: str = "error"
    ) -> Self:
        """The schema of a DataFrame.

        Args:
            frame: `pandas.DataFrame`.
            kinds: dict of corrections by column: a kind, or a dict of a kind and its facts, such as
                `{"kind": "bounded", "low": 0, "high": 100}` or `{"kind": "ordinal", "values":
                ["low", "middle", "high"]}`. Defaults to `None`.
            unseen: `"error"` or `"missing"`, see `Schema`. Defaults to `"error"`.

        Raises:
            ValueError: if a column has no kind, as dates, or not the one of its correction; if a
                correction is of no column; if names come twice, or there is nothing to model.
        """
        kinds = dict(kinds or {})
        names = list(frame.columns)
        if len(set(names)) != len(names):
            refuse("Schema", "names that come once", columns=names)
        for name in kinds:
            if name not in names:
                raise ValueError(
                    f"kinds must name columns of the table. Received: {name!r}."
                    f"{nearest_name(str(name), map(str, names))}"
                )
        found = [find_column(frame[name], kinds.get(name)) for name in names]
        if not any(column.modelled for column in found):
            raise ValueError(
                "The table must have a column with more than one value. Received: the columns "
                f"{names}, {len(frame)} rows"
            )
        return cls([column.config for column in found], unseen)

    @property
    def names(self) -> list[Any]:
        """The names of all columns."""
        return [column.name for column in self.columns]

    @property
    def modelled(self) -> list[Column]:
        """The columns that the model has, in their order."""
        return [column for column in self.columns if column.modelled]

    def __getitem__(self, name: Any) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        hint = nearest_name(str(name), map(str, self.names))
        raise ValueError(f"The table has the columns {self.names}. Received: {name!r}.{hint}")

    def known(self, frame: Any) -> Any:
        """The DataFrame, in which unseen categories are missing if they are to count as such."""
        if self.unseen == "error":
            return frame
        frame = frame.copy()
        for column in self.columns:
            frame[column.name] = column.known(frame[column.name])
        return frame

    def likelihood(self) -> likelihoods.Mixed:
        """A new likelihood of rows, a group `"c0"`, `"c1"`, ... for each modelled column."""
        # Names of one's own would be names of layers, where some signs are not allowed.
        columns = enumerate(self.modelled)
        return likelihoods.Mixed({f"c{i}": (column.likelihood(), 1) for i, column in columns})

    def features(self) -> list[dict[str, Any]]:
        """What the encoder sees of each modelled column."""
        return [column.features() for column in self.modelled]

    @property
    def log_scales(self) -> np.ndarray:
        """Logarithm of the unit of each modelled column's number, (columns,)."""
        return np.array([column.log_scale for column in self.modelled])

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {"columns": [column.config for column in self.columns], "unseen": self.unseen}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """The schema that `get_config` described."""
        return cls(**config)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Schema) and self.get_config() == other.get_config()

    def __hash__(self) -> int:
        return hash(tuple(self.names))

    def rows(self) -> list[tuple[str, str, str, str]]:
        """Name, kind, dtype and values of each column, in words."""
        return [(str(c.name), c.kind, c.dtype, c.describe()) for c in self.columns]

    def __str__(self) -> str:
        rows = [("column", "kind", "dtype", "values"), *self.rows()]
        widths = [max(len(row[i]) for row in rows) for i in range(3)]
        lines = [
            "  ".join([*(cell.ljust(w) for cell, w in zip(row, widths, strict=False)), row[3]])
            for row in rows
        ]
        return "\n".join(line.rstrip() for line in lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from html import escape

        head = "".join(f"<th>{name}</th>" for name in ("column", "kind", "dtype", "values"))
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>"
            for row in self.rows()
        )
        return f"<table><tr>{head}</tr>{body}</table>"


def _column(config):
    facts = {k: value for k, value in config.items() if k not in ("name", "kind", "dtype")}
    return KINDS[config["kind"]](config["name"], config["dtype"], **facts)
