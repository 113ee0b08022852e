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


class Signatures:
    """What a model's `training_signature` was when Keras' own functions were made.

    Keras keeps these functions. On TensorFlow they have the variables built in that trained then;
    on JAX they take values by their places, where another variable may stand now.

    Args:
        model: the model.
    """

    def __init__(self, model: keras.Model) -> None:
        self.model = model
        self._seen: dict[str, tuple[tuple, list[keras.Variable]]] = {}

    def have_changed(self, kind: str) -> bool:
        """Whether the function of this kind is older than the model is now; asked once for each."""
        new, old = training_signature(self.model), self._seen.get(kind)
        self._seen[kind] = new
        return old is not None and old[0] != new[0]
