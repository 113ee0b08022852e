"""DataFrames in the methods of a model with a schema."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vae.checks import check_count
from keras_vae.inputs import MASK
from keras_vae.models.imputation import expectation
from keras_vae.tables import codec, is_frame
from keras_vae.typing import Seed

#: draws of the prior for each row that is asked for, among which given values choose
CANDIDATES = 50
#: and the least and the most of them in all
LEAST_CANDIDATES, MOST_CANDIDATES = 5_000, 200_000


class Frames:
    """Mixin of a paper with a `schema`: what is given as a DataFrame comes back as one."""

    def _rows(self, x: Any, argument: str = "x") -> Any:
        """Rows of numbers of a DataFrame; anything else as it is."""
        if self.schema is None or not is_frame(x):
            return x
        return codec.encode(self.schema, x, argument)

    def _frame(self, rows: np.ndarray, like: Any = None) -> Any:
        """A DataFrame of rows of numbers; the rows themselves if `like` is given and is not one."""
        if self.schema is None or not (like is None or is_frame(like)):
            return rows
        return codec.decode(self.schema, rows, None if like is None else like.index)

    # ---- in ----------------------------------------------------------------------------------

    def fit(self, x: Any = None, y: Any = None, *args: Any, **kwargs: Any) -> Any:
        """See `VAE.fit`; `x` and `validation_data` may be DataFrames."""
        held_out = kwargs.get("validation_data")
        if is_frame(held_out):
            kwargs["validation_data"] = self._rows(held_out, "validation_data")
        elif isinstance(held_out, tuple):
            kwargs["validation_data"] = tuple(
                self._rows(part, "validation_data") for part in held_out
            )
        return super().fit(self._rows(x), y, *args, **kwargs)

    def evaluate(self, x: Any = None, *args: Any, **kwargs: Any) -> Any:
        """See `VAE.evaluate`; `x` may be a DataFrame."""
        return super().evaluate(self._rows(x), *args, **kwargs)

    def predict(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """See `VAE.predict`; `x` may be a DataFrame. Gives rows of numbers."""
        return super().predict(self._rows(x), *args, **kwargs)

    def prepare(self, x: Any, condition: Any = None, argument: str = "x", **kwargs: Any) -> Any:
        """See `VAE.prepare`; `x` may be a DataFrame."""
        return super().prepare(self._rows(x, argument), condition, argument, **kwargs)

    # ---- out ---------------------------------------------------------------------------------

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
        rows = self._rows(x)
        log_p = self.log_likelihood(rows, num_samples, seed=seed, verbose=verbose)
        if self.schema is None:
            return log_p
        seen = ~np.isnan(np.asarray(rows, "float64"))
        return log_p - seen @ self.schema.log_scales

    def reconstruct(self, x: Any, num_samples: int | None = None, **kwargs: Any) -> Any:
        """See `VAE.reconstruct`. Of a DataFrame, the best guess of each value, as a DataFrame.

        That is the mean of a number, and the most probable one of categories and levels. Missing
        values are filled; `impute` does that better, and leaves the others as they are.
        """
        if self.schema is None or not is_frame(x):
            return super().reconstruct(x, num_samples, **kwargs)
        points = self.compiled_function("table_points", self._run_points).run(
            self.prepare(x), verbose=0
        )
        return self._frame(self._guesses(points), x)

    def _run_points(self, inputs):
        x, fields = self.parse_inputs(inputs)
        z = self.encoded(x, **fields).mean
        fields.pop(MASK, None)  # of all values, not of those observed
        return self._points(self.decoded(z, **fields))

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
        if self.schema is None or not is_frame(x):
            return super().impute(x, num_samples, **kwargs)
        kwargs = {"verbose": 0, **kwargs}
        if num_samples is None:
            points = expectation(self, x, "table_points", self._points, **kwargs)
            return self._filled(self._guesses(points), x)
        draws = super().impute(self._rows(x), num_samples, **kwargs)
        return [self._filled(rows, x) for rows in draws]

    def _filled(self, rows, frame):
        """The frame, and in the place of what is missing the values of rows of numbers."""
        filled, frame = self._frame(rows, frame), self.schema.known(frame)
        for name in filled:
            seen = frame[name].notna().to_numpy()
            # What is missing has no place in a column of integers.
            own = frame[name][seen].astype(filled[name].dtype)
            filled.loc[seen, name] = own.array
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
