"""What a model takes: x, and named fields beside it, each with its shape and kind."""

import copy
import dataclasses
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Self

import numpy as np

from keras_vae.inputs.adapters import read_array
from keras_vae.inputs.holes import MASK, filled, observed, with_holes
from keras_vae.inputs.kinds import KINDS, LENIENT, check_data
from keras_vae.inputs.names import TARGET, WEIGHT
from keras_vae.inputs.readers import of_list
from keras_vae.inputs.shapes import check_shape
from keras_vae.inputs.sources import Held
from keras_vae.inputs.targets import read_target
from keras_vae.inputs.values import check_numbers
from keras_vae.typing import Shape


@dataclasses.dataclass(frozen=True)
class Field:
    """An array that a model takes beside its data.

    Args:
        name: str.
        shape: tuple of int, shape of one example's part, without batch axis; `None` for a field
            that other models take, and this one refuses.
        kind: `"float"`, `"positive"` (numbers above zero), `"labels"` (numbers of classes (n,) or
            rows (n, num_classes), of the shape `(num_classes,)`), `"mask"` (zeros and ones), or, of
            the shape `()`, `"weight"` (numbers >= 0) or `"length"` (whole numbers). Defaults to
            `"float"`.
        optional: bool, whether it may be left out. Defaults to `False`.
        default: number or array of `shape` for all rows where it is left out. Defaults to `None`,
            nothing.
        min_label: int, -1 where labels may be missing. Defaults to `0`.
        max_length: int, greatest length. Defaults to `None`, no limit.
        missing: str, the error where it is left out. Defaults to `None`, a general one.
        refusal: str, the error where it is given and the shape is `None`. Defaults to `None`, a
            general one.
    """

    name: str
    shape: tuple | None
    kind: str = "float"
    optional: bool = False
    default: Any = None
    min_label: int = 0
    max_length: int | None = None
    missing: str | None = None
    refusal: str | None = None

    def read(self, value: Any, num_rows: int | None = None, owner: str = "x") -> Any:
        """The checked `Source` of an array, or of one value for all rows; or None.

        Args:
            value: array of any library, list, number, or None.
            num_rows: int, rows of x. Defaults to `None`, unknown.
            owner: str, name of the argument that has these rows; `None` where their number is not
                compared. Defaults to `"x"`.

        Raises:
            ValueError: if it is missing, or its shape, dtype or a value is not as it must be.
        """
        if value is None:
            return self._absent(num_rows)
        if self.shape is None:
            raise ValueError(
                self.refusal
                or f"The model has no {self.name}: make it with {self.name}_shape=(...). "
                f"Received: a {self.name}"
            )
        kind = KINDS[self.kind]
        source = kind.check(self, kind.spread(self, self._source(value), num_rows))
        if owner is not None and num_rows is not None and len(source) != num_rows:
            raise ValueError(
                f"{self.name} needs a row for each row of {owner}. Received: "
                f"{len(source)} rows of {self.name} and {num_rows} of {owner}"
            )
        return source

    def holds_for_all(self, value: Any) -> bool:
        """Whether a value is one for all rows, however many: not an array with a row for each."""
        if self.shape is None:
            return True  # `read` refuses it
        source, kind = self._source(value), KINDS[self.kind]
        return all(kind.spread(self, source, rows).shape[:1] == (rows,) for rows in (1, 2))

    def _source(self, value):
        plain = isinstance(value, (bool, int, float, list, tuple))
        return of_list(value, self.name) if plain else read_array(value, self.name)

    def _absent(self, num_rows):
        if self.shape is not None and self.default is not None:
            return Held(np.broadcast_to(np.float32(self.default), (num_rows, *self.shape)))
        if self.optional or self.shape is None:
            return None
        raise ValueError(
            self.missing
            or f"The model needs {self.name} of shape {self.shape} for each example: pass "
            f'{self.name}=, or {{"x": x, "{self.name}": {self.name}}}. Received: no {self.name}'
        )


class Fields:
    """All that a model takes: its data, and fields beside it.

    Args:
        name: str, `"x"` or `"z"`.
        shape: tuple of int, shape of one example, without batch axis.
        others: sequence of `Field`. Defaults to none.
        missing: bool, whether values of x may be missing: NaN, or 0 in the field `"mask"` beside
            it. Defaults to `None`: the choice does not exist, and errors do not name it.
    """

    #: function of the data, as the user gave them, and their argument's name, that gives what is
    #: read: of a table, rows of numbers
    read_table: Callable[[Any, str], Any] | None = None

    def __init__(
        self, name: str, shape: tuple[int, ...], others: Any = (), missing: bool | None = None
    ) -> None:
        self.name = name
        self.shape = tuple(shape)
        self.missing = missing
        self.others = tuple(others)
        if missing:
            self.others += (Field(MASK, self.shape, "mask", optional=True),)

    @classmethod
    def of_model(
        cls,
        data_shape: Shape,
        condition_shape: tuple[int, ...] | None = None,
        min_label: int = 0,
        name: str | None = "x",
        others: dict[str, Any] | None = None,
        optional: bool = False,
        missing: bool | None = None,
        kinds: Mapping[str, str] = MappingProxyType({}),
        defaults: Mapping[str, float] = MappingProxyType({}),
    ) -> Any:
        """What a model of this package takes.

        Args:
            data_shape: tuple of int, shape of x (or of z) without batch axis.
            condition_shape: tuple of int, or None for a model without a condition. A shape
                `(num_classes,)` takes labels too. Defaults to `None`.
            min_label: int, -1 where labels may be missing. Defaults to `0`.
            name: str, `"x"` or `"z"`. Defaults to `"x"`.
            others: dict of the shapes of further fields by name. Defaults to none.
            optional: bool, whether the condition may be left out. Defaults to `False`.
            missing: bool, see `Fields`. Defaults to `None`.
            kinds: dict of the kinds of further fields by name. Defaults to none, `"float"`.
            defaults: dict of numbers by name, for further fields that are left out. Defaults to
                none.
        """
        shape = None if condition_shape is None else tuple(condition_shape)
        kind = "labels" if shape is not None and len(shape) == 1 < shape[0] else "float"
        absent = (
            f"The model is conditional, with condition_shape={shape}: pass condition=, "
            'or {"x": x, "condition": condition} to fit. Received: no condition'
        )
        condition = Field("condition", shape, kind, optional, None, min_label, missing=absent)
        further = [
            Field(other, tuple(shape), kinds.get(other, "float"), default=defaults.get(other))
            for other, shape in (others or {}).items()
        ]
        return cls(name, data_shape, [condition, *further], missing)

    def of_tables(self, read_table: Callable[[Any, str], Any]) -> Self:
        """These fields, with data that may be tables, which `read_table` makes rows of."""
        fields = copy.copy(self)
        fields.read_table = read_table
        return fields

    def _rows(self, data, argument):
        return data if self.read_table is None else self.read_table(data, argument)

    def with_weights(self, refusal: str | None = None) -> Any:
        """These fields, and weights of the examples, which may be left out.

        Args:
            refusal: str, the error where there are weights. Defaults to `None`: they are taken.
        """
        fields = copy.copy(self)
        shape = None if refusal else ()
        fields.others += (Field(WEIGHT, shape, "weight", optional=True, refusal=refusal),)
        return fields

    def __contains__(self, name: object) -> bool:
        """Whether there is a field of this name beside the data."""
        return any(field.name == name for field in self.others)

    def __getitem__(self, name: str) -> Field:
        """The field of this name beside the data."""
        return next(field for field in self.others if field.name == name)

    def split(self, inputs: Any, argument: str, beside: dict[str, Any] | None = None) -> Any:
        """A dict of what the user gave by field, unchecked.

        Args:
            inputs: the data, or a dict `{"x": ..., "condition": ...}`.
            argument: str, the argument's name, for the error.
            beside: dict of further fields by name, None for those that are not given.

        Raises:
            ValueError: if a dict has other keys or no data, or if a field comes twice.
        """
        beside = {name: value for name, value in (beside or {}).items() if value is not None}
        if not isinstance(inputs, dict):
            return {self.name: self._rows(inputs, argument), **beside}
        names = [field.name for field in self.others]
        if "x" not in inputs or set(inputs) - {"x", *names}:
            keys = " and ".join(f'"{name}"' for name in ("x", *names))
            raise ValueError(
                f"{argument} must be an array, or a dict with {keys}. "
                f"Received: a dict with {sorted(map(str, inputs))}{self._mask_hint(inputs)}"
            )
        for name in beside:
            if inputs.get(name) is not None:
                raise ValueError(
                    f'Give the {name} once: as {name}=, or as {{"x": ..., "{name}": ...}}. '
                    "Received: both"
                )
        given = {name: value for name, value in inputs.items() if name != "x"}
        return {self.name: self._rows(inputs["x"], argument), **given, **beside}

    def _mask_hint(self, inputs):
        if MASK not in inputs or self.missing is not False:
            return ""
        return ". A model takes a mask of missing values if it is made with missing=True"

    def refuse_target(self) -> None:
        """Raise a ValueError where y is a target and values may be missing."""
        if self.missing:
            raise ValueError(
                "A model with missing=True takes no target y of x' shape, for the mask says what "
                "is scored: it reconstructs what it sees of x. Received: y of x' shape"
            )

    def read(
        self, given: dict[str, Any], argument: str, y: Any = None, policy: Any = LENIENT
    ) -> Any:
        """The checked `Source`s by field, and the target's if y is one.

        Args:
            given: dict of arrays by field, as `split` gives it.
            argument: str, name of the data, for the error.
            y: array of x' shape, the target; or labels, which are not kept. Defaults to `None`.
            policy: `Policy`. Defaults to one without limits.

        Raises:
            ValueError: if the shape, dtype or a value is not as it must be, or if there is no
                example.
        """
        x = given[self.name]
        source = read_array(x, argument, self.missing)
        num_rows = source.shape[0] if source.shape else 0
        policy = dataclasses.replace(policy, missing=self.missing)
        target = None
        if y is not None:
            check_shape(source.shape, self.shape, argument, policy.is_batch)
            y = self._rows(y, "y")
            target = read_target(y, x, num_rows, self.shape)
        # What is reconstructed must lie in the support; noisy data beside it need not.
        own = policy if target is None else dataclasses.replace(policy, limits=None)
        if self.missing:
            source = self._with_holes(source, given.get(MASK), argument, own)
        source = check_data(source, self.shape, argument, own)
        read = {self.name: source}
        for field in self.others:
            part = field.read(given.get(field.name), num_rows, argument)
            if part is not None:
                read[field.name] = part
        if self.missing:
            read |= {self.name: source.then(filled), MASK: source.then(observed)}
        if target is not None:
            self.refuse_target()
            read[TARGET] = check_data(target, self.shape, "y", policy)
        return read

    def _with_holes(self, source, mask, argument, policy):
        """x with NaN in the place of all that is missing."""
        check_shape(source.shape, self.shape, argument, policy.is_batch)
        check_numbers(source.dtype, argument)
        return with_holes(source, self[MASK].read(mask, len(source), argument))
