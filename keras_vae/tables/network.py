"""Networks of tables: the encoder sees categories one-hot, and numbers beside their modes."""

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vae.distributions.events import one_hot
from keras_vae.networks import Network
from keras_vae.serialization import Configurable, register
from keras_vae.typing import Shape


@register
class TableFeatures(Configurable, keras.layers.Layer):
    """Features of rows for the encoder, (batch, columns) -> (batch, features).

    Args:
        columns: list of dicts, of each column: `{"kind": "one_hot", "size", "step"}`,
            `{"kind": "modes", "centers", "scales", "weights", ...}` (x and the share of each mode
            in it), `{"kind": "log", "mean", "scale"}` of log(1 + x), or `{"kind": "scaled",
            "mean", "scale"}`.
        **kwargs: passed to `keras.layers.Layer`.

    Call arguments:
        inputs: tensor x (batch, columns), or a list of it and its mask, 1 where x is observed.

    Returns:
        The features; for a list, the list of the features, zero where x is missing, and their
        mask.
    """

    def __init__(self, columns: list[dict[str, Any]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.columns = [dict(column) for column in columns]

    @property
    def sizes(self) -> list[int]:
        """The number of features of each column."""
        return [_SIZES[column["kind"]](column) for column in self.columns]

    def call(self, inputs: Any) -> Any:
        x, *mask = inputs if isinstance(inputs, (list, tuple)) else [inputs]
        pieces = [
            _FEATURES[column["kind"]](x[:, i : i + 1], column)
            for i, column in enumerate(self.columns)
        ]
        features = ops.concatenate(pieces, axis=-1)
        if not mask:
            return features
        seen = ops.repeat(mask[0], np.array(self.sizes), axis=-1)
        return [features * seen, seen]

    def compute_output_shape(self, input_shape: Any) -> Any:
        several = isinstance(input_shape[0], (list, tuple))
        shape = ((input_shape[0] if several else input_shape)[0], sum(self.sizes))
        return [shape, shape] if several else shape


def _one_hot(x, column):
    index = ops.clip(ops.round(x[:, 0] / column["step"]), 0, column["size"] - 1)
    return ops.cast(one_hot(index, column["size"]), x.dtype)


def _modes(x, column):
    centers, scales, weights = (
        ops.convert_to_tensor(np.array(column[name], "float32"), x.dtype)
        for name in ("centers", "scales", "weights")
    )
    log_share = ops.log(weights / scales) - 0.5 * ops.square((x - centers) / scales)
    # Keras warns of a softmax over one mode.
    return ops.concatenate([x, ops.exp(ops.log_softmax(log_share, axis=-1))], axis=-1)


def _log(x, column):
    return _scaled(ops.log1p(ops.maximum(x, 0.0)), column)


def _scaled(x, column):
    return (x - column["mean"]) / column["scale"]


_FEATURES = {"one_hot": _one_hot, "modes": _modes, "log": _log, "scaled": _scaled}
_SIZES = {
    "one_hot": lambda column: column["size"],
    "modes": lambda column: 1 + len(column["centers"]),
    "log": lambda column: 1,
    "scaled": lambda column: 1,
}


class OfTable(Network):
    """Networks of a kind whose encoder sees the features of a table.

    Args:
        base: `Network`, the kind.
        columns: list of dicts, as of `TableFeatures`.
    """

    def __init__(self, base: Network, columns: list[dict[str, Any]]) -> None:
        self.base = base
        self.columns = columns

    def encoder(
        self,
        input_shape: Shape,
        output_shapes: Any,
        name: str | None = None,
        dtype: Any = None,
        **options: Any,
    ) -> keras.Model:
        """The kind's encoder behind `TableFeatures`."""
        layer = TableFeatures(self.columns, dtype=dtype, name="features")
        shape = (sum(layer.sizes),)
        inner = self.base.encoder(shape, output_shapes, dtype=dtype, name="network", **options)
        given = inner.input
        if isinstance(given, dict):
            own = {key: _like(given[key], input_shape) for key in ("x", "mask")}
            features, mask = layer([own["x"], own["mask"]])
            named = {**{key: _like(tensor) for key, tensor in given.items()}, **own}
            outputs = inner({**named, "x": features, "mask": mask})
            return keras.Model(named, outputs, name=name)
        x, *rest = given if isinstance(given, list) else [given]
        inputs = [_like(x, input_shape), *map(_like, rest)]
        outputs = inner([layer(inputs[0]), *inputs[1:]] if rest else layer(inputs[0]))
        return keras.Model(inputs if rest else inputs[0], outputs, name=name)

    def decoder(self, input_shape: Shape, output_shapes: Any, **options: Any) -> keras.Model:
        """The kind's decoder."""
        return self.base.decoder(input_shape, output_shapes, **options)


def _like(tensor, shape=None):
    """A symbolic input of the name and dtype of another one, and its shape unless given."""
    shape = tensor.shape[1:] if shape is None else shape
    return keras.Input(shape, dtype=tensor.dtype, name=tensor.name)
