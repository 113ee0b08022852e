"""A hierarchy of any kind of networks: bottom-up and top-down, a network between two levels."""

from typing import Any

import keras
from keras import layers

from keras_vae.networks.ladder import LadderTopDown, normals_of
from keras_vae.networks.network import Network, Shape, Shapes

#: numbers that one level hands on to the level above it
_FEATURES = 64


def chained_encoder(
    kind: Network,
    input_shape: Shape,
    levels: Shapes,
    condition_shape: Shape | None = None,
    dtype: Any = None,
    name: str | None = None,
    **options: Any,
) -> keras.Model:
    """From data to a mean and a log-variance of each level, bottom-up, of any kind of networks.

    Args:
        kind: `Network`; its `encoder` reads the data, its `for_vectors` the features of a level.
        input_shape: shape of one example, without batch axis.
        levels: names and shapes of the levels, from the top.
        condition_shape: shape of one condition. Defaults to `None`.
        dtype: Keras dtype or policy. Defaults to `None`.
        name: str. Defaults to `None`.
        **options: passed to `kind.encoder`: `missing`.

    Returns:
        Functional `keras.Model`, whose outputs are in the order of `levels`, the condition last.
    """
    bottom_up = list(levels.items())[::-1]
    inputs = x = None
    outputs = []
    for place, level in enumerate(bottom_up):
        top = place == len(bottom_up) - 1
        shapes = {**normals_of(dict([level])), **({} if top else {"features": (_FEATURES,)})}
        if inputs is None:
            joins = {"condition_shape": condition_shape, "dtype": dtype}
            stage = kind.encoder(input_shape, shapes, **joins, **options)
            inputs = x = keras.tree.map_structure(like, stage.input)
        else:
            stage = kind.for_vectors().encoder((_FEATURES,), shapes, dtype=dtype)
        mean, log_var, *features = stage(x)
        x = features[0] if features else None
        outputs.append([mean, log_var])
    condition = [] if condition_shape is None else [condition_of(inputs)]
    return keras.Model(inputs, [*sum(reversed(outputs), []), *condition], name=name)


def chained_decoder(
    kind: Network,
    levels: Shapes,
    output_shapes: Shapes,
    condition_shape: Shape | None = None,
    dtype: Any = None,
    name: str | None = None,
) -> LadderTopDown:
    """The top-down network beside `chained_encoder`, of any kind of networks."""
    options: dict[str, Any] = {"condition_shape": condition_shape, "dtype": dtype}
    items = list(levels.items())
    between = [
        kind.for_vectors().encoder(above, {"mean": shape, "log_var": shape}, **options)
        for (_, above), (_, shape) in zip(items[:-1], items[1:], strict=True)
    ]
    output = kind.decoder(items[-1][1], output_shapes, **options)
    return LadderTopDown(levels, between, output, condition_shape, dtype=dtype, name=name)


def like(tensor: Any) -> Any:
    """An input like another tensor, with its name."""
    return keras.Input(tensor.shape[1:], dtype=tensor.dtype, name=tensor.name)


def condition_of(inputs: Any) -> Any:
    """The condition among the inputs of an encoder, unrounded, as one of its outputs."""
    condition = inputs["condition"] if isinstance(inputs, dict) else inputs[-1]
    return layers.Identity(dtype="float32")(condition)
