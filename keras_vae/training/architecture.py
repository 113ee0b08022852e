"""What the compiled loops ask of a model's layers."""


def has_convolution(model):
    """Whether any layer of the model is a convolution."""
    return any("Conv" in type(layer).__name__ for layer in all_layers(model))


def all_layers(layer):
    """A layer and all layers within it."""
    yield layer
    for inner in getattr(layer, "layers", []):
        yield from all_layers(inner)
