"""A check of batches within a `tf.data` pipeline: the one of all other batches, called from it.

It also gives batches of unknown rank the shape that the model knows.
"""

from typing import Any

import numpy as np
import tensorflow as tf

from keras_vae.inputs.holes import MASK, holed_dtype
from keras_vae.inputs.kinds import KINDS
from keras_vae.inputs.names import TARGET
from keras_vae.inputs.shapes import check_shape
from keras_vae.inputs.sources import as_fed
from keras_vae.inputs.streams import split_batch
from keras_vae.inputs.targets import is_target
from keras_vae.inputs.values import check_numbers
from keras_vae.typing import Tensor


def checked(dataset: Any, check: Any) -> Any:
    """`dataset` with each batch checked, as `(x,)` or `({"x": ..., "condition": ...},)`.

    Args:
        dataset: `tf.data.Dataset` of batches.
        check: `keras_vae.inputs.streams.BatchCheck`.

    Raises:
        ValueError: if the shapes or dtypes that the data set declares do not fit.
    """
    spec = dataset.element_spec
    declared = _declared(spec, check)
    given = sorted(declared)
    made = _made(declared, check)

    def in_python(*arrays: np.ndarray) -> list[np.ndarray]:
        batch = dict(zip(given, arrays, strict=True))
        y = batch.pop("y", None)
        x = batch.pop(check.fields.name)
        read = check.arrays(({"x": x, **batch} if batch else x, y))
        return [read[name] for name in made]

    def look(*element: Tensor) -> Any:
        parts = _parts(element if isinstance(spec, tuple) else element[0], check)
        dtypes = [dtype for _, dtype in made.values()]
        tensors = tf.numpy_function(in_python, [parts[name] for name in given], dtypes)
        for tensor, (shape, _) in zip(tensors, made.values(), strict=True):
            tensor.set_shape((None, *shape))
        if len(made) == 1:
            return (tensors[0],)
        return (dict(zip(made, tensors, strict=True)),)

    return dataset.map(look)


def _parts(batch, check):
    """A batch's tensors, or their specs, by field, and y."""
    inputs, y = split_batch(batch, check.fields)
    parts = check.fields.split(inputs, "x")
    return parts if y is None or not check.takes_target else {**parts, "y": y}


def _declared(spec, check):
    """The specs of a batch's tensors by field.

    Raises:
        ValueError: if one is not a dense tensor of numbers, or of another shape.
    """
    declared = _parts(spec, check)
    for name, part in declared.items():
        if not isinstance(part, tf.TensorSpec):
            raise ValueError(
                f"{name} must be dense tensors in a data set. Received: {name} as "
                f"{type(part).__name__}. Map the data set with tf.sparse.to_dense, or with "
                "the tensors' own to_tensor()"
            )
        # x of unknown rank has the model's shape; all others can be told apart by theirs alone.
        known = part.shape.rank is not None and None not in part.shape[1:]
        if name != check.fields.name and not known:
            raise ValueError(
                f"{name} must have a known shape in a data set. Received: {name} of shape "
                f"{part.shape}. Map the data set with tf.ensure_shape"
            )
    x = declared[check.fields.name]
    check_numbers(_numpy_dtype(x), "x")
    if x.shape.rank is not None:
        check_shape(x.shape, check.fields.shape, "x", is_batch=True)
    return declared


def _made(declared, check):
    """The shapes (no batch axis) and dtypes of what the check gives, by field."""
    fields = check.fields
    made = {fields.name: (fields.shape, _fed_dtype(declared[fields.name]))}
    for field in fields.others:
        part = declared.get(field.name)
        if part is not None and field.shape is not None:
            kind = KINDS[field.kind]
            made[field.name] = kind.fed(field, tuple(part.shape), _fed_dtype(part))
        else:
            value = part if part is not None else (check.beside or {}).get(field.name)
            source = field.read(value, 1)
            if source is not None:
                made[field.name] = source.shape[1:], source.dtype
    if fields.missing:
        dtype = made[fields.name][1]
        made[fields.name] = fields.shape, holed_dtype(dtype) if MASK in declared else dtype
        made[MASK] = fields.shape, np.dtype("bool")
    y = declared.get("y")
    if y is not None and is_target(tuple(y.shape), fields.shape):
        fields.refuse_target()
        made[TARGET] = fields.shape, _fed_dtype(y)
    return made


def _fed_dtype(spec):
    return as_fed(np.zeros(0, _numpy_dtype(spec))).dtype


def _numpy_dtype(spec):
    return np.dtype(spec.dtype.as_numpy_dtype)
