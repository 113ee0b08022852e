"""What the compiled loops ask of a model's layers."""

import keras

from keras_vae.engine.keras_internals import all_layers


def has_convolution(model: keras.Model) -> bool:
    """Whether any layer of the model is a convolution."""
    return any("Conv" in type(layer).__name__ for layer in all_layers(model))


def training_signature(model: keras.Model) -> tuple[tuple, list[keras.Variable]]:
    """What a compiled step has built in: the variables, and which of them and of the layers train.

    Freezing, `enable_lora` and `quantize` change it.

    Returns:
        A key of the variables' ids and the layers' settings, and the variables. Keep them as long
        as the key, so that no other object takes the id of one of them.
    """
    trained, variables = model.trainable_variables, model.variables
    layers = tuple((layer.trainable, layer.dtype_policy.name) for layer in all_layers(model))
    return (tuple(map(id, trained)), tuple(map(id, variables)), layers), [*trained, *variables]
