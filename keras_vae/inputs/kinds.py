"""What a field may hold: real numbers, labels of classes, a mask, weights, lengths."""

import dataclasses
from typing import Any

import numpy as np

from keras_vae.inputs.limits import Limits
from keras_vae.inputs.shapes import check_shape, check_some_rows
from keras_vae.inputs.sources import Held
from keras_vae.inputs.values import check_numbers, check_values
from keras_vae.typing import Shape


@dataclasses.dataclass(frozen=True)
class Policy:
    """How strictly x is looked at.

    Args:
        limits: `Limits` of the likelihood; `None` where no density of x is asked for.
        is_batch: bool, whether x is a batch of a data set. Defaults to `False`.
        finite: bool, whether NaN and infinity are refused. Defaults to `True`.
        warn_scale: bool, whether data far from unit scale are warned of. Defaults to `False`.
        missing: bool, whether NaN says that a value is missing. Defaults to `None`: it does not,
            and errors name no way to let it.
    """

    limits: Limits | None = None
    is_batch: bool = False
    finite: bool = True
    warn_scale: bool = False
    missing: bool | None = None


#: that of data whose density is not asked for
LENIENT = Policy()


def check_data(source: Any, event_shape: Shape, argument: Any, policy: Any = LENIENT) -> Any:
    """The checked `Source` of data (n, *event_shape), as the backends take it.

    Raises:
        ValueError: if the shape, dtype or a value is not as it must be, or if there is no example.
    """
    check_shape(source.shape, event_shape, argument, policy.is_batch)
    check_numbers(source.dtype, argument)
    check_some_rows(source.shape, argument)
    return check_values(
        source, argument, policy.limits, policy.finite, policy.warn_scale, policy.missing
    )


class Float:
    """Real numbers (n, *shape); an array of `shape` alone counts for all rows."""

    def spread(self, field: Any, source: Any, num_rows: Any) -> Any:
        """The source, with one value for all rows repeated."""
        is_one = source.shape == field.shape and num_rows is not None
        # A vector could be a column of numbers, one for each row.
        if source.shape == () or is_one and len(field.shape) > 1:
            return _repeat(field, source, num_rows)
        return source

    def check(self, field: Any, source: Any) -> Any:
        """The checked source."""
        return check_data(source, field.shape, field.name)

    def fed(self, field: Any, shape: Any, dtype: Any) -> Any:
        """Shape (no batch axis) and dtype of what `check` makes of such an array (n, ...)."""
        return field.shape, dtype


class Labels:
    """Numbers of classes (n,), (n, 1) or one number for all rows; or rows (n, num_classes)."""

    def spread(self, field: Any, source: Any, num_rows: Any) -> Any:
        """The source, with one label for all rows repeated, and a column of labels as (n,)."""
        if source.shape == ():
            return _repeat(field, source, num_rows)
        if len(source.shape) == 2 and source.shape[1] == 1 < field.shape[0]:
            return Held(source.whole()[:, 0])
        if source.shape == field.shape:
            self._refuse_row(field, source.whole(), num_rows)
        return source

    def _refuse_row(self, field, values, num_rows):
        """Raise a ValueError for what may be one row of `num_classes` numbers, not as many labels.

        Integers that are as many as the rows of x are labels.
        """
        if (
            values.dtype.kind in "iub"
            and num_rows == len(values)
            or values.dtype.kind not in "fiub"
        ):
            return
        one_hot = np.sum(values == 1) == 1 == np.sum(values != 0)
        if not one_hot and np.all(values == np.round(values)):
            return
        label = f"one label for all, {field.name}={int(np.argmax(values))}; " if one_hot else ""
        raise ValueError(
            f"{field.name} of shape {field.shape} may be one row for all examples, or as many "
            f"labels. Pass {label}a row for each example, np.tile({field.name}, (n, 1)); or "
            f"labels as integers, one for each of n examples. "
            f"Received: {field.name}={values.tolist()}"
        )

    def check(self, field: Any, source: Any) -> Any:
        """The checked source: int32 (n,), or rows."""
        if len(source.shape) != 1:
            return check_data(source, field.shape, field.name)
        check_numbers(source.dtype, field.name)
        check_some_rows(source.shape, field.name)
        labels = source.whole()
        check_values(Held(labels), field.name)
        least, num_classes = field.min_label, field.shape[0]
        whole = np.all(labels == np.round(labels))
        if not whole or labels.min() < least or labels.max() >= num_classes:
            raise ValueError(
                f"{field.name} as labels must be integers from {least} to {num_classes - 1}. "
                f"Received: values from {labels.min()} to {labels.max()}"
                f"{_label_hint(labels, least, num_classes)}"
            )
        # The same object, if nothing is to be changed: a tensor stays where it is.
        if isinstance(source, Held) and labels.dtype == np.int32:
            return source
        return Held(labels.astype("int32"))

    def fed(self, field: Any, shape: Any, dtype: Any) -> Any:
        """Shape (no batch axis) and dtype of what `check` makes of such an array (n, ...)."""
        are_labels = len(shape) == 1 or len(shape) == 2 and shape[1] == 1 < field.shape[0]
        return ((), np.dtype("int32")) if are_labels else (field.shape, dtype)


def _label_hint(labels, least, num_classes):
    # NumPy turns -1 in an array of bytes into 255 silently.
    if labels.max() == 255:
        return ". Cast the labels to int before you put -1 in"
    if labels.min() == 1 and labels.max() == num_classes:
        return ". Count classes from 0: labels - 1"
    if labels.min() == -1 and least == 0:
        return ". This model needs every label; SemiSupervisedVAE takes -1 for missing ones"
    return ""


class Positive(Float):
    """Numbers above zero (n, *shape), such as totals and exposures."""

    def check(self, field: Any, source: Any) -> Any:
        """The checked source."""
        source = super().check(field, source)
        for first, chunk in source.chunks():
            if not np.all(chunk > 0):
                row = first + int(np.argmax(np.any(chunk.reshape(len(chunk), -1) <= 0, axis=1)))
                raise ValueError(
                    f"{field.name} must be positive. Received: values from {chunk.min():g}, the "
                    f"first that is not positive in {field.name}[{row}]"
                )
        return source


class Mask(Float):
    """Zeros and ones (n, *shape), also as bools."""

    def check(self, field: Any, source: Any) -> Any:
        """The checked source."""
        source = super().check(field, source)
        for _, chunk in source.chunks():
            if not np.all((chunk == 0) | (chunk == 1)):
                raise ValueError(
                    f"{field.name} must hold 0 and 1, or bools. "
                    f"Received: values from {chunk.min():g} to {chunk.max():g}"
                )
        return source


class Weight(Float):
    """Weights of the examples (n,), numbers >= 0; also (n, 1), or one number for all."""

    def spread(self, field: Any, source: Any, num_rows: Any) -> Any:
        """The source as (n,)."""
        if len(source.shape) == 2 and source.shape[1] == 1:
            return Held(source.whole()[:, 0])
        return super().spread(field, source, num_rows)

    def check(self, field: Any, source: Any) -> Any:
        """The checked source, float32 (n,)."""
        weights = super().check(field, source).whole().astype("float32", copy=False)
        if np.min(weights) < 0:
            raise ValueError(
                f"{field.name} must hold numbers >= 0. "
                f"Received: values from {weights.min():g} to {weights.max():g}"
            )
        return Held(weights)

    def fed(self, field: Any, shape: Any, dtype: Any) -> Any:
        """Shape (no batch axis) and dtype of what `check` makes of such an array (n, ...)."""
        return (), np.dtype("float32")


class Length(Float):
    """Whole numbers (n,), of time steps that count in each row."""

    def check(self, field: Any, source: Any) -> Any:
        """The checked source, int32 (n,)."""
        check_data(source, (), field.name)
        lengths = source.whole()
        most = field.max_length
        whole = np.all(lengths == np.round(lengths))
        if not whole or lengths.min() < 0 or (most is not None and lengths.max() > most):
            end = "" if most is None else f" to {most}"
            raise ValueError(
                f"{field.name} must hold integers from 0{end}. "
                f"Received: values from {lengths.min()} to {lengths.max()}"
            )
        return Held(lengths.astype("int32"))

    def fed(self, field: Any, shape: Any, dtype: Any) -> Any:
        """Shape (no batch axis) and dtype of what `check` makes of such an array (n, ...)."""
        return (), np.dtype("int32")


def _repeat(field, source, num_rows):
    """One value of the field for all rows."""
    value = source.whole()
    if num_rows is None:
        raise ValueError(
            f"{field.name} as one value for all needs the number of examples. "
            f"Received: {field.name}={value.tolist()}"
        )
    is_label = field.kind == "labels" and value.shape == ()
    return Held(np.broadcast_to(value, (num_rows, *(() if is_label else field.shape))))


KINDS = {
    "float": Float(),
    "positive": Positive(),
    "weight": Weight(),
    "labels": Labels(),
    "mask": Mask(),
    "length": Length(),
}
