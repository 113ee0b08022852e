"""A likelihood for each column of a table (Nazabal et al., 2018, HI-VAE)."""

from typing import Any

import numpy as np
from keras import ops

from keras_vae import likelihoods
from keras_vae.checks import check_count, is_integer
from keras_vae.distributions import Columns
from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.serialization import register


@register
class Mixed(Likelihood):
    """A likelihood for each column, or group of columns, of rows (n_features,).

    Given z the groups are independent. Each member gets its columns as a vector (width,), asks the
    decoder for its own parameters, and says what its columns must hold.

    Args:
        columns: dict of a name for each group to a pair: a likelihood (a name or an instance), and
            its columns. These are an int, a width, with groups from left to right; or a list of
            column numbers. Either all groups have widths, or all have lists, which together are
            all columns, each once.
        **kwargs: passed to `keras.layers.Layer`.

    Call arguments:
        parameters: the members' parameters, named `"<group>_<parameter>"`, in the order of the
            groups.
        x, training: as of `Likelihood`; each member sees its own columns.
        observed: tensor (batch, columns), 1 where x is, for members that fit to x. Defaults to
            `None`, all of it.
        **fields: those in `field_names`, which each member gets that asks for it.

    Raises:
        ValueError: if there is no group, if a pair is not as it must be, or if the columns overlap
            or leave one out; when built, if the data are not vectors of as many columns.

    Example:

    >>> likelihood = keras_vae.likelihoods.Mixed(
    ...     {"age": ("gamma", 1), "visits": ("poisson", 1), "flags": ("bernoulli", 3)}
    ... )
    >>> likelihood.parameter_shapes((5,))
    {'age_log_mean': (1,), 'visits_log_mean': (1,), 'flags_logits': (3,)}

    Reference:
        - [Nazabal et al., 2018](https://arxiv.org/abs/1807.03653)
    """

    def __init__(self, columns: dict[str, tuple[Any, int | list[int]]], **kwargs: Any) -> None:
        pairs = _pairs(columns)
        super().__init__(**kwargs)
        self.column_numbers = _layout({name: place for name, (_, place) in pairs.items()})
        self.members = {
            name: likelihoods.get(likelihood) for name, (likelihood, _) in pairs.items()
        }

    @property
    def num_columns(self) -> int:
        """Number of columns of the data."""
        return sum(map(len, self.column_numbers.values()))

    @property
    def field_names(self) -> tuple[str, ...]:
        """The fields beside x that the members take by name."""
        names = (name for member in self.members.values() for name in member.field_names)
        return tuple(dict.fromkeys(names))

    @property
    def takes_observed(self) -> bool:
        """Whether a member asks where its columns are observed."""
        return any(member.takes_observed for member in self.members.values())

    @property
    def field_kinds(self) -> dict[str, str]:
        """What those fields hold, as the members say."""
        return _together(member.field_kinds for member in self.members.values())

    @property
    def field_defaults(self) -> dict[str, float]:
        """Values of those fields for latents without data, as the members say."""
        return _together(member.field_defaults for member in self.members.values())

    @property
    def reads_data(self) -> bool:
        """Whether a member's means and draws depend on x."""
        return any(member.reads_data for member in self.members.values())

    def pieces(self) -> list[tuple[tuple[int, ...] | None, Likelihood]]:
        """The columns, and the member that says what they must hold, of each group."""
        return [(self.column_numbers[name], member) for name, member in self.members.items()]

    @property
    def is_density(self) -> bool:
        """Whether every member is a density."""
        return all(member.is_density for member in self.members.values())

    def bind(self, context: Any) -> None:
        for member in self.members.values():
            member.bind(context)

    def before_fit(self, context: Any, x: Any) -> None:
        for name, member in self.members.items():
            member.before_fit(context, _columns_of(x, self.column_numbers[name]))

    def check_ready(self) -> None:
        for member in self.members.values():
            member.check_ready()

    def build(self, event_shape: tuple[int, ...]) -> None:
        if tuple(event_shape) != (self.num_columns,):
            raise ValueError(
                f"likelihoods.Mixed needs data of shape ({self.num_columns},), a number for each "
                f"column. Received: data of shape {tuple(event_shape)}"
            )
        super().build(event_shape)
        for name, member in self.members.items():
            member.build_once((len(self.column_numbers[name]),))

    def parameter_shapes(self, data_shape: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
        """Those of the members, named `"<group>_<parameter>"`, in the order of the groups."""
        return {
            f"{name}_{parameter}": shape
            for name, member in self.members.items()
            for parameter, shape in self._own_shapes(name, member).items()
        }

    def _own_shapes(self, name, member):
        return member.parameter_shapes((len(self.column_numbers[name]),))

    def call(
        self,
        parameters: Any,
        x: Any = None,
        training: bool = False,
        observed: Any = None,
        **fields: Any,
    ) -> Columns:
        rest, parts = self.unpack(parameters), []
        for name, member in self.members.items():
            count = len(self._own_shapes(name, member))
            own, rest = rest[:count], rest[count:]
            wanted = {field: fields.get(field) for field in member.field_names}
            if member.takes_observed:
                wanted["observed"] = _columns_of(observed, self.column_numbers[name])
            columns = _columns_of(x, self.column_numbers[name])
            parts.append(member(own, x=columns, training=training, **wanted))
        return Columns(tuple(parts), tuple(self.column_numbers.values()), tuple(self.members))


def _together(mappings):
    """One dict of all entries."""
    return {name: value for mapping in mappings for name, value in mapping.items()}


def _pairs(columns):
    """The argument as a dict of pairs, checked."""
    if not isinstance(columns, dict) or not columns:
        raise ValueError(
            "likelihoods.Mixed needs columns as a dict with a pair (likelihood, columns or width) "
            f"for each group. Received: columns={columns!r}"
        )
    for name, pair in columns.items():
        if not isinstance(name, str) or not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise ValueError(
                "likelihoods.Mixed needs a pair (likelihood, columns or width) for each name. "
                f"Received: columns[{name!r}]={pair!r}"
            )
    return {name: tuple(pair) for name, pair in columns.items()}


def _layout(places):
    """The column numbers of each group, a tuple of int by name."""
    owner = "likelihoods.Mixed"
    if all(is_integer(place) for place in places.values()):
        numbers, start = {}, 0
        for name, width in places.items():
            check_count(owner, **{f"columns[{name!r}] width": width})
            numbers[name] = tuple(range(start, start + width))
            start += width
        return numbers
    if not all(isinstance(place, (list, tuple)) and place for place in places.values()):
        raise ValueError(
            f"{owner} needs either a width or a list of column numbers for each group, the same "
            f"for all groups. Received: {places}"
        )
    every = [number for place in places.values() for number in place]
    if not all(map(is_integer, every)) or sorted(every) != list(range(len(every))):
        raise ValueError(
            f"{owner} needs each column from 0 to the last in one group. Received: {places}"
        )
    return {name: tuple(map(int, place)) for name, place in places.items()}


def _columns_of(x, numbers):
    """Some columns of the data (n, columns), or of a dict's `"x"`; None of None."""
    if isinstance(x, dict):
        return {**x, "x": _columns_of(x["x"], numbers)}
    if x is None:
        return None
    return ops.take(x, np.array(numbers), axis=-1)
