"""The kinds of columns: how a column becomes numbers, which likelihood they have, and the way back.

Each kind keeps what it has learned of its column in plain values, `facts`, which go into files.
"""

from typing import Any

import numpy as np
from keras import ops

from keras_vae import likelihoods
from keras_vae.tables.modes import ATOM_SCALE, find_modes
from keras_vae.tables.values import (
    as_numbers,
    check_inside,
    check_whole,
    codes_of,
    decimals_of,
    of_codes,
    plain,
)


class Column:
    """Base of the kinds of columns.

    Args:
        name: str or int, the column's name.
        dtype: str, its dtype in pandas.
        **facts: plain values.
    """

    #: the kind's name
    kind = ""
    #: whether the model has a column for it
    modelled = True
    #: numbers that its best guess is made of: `point`
    width = 1
    #: whether its values have an order
    ordered = True

    def __init__(self, name: Any, dtype: str, **facts: Any) -> None:
        self.name, self.dtype, self.facts = name, dtype, facts

    @classmethod
    def of(cls, series: Any, **facts: Any) -> "Column":
        """The column of a Series; `facts` are what the user says of it."""
        raise NotImplementedError

    @property
    def config(self) -> dict[str, Any]:
        """Plain values, from which `Schema` makes the column again."""
        return {"name": self.name, "kind": self.kind, "dtype": self.dtype, **self.facts}

    def known(self, series: Any) -> Any:
        """The Series with missing values in the place of categories that the schema lacks."""
        values = self.facts.get("values")
        return series if values is None else series.where(series.isin(values))

    def encode(self, series: Any) -> np.ndarray:
        """The numbers of a Series, float64 (n,); NaN where a value is missing."""
        raise NotImplementedError

    def decode(self, values: np.ndarray) -> Any:
        """The values, (n,), of numbers without NaN; a sequence that the dtype takes."""
        raise NotImplementedError

    def check_given(self, value: Any) -> None:
        """Raise a ValueError if rows could not have this value, which `encode` takes."""

    def likelihood(self) -> likelihoods.Likelihood:
        """A new likelihood of its number."""
        raise NotImplementedError

    def features(self) -> dict[str, Any]:
        """What the encoder sees of it, for `keras_vae.tables.network.TableFeatures`."""
        raise NotImplementedError

    def point(self, p: Any) -> Any:
        """What the best guess is made of: a mean, or probabilities, (..., width)."""
        return p.mean

    def guess(self, point: np.ndarray) -> np.ndarray:
        """The best guess, a number of the column, of the average of points, (n, width) -> (n,)."""
        return point[:, 0]

    @property
    def log_scale(self) -> float:
        """Logarithm of the unit of its number, in units of the column."""
        return 0.0

    def describe(self) -> str:
        """The facts in a few words."""
        return ""


class Numeric(Column):
    """Real numbers, or whole ones with many values: normals around modes."""

    kind = "numeric"

    @classmethod
    def of(cls, series: Any, **facts: Any) -> "Numeric":
        values = as_numbers(series)
        seen = values[~np.isnan(values)]
        mean, scale = float(seen.mean()), float(seen.std()) or 1.0
        found = {
            "mean": mean,
            "scale": scale,
            "low": float(seen.min()),
            "high": float(seen.max()),
            "decimals": decimals_of(seen),
            "modes": find_modes((seen - mean) / scale),
        }
        return cls(series.name, str(series.dtype), **{**found, **facts})

    def encode(self, series: Any) -> np.ndarray:
        return (as_numbers(series) - self.facts["mean"]) / self.facts["scale"]

    def decode(self, values: np.ndarray) -> Any:
        facts, modes = self.facts, self.facts["modes"]
        values = values.astype("float64")
        for atom in modes["centers"][: modes["num_atoms"]]:
            # Beyond 5 deviations there is one draw in a million.
            values = np.where(np.abs(values - atom) <= 5 * ATOM_SCALE, atom, values)
        values = np.clip(values * facts["scale"] + facts["mean"], facts["low"], facts["high"])
        return values if facts["decimals"] is None else np.round(values, facts["decimals"])

    def check_given(self, value: Any) -> None:
        low, high = self.facts["low"], self.facts["high"]
        if not low <= float(value) <= high:
            raise ValueError(
                f"The column {self.name!r} must have a value between {low:g} and {high:g}, the "
                f"least and the greatest that its schema knows. Received: {value!r}"
            )

    def likelihood(self) -> likelihoods.Likelihood:
        return likelihoods.ModewiseNormal(**self.facts["modes"])

    def features(self) -> dict[str, Any]:
        return {"kind": "modes", **self.facts["modes"]}

    @property
    def log_scale(self) -> float:
        return float(np.log(self.facts["scale"]))

    def describe(self) -> str:
        atoms = self.facts["modes"]["num_atoms"]
        modes = _counted(len(self.facts["modes"]["centers"]) - atoms, "mode")
        ends = f"{self.facts['low']:g} to {self.facts['high']:g}"
        return f"{ends}; {modes}" + (f", {_counted(atoms, 'single value')}" if atoms else "")


def _counted(number, noun):
    return f"{number} {noun}" + ("" if number == 1 else "s")


class Count(Column):
    """Whole numbers 0, 1, 2, ...: negative binomial."""

    kind = "count"

    @classmethod
    def of(cls, series: Any, **facts: Any) -> "Count":
        values = as_numbers(series)
        seen = values[~np.isnan(values)]
        check_whole(series.name, values)
        logs = np.log1p(seen)
        found = {
            "log_mean": float(logs.mean()),
            "log_scale": float(logs.std()) or 1.0,
            "high": float(seen.max()),
        }
        return cls(series.name, str(series.dtype), **{**found, **facts})

    def encode(self, series: Any) -> np.ndarray:
        values = as_numbers(series)
        check_whole(self.name, values)
        return values

    def decode(self, values: np.ndarray) -> Any:
        return np.round(values.astype("float64"))

    def likelihood(self) -> likelihoods.Likelihood:
        return likelihoods.NegativeBinomial()

    def features(self) -> dict[str, Any]:
        return {"kind": "log", "mean": self.facts["log_mean"], "scale": self.facts["log_scale"]}

    def describe(self) -> str:
        return f"0 to {self.facts['high']:g}"


class Bounded(Column):
    """Numbers of an interval: truncated normal."""

    kind = "bounded"

    @classmethod
    def of(cls, series: Any, low: float = 0.0, high: float = 1.0, **facts: Any) -> "Bounded":
        values = as_numbers(series)
        check_inside(series.name, values, low, high)
        decimals = decimals_of(values[~np.isnan(values)])
        return cls(
            series.name, str(series.dtype), low=float(low), high=float(high), decimals=decimals
        )

    def encode(self, series: Any) -> np.ndarray:
        values, low, high = as_numbers(series), self.facts["low"], self.facts["high"]
        check_inside(self.name, values, low, high)
        return (values - low) / (high - low)

    def decode(self, values: np.ndarray) -> Any:
        low, high, decimals = (self.facts[name] for name in ("low", "high", "decimals"))
        values = np.clip(low + (high - low) * values.astype("float64"), low, high)
        return values if decimals is None else np.round(values, decimals)

    def likelihood(self) -> likelihoods.Likelihood:
        return likelihoods.TruncatedNormal()

    def features(self) -> dict[str, Any]:
        return {"kind": "scaled", "mean": 0.5, "scale": 0.5}

    @property
    def log_scale(self) -> float:
        return float(np.log(self.facts["high"] - self.facts["low"]))

    def describe(self) -> str:
        return f"{self.facts['low']:g} to {self.facts['high']:g}, ends included"


class Categorical(Column):
    """One of several values without order; the number is the code / (values - 1)."""

    kind = "categorical"
    ordered = False

    @classmethod
    def of(cls, series: Any, **facts: Any) -> "Categorical":
        known = {**plain(series), **facts}
        codes = codes_of(series, known["values"])
        # One more of each: a category that no row has is possible.
        counts = 1 + np.bincount(codes[~np.isnan(codes)].astype(int), None, len(known["values"]))
        known["shares"] = [float(share) for share in counts / counts.sum()]
        return cls(series.name, str(series.dtype), **known)

    @property
    def width(self) -> int:  # type: ignore[override]
        """Numbers that its best guess is made of: the probabilities."""
        return len(self.facts["values"])

    @property
    def _step(self):
        return 1.0 / (self.width - 1)

    def encode(self, series: Any) -> np.ndarray:
        return codes_of(series, self.facts["values"]) * self._step

    def decode(self, values: np.ndarray) -> Any:
        return of_codes(values / self._step, self.facts)

    def likelihood(self) -> likelihoods.Likelihood:
        return likelihoods.Categorical(self.width, self.facts["shares"])

    def features(self) -> dict[str, Any]:
        return {"kind": "one_hot", "size": self.width, "step": self._step}

    def point(self, p: Any) -> Any:
        return ops.softmax(p.logits, axis=-1)[..., 0, :]

    def guess(self, point: np.ndarray) -> np.ndarray:
        return point.argmax(axis=1) * self._step

    def describe(self) -> str:
        values = [str(value) for value in self.facts["values"]]
        return ", ".join(values[:4]) + (f", ... ({len(values)})" if len(values) > 4 else "")


class Ordinal(Categorical):
    """One of several values with an order; the number is the code."""

    kind = "ordinal"
    ordered = True
    _step = 1.0

    def likelihood(self) -> likelihoods.Likelihood:
        return likelihoods.Ordinal(self.width, self.facts["shares"])

    def point(self, p: Any) -> Any:
        return ops.exp(p.log_probs)[..., 0, :]

    def describe(self) -> str:
        return super().describe().replace(", ", " < ")


class Constant(Column):
    """One value in all rows. The model has no column for it."""

    kind = "constant"
    modelled = False

    @classmethod
    def of(cls, series: Any, **facts: Any) -> "Constant":
        return cls(series.name, str(series.dtype), **plain(series))

    def encode(self, series: Any) -> np.ndarray:
        return codes_of(series, self.facts["values"])

    def decode(self, values: np.ndarray) -> Any:
        return of_codes(np.zeros(len(values)), self.facts)

    def describe(self) -> str:
        return f"{self.facts['values'][0]!s} in all rows"


class Empty(Column):
    """No value in any row. The model has no column for it."""

    kind = "empty"
    modelled = False

    @classmethod
    def of(cls, series: Any, **facts: Any) -> "Empty":
        return cls(series.name, str(series.dtype))

    def encode(self, series: Any) -> np.ndarray:
        return np.full(len(series), np.nan)

    def decode(self, values: np.ndarray) -> Any:
        return [None] * len(values)

    def describe(self) -> str:
        return "no value in any row"


#: the kinds by name
KINDS: dict[str, type[Column]] = {
    cls.kind: cls for cls in (Numeric, Count, Bounded, Categorical, Ordinal, Constant, Empty)
}
