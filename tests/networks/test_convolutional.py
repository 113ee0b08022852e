"""The convolutional networks: the classic one layer by layer, and that a decoder mirrors."""

import keras
import pytest

from keras_vae.networks import conv_decoder, conv_encoder, residual_decoder, residual_encoder


def weight_shapes(model):
    return [tuple(weight.shape) for weight in model.weights]


def map_sizes(model):
    """Height and width behind each layer, without repetitions."""
    sizes = [layer.output.shape[1:3] for layer in model.layers if len(layer.output.shape) == 4]
    return [size for i, size in enumerate(sizes) if i == 0 or size != sizes[i - 1]]


def layers_of(model, *kinds):
    return [layer for layer in model.layers if isinstance(layer, kinds)]


def test_defaults_are_the_classic_encoder():
    model = conv_encoder((28, 28, 1), {"mean": (4,), "log_var": (4,)})
    kernels = [(3, 3, 1, 32), (3, 3, 32, 64), (3, 3, 64, 64), (3, 3, 64, 64)]
    kernels += [(14 * 14 * 64, 32), (32, 4), (32, 4)]
    assert weight_shapes(model) == [s for kernel in kernels for s in (kernel, kernel[-1:])]
    convolutions = layers_of(model, keras.layers.Conv2D)
    assert [layer.strides for layer in convolutions] == [(1, 1), (2, 2), (1, 1), (1, 1)]
    assert {layer.activation.__name__ for layer in convolutions} == {"relu"}
    assert [layer.activation.__name__ for layer in model.layers[-3:]] == ["relu"] + ["linear"] * 2


def test_defaults_are_the_mirror_of_the_classic_encoder():
    model = conv_decoder((4,), {"logits": (28, 28, 1)})
    transposed = layers_of(model, keras.layers.Conv2DTranspose)
    assert [layer.filters for layer in transposed] == [64, 64, 64, 32]
    assert [layer.strides for layer in transposed] == [(1, 1), (1, 1), (2, 2), (1, 1)]
    kernels = [(4, 32), (32, 14 * 14 * 64)]
    assert weight_shapes(model)[:4] == [s for kernel in kernels for s in (kernel, kernel[-1:])]
    head = model.layers[-1]
    assert (type(head), head.activation.__name__) == (keras.layers.Conv2D, "linear")
    assert tuple(head.kernel.shape) == (3, 3, 32, 1)


@pytest.mark.parametrize("pooling", ["max", "average"])
def test_pooling_network(pooling):
    arguments = {"filters": (4, 4, 8), "strides": (2, 2, 2), "pooling": pooling}
    encoder = conv_encoder((28, 28), {"mean": (2,)}, **arguments)
    decoder = conv_decoder((2,), {"logits": (28, 28)}, **arguments)
    assert map_sizes(encoder) == [(28, 28), (14, 14), (7, 7), (4, 4)]
    assert map_sizes(decoder) == [(4, 4), (8, 8), (7, 7), (14, 14), (28, 28)]
    for model, filters in [(encoder, [4, 4, 8]), (decoder, [8, 4, 4, 1])]:
        convolutions = layers_of(model, keras.layers.Conv2D)
        assert [layer.filters for layer in convolutions] == filters
        assert {layer.strides for layer in convolutions} == {(1, 1)}
    pools = layers_of(encoder, keras.layers.MaxPooling2D, keras.layers.AveragePooling2D)
    assert [type(pool).__name__.lower().startswith(pooling) for pool in pools] == [True] * 3


def test_stride_one_is_not_pooled():
    encoder = conv_encoder((28, 28), {"mean": (2,)}, pooling="max")
    assert len(layers_of(encoder, keras.layers.MaxPooling2D)) == 1


@pytest.mark.parametrize("size", [(27, 20), (5, 1)])
@pytest.mark.parametrize(
    "encoder, decoder", [(conv_encoder, conv_decoder), (residual_encoder, residual_decoder)]
)
def test_decoder_starts_where_its_encoder_ends(encoder, decoder, size):
    arguments = {"filters": (2, 2, 2), "strides": (2, 1, 3), "dense": ()}
    down = map_sizes(encoder(size, {"mean": (2,)}, **arguments))
    up = map_sizes(decoder((2,), {"mean": size}, **arguments))
    assert up[0] == down[-1] and up[-1] == down[0] == size
    assert [size for size in up if size in down] == down[::-1]  # between them lie those cropped


def test_batch_norm_takes_the_place_of_the_bias():
    model = conv_encoder((8, 8), {"mean": (2,)}, batch_norm=True)
    assert not any(layer.use_bias for layer in layers_of(model, keras.layers.Conv2D))
    assert len(layers_of(model, keras.layers.BatchNormalization)) == 4
    assert layers_of(model, keras.layers.Dense)[0].use_bias
