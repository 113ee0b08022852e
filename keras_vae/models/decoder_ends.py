"""A known trap: a decoder that ends in a sigmoid, under a likelihood that takes logits."""

import warnings
from typing import Any

import keras

from keras_vae.engine.keras_internals import last_operation

#: activations whose values are not logits: they leave out numbers that logits need
BOUNDED = ("sigmoid", "hard_sigmoid", "softmax", "relu", "relu6", "tanh", "softsign")


def warn_of_bounded_logits(decoder: keras.layers.Layer, likelihood: Any) -> None:
    """Warn if logits are the outputs of an activation that binds them.

    Args:
        decoder: Keras model or layer; only those that know their outputs are looked at.
        likelihood: `Likelihood`, which takes the outputs.
    """
    names = list(likelihood.parameter_shapes(likelihood.event_shape))
    for name, activation in _ends(decoder, names).items():
        if name.endswith("logits") and activation in BOUNDED:
            warnings.warn(
                f"The decoder ends in {activation}, but likelihoods."
                f"{type(likelihood).__name__} takes its output {name!r} as logits, and puts a "
                "sigmoid or a softmax on it itself. Pixels then cannot be dark, or probabilities "
                "not be small. Leave the activation out, or take "
                "likelihoods.Bernoulli(from_logits=False).",
                UserWarning,
                stacklevel=6,
            )


def _ends(decoder, names):
    """The activation of each output, by the name of the likelihood's parameter."""
    # A subclassed model has no inputs until it is called; on torch it lacks even the attribute.
    outputs = decoder.output if getattr(decoder, "inputs", None) else None
    if outputs is None:
        return {}
    if not isinstance(outputs, dict):
        outputs = dict(zip(names, keras.tree.flatten(outputs), strict=False))
    return {name: _activation(last_operation(tensor)) for name, tensor in outputs.items()}


def _activation(operation):
    """The name of an operation's activation, as Keras writes it."""
    activation = getattr(operation, "activation", None)
    if activation is not None:
        return keras.activations.serialize(activation)
    # An operation, or a layer of its own, is named after what it does; Keras writes ReLU "re_lu_2".
    name = operation.name.rstrip("_0123456789")
    return next(
        (known for known in BOUNDED if known.replace("_", "") == name.replace("_", "")), name
    )
