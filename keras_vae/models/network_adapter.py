"""How a network takes its first input and the fields beside it."""

from typing import Any

import keras

Shape = tuple[int, ...]


class NetworkAdapter:
    """Calls an encoder or a decoder with the fields that its inputs have a place for.

    A functional model says so itself: it has one input, or a list of two (the second one is the
    condition), or a dict with the keys `name`, `"condition"` and other fields. Other networks get
    one tensor, or a dict where there are fields.

    Args:
        network: Keras model or layer.
        name: `"x"` or `"z"`, the key of the first input.
    """

    def __init__(self, network: keras.layers.Layer, name: str) -> None:
        self.network = network
        self.name = name
        self.shapes = _input_shapes(network)

    @property
    def first_shape(self) -> Shape | None:
        """The shape of the first input without batch axis; None if the network does not say it."""
        return self._shape(self.name, 0)

    @property
    def condition_shape(self) -> Shape | None:
        """The condition's shape without batch axis; None without one, or if unknown."""
        return self._shape("condition", 1)

    def _shape(self, key: str, position: int) -> Shape | None:
        if isinstance(self.shapes, dict):
            shape = self.shapes.get(key)
        elif isinstance(self.shapes, list):
            shape = self.shapes[position] if position < len(self.shapes) else None
        else:
            shape = self.shapes if position == 0 else None
        return None if shape is None else tuple(shape[1:])

    def __call__(self, first: Any, fields: dict[str, Any], **kwargs: Any) -> Any:
        """The network's outputs.

        Args:
            first: tensor (batch, ...), x or z.
            fields: tensors by name; the network gets those that it has an input for.
            **kwargs: passed to the network: `training`.
        """
        inputs = {self.name: first, **fields}
        if isinstance(self.shapes, list) and len(self.shapes) > 1:
            return self.network([first, fields["condition"]], **kwargs)
        if isinstance(self.shapes, dict):
            return self.network({key: inputs[key] for key in self.shapes}, **kwargs)
        if not fields or self.shapes is not None:
            return self.network(first, **kwargs)
        return self.network(inputs, **kwargs)

    def symbolic(self, first_shape: Shape, field_shapes: dict[str, Shape]) -> Any:
        """What the network gives for a symbolic batch; builds the network if need be."""
        fields = {name: keras.KerasTensor((None, *shape)) for name, shape in field_shapes.items()}
        return self(keras.KerasTensor((None, *first_shape)), fields)


def _input_shapes(network: keras.layers.Layer) -> Any:
    """The shapes of a network's inputs in their nest, (batch, ...) each; None if it is silent."""
    if isinstance(network, keras.Model) and isinstance(getattr(network, "input", None), dict):
        # Keras' own `input_shape` drops the names.
        return {name: tuple(tensor.shape) for name, tensor in network.input.items()}
    return getattr(network, "input_shape", None)
