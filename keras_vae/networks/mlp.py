"""Multilayer perceptron, as in the first VAE (Kingma & Welling, 2014), arxiv.org/abs/1312.6114."""

from typing import Any

from keras import layers

from keras_vae.networks.checks import check_dropout, check_shapes, check_sizes
from keras_vae.networks.ends import dense_heads, encoder_inputs, flatten, network, normalize


def mlp(
    input_shape: tuple[int, ...],
    output_shapes: dict[str, Any],
    hidden: tuple[int, ...] = (512, 256),
    activation: Any = "relu",
    condition_shape: tuple[int, ...] | None = None,
    corruption: Any = None,
    missing: bool = False,
    dtype: Any = None,
    name: str | None = None,
    batch_norm: bool = False,
    dropout: float = 0.0,
) -> Any:
    """Multilayer perceptron between any two shapes: an encoder, or a decoder.

    The input is flattened and passes through Dense layers; a linear Dense head for each output
    is reshaped to its shape.

    Args:
        input_shape: tuple of ints, one example's shape without the batch.
        output_shapes: dict of str to tuple of ints, each output's shape without the batch, in the
            order in which the model returns them.
        hidden: tuple of ints, the units of each hidden layer; a decoder usually has its encoder's
            turned round. `()` gives a linear network. Defaults to `(512, 256)`.
        activation: str or callable, of the hidden layers. Defaults to `"relu"`.
        condition_shape: tuple of ints, the shape of a condition without the batch. The network then
            takes a list, the input and the condition, which join where the input is flat.
            Defaults to `None`, no condition.
        corruption: `keras.layers.Layer` that the input passes first, such as
            `keras_vae.networks.Corruption`. Defaults to `None`.
        missing: bool, whether values of the input may be missing. The network then takes a dict of
            `"x"`, with zeros there, `"mask"` of the same shape, 1 where x is observed, and
            `"condition"`. Defaults to `False`.
        dtype: str or `keras.DTypePolicy` of every layer. Defaults to `None`, the global policy.
        name: str, the model's name. Defaults to `None`.
        batch_norm: bool, whether to normalize in front of each activation. Defaults to `False`.
        dropout: float in [0, 1), share of the units of each hidden layer that training leaves out.
            Defaults to `0.0`.

    Returns:
        A built functional `keras.Model`, (batch, *input_shape) -> list of (batch, *shape), or one
        tensor if there is one output. `output_names` are the names in `output_shapes`.

    Raises:
        ValueError: if a shape or `hidden` is not a tuple of positive integers, or `dropout` is not
            in [0, 1).

    Example:

    ```python
    encoder = mlp((28, 28), {"mean": (2,), "log_var": (2,)})
    decoder = mlp((2,), {"logits": (28, 28)}, hidden=(256, 512))
    ```

    Reference:
        - [Kingma & Welling, 2014](https://arxiv.org/abs/1312.6114)
    """
    check_shapes(input_shape, output_shapes, condition_shape)
    check_sizes("hidden", hidden)
    check_dropout("networks.mlp", dropout=dropout)
    inputs = encoder_inputs(input_shape, condition_shape, dtype, missing)
    x = flatten(inputs.corrupted(corruption, dtype), inputs.beside, dtype)
    for units in hidden:
        x = _hidden_layer(x, units, activation, batch_norm, dropout, dtype)
    return network(inputs.nest, dense_heads(x, output_shapes, dtype), name)


def _hidden_layer(x, units, activation, batch_norm, dropout, dtype):
    """A Dense layer, (batch, features) -> (batch, units), with what is asked for around it."""
    if batch_norm:
        x = layers.Dense(units, use_bias=False, dtype=dtype)(x)
        x = layers.Activation(activation, dtype=dtype)(normalize(x, dtype))
    else:
        x = layers.Dense(units, activation=activation, dtype=dtype)(x)
    return layers.Dropout(dropout, dtype=dtype)(x) if dropout else x
