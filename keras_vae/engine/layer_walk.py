"""What the compiled loops ask of a model's layers."""

import keras

from keras_vae.engine.keras_internals import all_layers


def has_convolution(model: keras.Model) -> bool:
    """Whether any layer of the model is a convolution."""
    return any("Conv" in type(layer).__name__ for layer in all_layers(model))


def training_signature(model: keras.Model) -> tuple:
    """What a compiled step has built in: the variables, and which of them and of the layers train.

    Freezing, `enable_lora` and `quantize` change it. The variables themselves stand in it, so that
    no other object can take their place.
    """
    trains = tuple((layer.trainable, layer.dtype_policy.name) for layer in all_layers(model))
    return ByIdentity(model.trainable_variables), ByIdentity(model.variables), trains


class ByIdentity(tuple):
    """A tuple that equals another if it holds the same objects."""

    __slots__ = ()

    def __eq__(self, other):
        return len(self) == len(other) and all(a is b for a, b in zip(self, other, strict=True))

    def __hash__(self):
        return hash(tuple(map(id, self)))
