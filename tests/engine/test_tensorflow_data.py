"""TensorFlow's way of bringing arrays to the device: all of their rows, in pieces or whole."""

import keras
import numpy as np
import pytest

if keras.backend.backend() != "tensorflow":
    pytest.skip("TensorFlow's loop", allow_module_level=True)

from keras_vae.engine.loops import tensorflow as loop


@pytest.mark.parametrize("shape", [(10, 3), (7, 2, 2), (5,), (1, 40)])
@pytest.mark.parametrize("dtype", ["float32", "float16", "int32", "uint8"])
def test_all_rows_reach_the_device(shape, dtype, monkeypatch):
    monkeypatch.setattr(loop, "PIECE", 24)
    x = (255 * np.random.default_rng(0).random(shape)).astype(dtype)
    data = loop.to_device(x)
    assert data.dtype.name == dtype
    np.testing.assert_array_equal(data.numpy(), x)
    # A copy: what a user does to the array later is not seen.
    x[:] = 0
    assert data.numpy().any()
