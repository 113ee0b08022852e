"""Gated networks of a two-level VAE (Tomczak and Welling, 2018), arxiv.org/abs/1705.07120."""

import functools
from typing import Any

import keras

from keras_vae.networks.checks import check_shapes, check_sizes
from keras_vae.networks.ends import dense_heads, encoder_inputs, flatten, network, network_inputs
from keras_vae.networks.gated import GatedDense
from keras_vae.networks.levels import Levels


def two_level_encoder(
    input_shape: tuple[int, ...],
    output_shapes: dict[str, Any],
    hidden: tuple[int, ...] = (300, 300),
    kernel_initializer: str = "glorot_uniform",
    condition_shape: tuple[int, ...] | None = None,
    corruption: Any = None,
    missing: bool = False,
    dtype: Any = None,
    name: str | None = None,
) -> Any:
    """Gated network to the parameters of z2, and beside it one to the features that z1 asks for.

    Args:
        input_shape: tuple of ints, one example's shape without the batch.
        output_shapes: dict of str to tuple of ints, the shapes of z2's parameters.
        hidden: tuple of ints, the units of each `GatedDense` to the parameters; the features come
            out of a second stack of all but the last of them. Defaults to `(300, 300)`.
        kernel_initializer: name, of all kernels. Defaults to `"glorot_uniform"`.
        condition_shape: tuple of ints, the shape of a condition without the batch. The network then
            takes a list, the input and the condition. Defaults to `None`, no condition.
        corruption: `keras.layers.Layer` that the input passes first, such as
            `keras_vae.networks.Corruption`. Defaults to `None`.
        missing: bool, whether values of the input may be missing. The network then takes a dict of
            `"x"`, with zeros there, `"mask"` of the same shape, 1 where x is observed, and
            `"condition"`. Defaults to `False`.
        dtype: str or `keras.DTypePolicy` of every layer. Defaults to `None`, the global policy.
        name: str, the model's name. Defaults to `None`.

    Returns:
        A built functional `keras.Model`, (batch, *input_shape) -> list of (batch, *shape), with
        the features (batch, units) last.

    Raises:
        ValueError: if a shape is not a tuple of positive integers, or `hidden` no such tuple with
            at least one.
    """
    check_shapes(input_shape, output_shapes, condition_shape)
    _check_hidden(hidden)
    stack = functools.partial(_gated, kernel_initializer=kernel_initializer, dtype=dtype)
    inputs = encoder_inputs(input_shape, condition_shape, dtype, missing)
    x = inputs.corrupted(corruption, dtype)
    x = flatten(x, inputs.beside, dtype)
    outputs = dense_heads(stack(x, hidden), output_shapes, dtype, kernel_initializer)
    return network(inputs.nest, [*outputs, stack(x, hidden[:-1])], name)


def gated_merge(
    input_shape: tuple[int, ...],
    output_shapes: dict[str, Any],
    context_shape: tuple[int, ...],
    hidden: tuple[int, ...] = (300, 300),
    kernel_initializer: str = "glorot_uniform",
    dtype: Any = None,
    name: str | None = None,
) -> Any:
    """Gated network of one input, whose last hidden layer sees a context as well.

    Args:
        input_shape: tuple of ints, one input's shape without the batch.
        output_shapes: dict of str to tuple of ints, each output's shape without the batch.
        context_shape: tuple of ints, the context's shape without the batch.
        hidden: tuple of ints, the units of each `GatedDense`. Defaults to `(300, 300)`.
        kernel_initializer: name, of all kernels. Defaults to `"glorot_uniform"`.
        dtype: str or `keras.DTypePolicy` of every layer. Defaults to `None`, the global policy.
        name: str, the model's name. Defaults to `None`.

    Returns:
        A built functional `keras.Model` of a list, the input and the context, to the outputs.

    Raises:
        ValueError: if a shape is not a tuple of positive integers, or `hidden` no such tuple with
            at least one.
    """
    check_shapes(input_shape, output_shapes, context_shape)
    _check_hidden(hidden)
    first, context = network_inputs(input_shape, context_shape, dtype)
    stack = functools.partial(_gated, kernel_initializer=kernel_initializer, dtype=dtype)
    branch = stack(flatten(first, [], dtype), hidden[:-1])
    h = stack(flatten(branch, [context], dtype), hidden[-1:])
    heads = dense_heads(h, output_shapes, dtype, kernel_initializer)
    return network([first, context], heads, name)


def two_level_decoder(
    sizes: tuple[int, int],
    output_shapes: dict[str, Any],
    hidden: tuple[int, ...] = (300, 300),
    kernel_initializer: str = "glorot_uniform",
    condition_shape: tuple[int, ...] | None = None,
    dtype: Any = None,
    name: str | None = None,
) -> Any:
    """Gated network of z = [z2, z1]: a branch for each level, joined in the last hidden layer.

    Args:
        sizes: pair of ints, the lengths of z2 and z1.
        output_shapes: dict of str to tuple of ints, each output's shape without the batch.
        hidden: tuple of ints, the units of each `GatedDense`. Defaults to `(300, 300)`.
        kernel_initializer: name, of all kernels. Defaults to `"glorot_uniform"`.
        condition_shape: tuple of ints, the shape of a condition without the batch. The network then
            takes a list, z and the condition, which joins in the last hidden layer. Defaults to
            `None`, no condition.
        dtype: str or `keras.DTypePolicy` of every layer. Defaults to `None`, the global policy.
        name: str, the model's name. Defaults to `None`.

    Returns:
        A built functional `keras.Model`, (batch, sum of sizes) -> list of (batch, *shape), or one
        tensor if there is one output.

    Raises:
        ValueError: if a shape is not a tuple of positive integers, or `hidden` no such tuple with
            at least one.
    """
    check_shapes(sizes, output_shapes, condition_shape)
    _check_hidden(hidden)
    inputs = network_inputs((sum(sizes),), condition_shape, dtype)
    stack = functools.partial(_gated, kernel_initializer=kernel_initializer, dtype=dtype)
    branches = [stack(z, hidden[:-1]) for z in Levels(sizes, dtype=dtype)(inputs[0])]
    h = stack(flatten(branches[0], [*branches[1:], *inputs[1:]], dtype), hidden[-1:])
    return network(inputs, dense_heads(h, output_shapes, dtype, kernel_initializer), name)


def bottom_level(
    network: Any, sizes: tuple[int, int], dtype: Any = None, name: str | None = None
) -> Any:
    """A network of z1, made one of z = [z2, z1] that does not look at z2.

    Args:
        network: functional `keras.Model` of z1 (batch, size), or of a list of it and a condition.
        sizes: pair of ints, the lengths of z2 and z1.
        dtype: str or `keras.DTypePolicy`. Defaults to `None`, the global policy.
        name: str, the model's name. Defaults to `None`.

    Returns:
        A built functional `keras.Model` of z (batch, sum of sizes), or of a list of it and the
        condition, with the network's outputs.
    """
    conditions = [tensor.shape[1:] for tensor in network.inputs[1:]]
    inputs = network_inputs((sum(sizes),), conditions[0] if conditions else None, dtype)
    _, z1 = Levels(sizes, dtype=dtype)(inputs[0])
    outputs = network([z1, *inputs[1:]] if conditions else z1)
    return keras.Model(inputs if conditions else inputs[0], outputs, name=name)


def _gated(x, hidden, kernel_initializer, dtype):
    for units in hidden:
        x = GatedDense(units, kernel_initializer, dtype=dtype)(x)
    return x


def _check_hidden(hidden):
    check_sizes("hidden", hidden)
    if not hidden:
        raise ValueError(
            "`hidden` must have at least one layer, in which the levels join. "
            f"Received: hidden={hidden!r}"
        )
