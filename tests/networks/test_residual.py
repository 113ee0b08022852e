"""The residual networks: what zero initialization promises."""

import keras
import numpy as np
import pytest

from keras_vae.networks import residual_decoder, residual_encoder

ARGUMENTS = {"filters": (4, 6), "strides": (1, 2), "dense": (8,)}
BUILDERS = [
    (residual_encoder, (7, 5), {"mean": (3,)}),
    (residual_decoder, (3,), {"mean": (7, 5)}),
]


def blocks_of(model):
    """The first and second convolution of each block, and its shortcut where it has one."""
    blocks = []
    for add in (layer for layer in model.layers if isinstance(layer, keras.layers.Add)):
        shortcut, last = (tensor._keras_history.operation for tensor in add.input)
        activation = last.input._keras_history.operation
        blocks.append((activation.input._keras_history.operation, last, shortcut))
    return blocks


@pytest.mark.parametrize("builder, shape, outputs", BUILDERS)
def test_a_new_block_is_its_shortcut(builder, shape, outputs):
    model = builder(shape, outputs, **ARGUMENTS)
    x = np.random.default_rng(0).normal(size=(2, *shape)).astype("float32")
    before = model.predict(x, verbose=0)
    blocks = blocks_of(model)
    assert len(blocks) == 4
    for first, last, _ in blocks:
        assert not np.any(keras.ops.convert_to_numpy(last.kernel))
        first.kernel.assign(first.kernel + 1.0)
    np.testing.assert_array_equal(model.predict(x, verbose=0), before)
    assert np.any(before)


@pytest.mark.parametrize("blocks", [1, 3])
@pytest.mark.parametrize("builder, shape, outputs", BUILDERS)
def test_shortcuts_are_projected_only_where_the_shape_changes(builder, shape, outputs, blocks):
    model = builder(shape, outputs, **ARGUMENTS, blocks=blocks)
    found = blocks_of(model)
    assert len(found) == 2 * blocks
    projected = [
        shortcut for *_, shortcut in found if getattr(shortcut, "kernel_size", None) == (1, 1)
    ]
    assert len(projected) == 1
