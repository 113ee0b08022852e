"""DataFrames in the methods of a model with a schema."""

import functools
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vae.checks import check_count
from keras_vae.inputs import MASK
from keras_vae.models.frame_batches import over_frames
from keras_vae.models.imputation import expectation
from keras_vae.tables import Schema, codec, is_frame
from keras_vae.typing import Seed

#: draws of the prior for each row that is asked for, among which given values choose
CANDIDATES = 50
#: and the least and the most of them in all
LEAST_CANDIDATES, MOST_CANDIDATES = 5_000, 200_000


class Frames:
    """Mixin of a paper with a `schema`: what is given as a DataFrame comes back as one.

    So do batches of DataFrames, from a generator or a `PyDataset`.
    """

    #: `keras_vae.tables.Schema`, or None for a model of arrays
    schema: Schema | None = None

    def _fields_with(self, name: str, shape: Any) -> Any:
        fields = super()._fields_with(name, shape)
        if self.schema is None or name != "x":
            return fields
        return fields.of_tables(functools.partial(codec.rows_of, self.schema))

    def _table(self, x: Any) -> Any:
        """The DataFrame that was given, by itself or in a dict; None if there is none."""
        data = x.get("x") if isinstance(x, dict) else x
        return data if self.schema is not None and is_frame(data) else None

    def _frame(self, rows: np.ndarray, like: Any = None) -> Any:
        """A DataFrame of rows of numbers, with the index of another."""
        return codec.decode(self.schema, rows, None if like is None else like.index)

    def _seen(self, inputs: Any) -> np.ndarray:
        """Which values are there, bool (n, modelled columns), of prepared examples."""
        if isinstance(inputs, dict) and MASK in inputs:
            return inputs[MASK].astype(bool)
        return np.ones((len(keras.tree.flatten(inputs)[0]), *self.data_shape), bool)

    def predict(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """See `VAE.predict`; `x` may be a DataFrame. Gives rows of numbers."""
        frame = self._table(x)
        if frame is not None:
            rows = codec.encode(self.schema, frame)
            x = {**x, "x": rows} if isinstance(x, dict) else rows
        return super().predict(x, *args, **kwargs)

    # ---- out ---------------------------------------------------------------------------------

    @over_frames
    def score_samples(
        self, x: Any, num_samples: int = 100, seed: Seed = None, verbose: Any = 0
    ) -> np.ndarray:
        """log p of each row in nats, in the units of the table, (n,): the lower, the stranger.

        Args:
            x: DataFrame or array (n, columns).
            num_samples: int, draws for each row, see `log_likelihood`. Defaults to `100`.
            seed: int, of the draws. Defaults to `None`.
            verbose: `"auto"`, 0, 1 or 2. Defaults to `0`.
        """
        inputs = self.prepare(x, in_support=True)
        log_p = self.log_likelihood(inputs, num_samples, seed=seed, verbose=verbose)
        if self.schema is None:
            return log_p
        return log_p - self._seen(inputs) @ self.schema.log_scales

    @over_frames
    def reconstruct(self, x: Any, num_samples: int | None = None, **kwargs: Any) -> Any:
        """See `VAE.reconstruct`. Of a DataFrame, the best guess of each value, as a DataFrame.

        That is the mean of a number, and the most probable one of categories and levels. Missing
        values are filled; `impute` does that better, and leaves the others as they are.
        """
        frame = self._table(x)
        if frame is None:
            return super().reconstruct(x, num_samples, **kwargs)
        points = self.compiled_function("table_points", self._run_points).run(
            self.prepare(x), verbose=0
        )
        return self._frame(self._guesses(points), frame)

    def _run_points(self, inputs):
        x, fields = self.parse_inputs(inputs)
        z = self.encoded(x, **fields).mean
        fields.pop(MASK, None)  # of all values, not of those observed
        return self._points(self.decoded(z, **fields))

    @over_frames
    def impute(self, x: Any, num_samples: int | None = None, **kwargs: Any) -> Any:
        """See `VAE.impute`. Of a DataFrame, DataFrames: observed values stay, others are filled.

        Args:
            x: DataFrame or array (n, columns) with NaN.
            num_samples: int, draws of the missing values. Defaults to `None`: the best guesses, the
                mean of a number and the most probable one of categories and levels.
            **kwargs: as of `VAE.impute`.

        Returns:
            A DataFrame, or a list of `num_samples` of them.
        """
        if self._table(x) is None:
            return super().impute(x, num_samples, **kwargs)
        kwargs = {"verbose": 0, **kwargs}
        if num_samples is None:
            points = expectation(self, x, "table_points", self._points, **kwargs)
            return self._filled(self._guesses(points), x)
        draws = super().impute(x, num_samples, **kwargs)
        return [self._filled(rows, x) for rows in draws]

    @over_frames
    def impute_intervals(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """See `VAE.impute_intervals`. Of a DataFrame, a pair of DataFrames in its units.

        Raises:
            ValueError: also if a value is missing in a column without an order.
        """
        frame = self._table(x)
        if frame is None or self.schema is None:
            return super().impute_intervals(x, *args, **kwargs)
        holes = ~self._seen(self.prepare(x))
        pairs = zip(self.schema.modelled, holes.any(axis=0), strict=True)
        unordered = [column.name for column, has in pairs if has and not column.ordered]
        if unordered:
            raise ValueError(
                "impute_intervals needs columns with an order, for intervals have ends. Take draws "
                "of the others, by impute(num_samples=...). Received: missing values in "
                f"{unordered}"
            )
        ends = super().impute_intervals(x, *args, **{"verbose": 0, **kwargs})
        return tuple(self._filled(rows, x) for rows in ends)

    def _filled(self, rows, x):
        """The DataFrame in x, and in the place of what is missing the values of rows of numbers."""
        frame = self.schema.known(self._table(x))
        filled = self._frame(rows, frame)
        names = [column.name for column in self.schema.modelled]
        seen = dict(zip(names, self._seen(self.prepare(x)).T, strict=True))
        for name, new in list(filled.items()):
            own = frame[name]
            # As objects, for columns of integers hold no missing value on the way.
            values = np.where(seen.get(name, own.notna()), own.astype(object), new.astype(object))
            filled[name] = type(new)(values, index=new.index).astype(new.dtype)
        return filled

    def _points(self, p):
        """What best guesses are made of, side by side, (..., width of all columns)."""
        pairs = zip(self.schema.modelled, p.parts, strict=True)
        return ops.concatenate([column.point(part) for column, part in pairs], axis=-1)

    def _guesses(self, points):
        """The best guesses, numbers of each column, (n, columns)."""
        widths = [column.width for column in self.schema.modelled]
        pieces = np.split(points, np.cumsum(widths)[:-1], axis=1)
        pairs = zip(self.schema.modelled, pieces, strict=True)
        return np.stack([column.guess(piece) for column, piece in pairs], axis=1)

    def generate(
        self,
        n: int | None = None,
        seed: Seed = None,
        temperature: float = 1.0,
        sample: bool | None = None,
        given: Mapping[Any, Any] | None = None,
        **kwargs: Any,
    ) -> Any:
        """See `VAE.generate`. With a schema, new rows as a DataFrame, drawn from p(x|z).

        Args:
            n: int, number of rows.
            seed: int, of the draws. Defaults to `None`.
            temperature: float >= 0, factor on the prior's deviations. Defaults to `1.0`.
            sample: bool, whether to draw from p(x|z). Defaults to `None`: with a schema.
            given: dict of values by column, such as `{"education": "Masters"}`, that all rows have.
                Latents are drawn by sampling importance resampling among many of the prior, with
                weights p(given|z). Defaults to `None`.
            **kwargs: as of `VAE.generate`.

        Raises:
            ValueError: also if `given` names no column, or a value that it does not have.
        """
        if self.schema is None:
            return super().generate(n, seed, temperature, bool(sample), **kwargs)
        sample = True if sample is None else sample
        if not given:
            return self._frame(super().generate(n, seed, temperature, sample, **kwargs))
        check_count("generate", n=n)
        seed = self._seed(seed)
        seed = keras.random.SeedGenerator(seed) if isinstance(seed, int) else seed
        places, values = self._given(given)
        wanted = CANDIDATES * n  # type: ignore[operator]  # None was refused
        candidates = int(np.clip(wanted, LEAST_CANDIDATES, MOST_CANDIDATES))
        z = self._draw_latents(candidates, seed, temperature, None, kwargs.get("sampler"))
        z = ops.convert_to_numpy(z)
        z = z[self._choose(z, places, values, n, seed)]
        rows = np.array(self.decode(z, sample, seed, verbose=0))
        rows[:, places] = values
        return self._frame(rows)

    def _given(self, given):
        """The places of the given columns, and their numbers: int and float32 arrays."""
        import pandas

        numbers = {}
        for name, value in given.items():
            column = self.schema[name]
            series = pandas.Series([value], name=name)
            number = column.encode(series)[0]
            if np.isnan(number):
                raise ValueError(f"given must hold values. Received: given[{name!r}]={value!r}")
            column.check_given(value)
            numbers[name] = number
        names = [column.name for column in self.schema.modelled]
        kept = [name for name in numbers if name in names]
        places = np.array([names.index(name) for name in kept], int)
        return places, np.array([numbers[name] for name in kept], "float32")

    def _choose(self, z, places, values, n, seed):
        """Rows of candidates, n of them, by their weights p(given|z)."""
        rows = np.zeros((len(z), *self.data_shape), "float32")
        rows[:, places] = values
        p = self.likelihood(z, verbose=0)
        log_weight = np.zeros(len(z))
        for place in places:
            log_prob = p.parts[place].log_prob(ops.convert_to_tensor(rows[:, place : place + 1]))
            log_weight += ops.convert_to_numpy(log_prob).astype("float64")
        weights = np.exp(log_weight - log_weight.max())
        ends = np.cumsum(weights) / weights.sum()
        # Systematic resampling: one uniform number, and equal steps from it.
        start = float(ops.convert_to_numpy(keras.random.uniform((), seed=seed)))
        chosen = np.searchsorted(ends, (np.arange(n) + start) / n).clip(0, len(z) - 1)
        order = ops.convert_to_numpy(keras.random.shuffle(ops.arange(n), seed=seed))
        return chosen[order]
