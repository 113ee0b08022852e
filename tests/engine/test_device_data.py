"""Arrays of any dtype and size, as `fit` takes them."""

import keras
import numpy as np
import pytest
from checks import to_numpy, without_noise
from toys import grey, small_vae

from keras_vae.engine import device_data
from keras_vae.engine.device_data import DeviceData, device_array
from keras_vae.inputs.prepared import Arrays

X = np.round(grey(16))


def made():
    """A model without noise, of the same weights at each call."""
    keras.utils.set_random_seed(0)
    return without_noise(small_vae())


@pytest.mark.parametrize("dtype", [">f4", ">f8", ">f2", ">i2", ">u4", "<f8", "longdouble"])
def test_every_dtype_trains_as_float32_does(dtype):
    losses = []
    for x in (X, X.astype(dtype)):
        vae = made()
        losses.append(vae.fit(x, validation_data=x, verbose=0, shuffle=False).history["val_loss"])
        losses[-1] += vae.evaluate(x, verbose=0)[:1]
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-5)


@pytest.mark.parametrize("value", [3, -(2**31), 2**31 - 1, 2**31, 3_000_000_000, 2**62, -(2**40)])
@pytest.mark.parametrize("dtype", ["int64", "uint64", "uint32"])
def test_whole_numbers_do_not_wrap(value, dtype):
    if not np.iinfo(dtype).min <= value <= np.iinfo(dtype).max:
        pytest.skip("no such number")
    x = np.full((4, 2), value, dtype)
    data = DeviceData(x, 2).data
    np.testing.assert_allclose(to_numpy(data), x.astype("float64"), rtol=1e-7)
    # Labels that fit stay whole numbers.
    assert device_array(x).dtype.kind == ("i" if abs(value) < 2**31 else "f") or value == -(2**31)


def test_data_larger_than_half_of_the_memory_are_streamed(monkeypatch):
    vae, given = small_vae(), []
    vae._fit_blocks = lambda keras_fit, x, *args, **kwargs: given.append(type(x))
    monkeypatch.setattr(device_data.loops, "device_bytes", lambda: None)
    monkeypatch.setattr(device_data, "host_bytes", lambda: 2 * X.nbytes - 1)
    vae.fit(X, verbose=0)
    monkeypatch.setattr(device_data, "host_bytes", lambda: 2 * X.nbytes)
    vae.fit(X, verbose=0)
    assert given == [Arrays, np.ndarray]


@pytest.mark.parametrize("sizes", [{}, {"validation_batch_size": 3}])
def test_validation_steps_count_batches_of_the_asked_size(sizes):
    results = []
    x_val = grey(40, seed=1)
    for fast in (True, False):
        vae = made()
        vae.use_compiled_loop = fast
        history = vae.fit(
            X,
            batch_size=8,
            validation_data=(x_val,),
            validation_steps=2,
            shuffle=False,
            verbose=0,
            **sizes,
        ).history
        results.append(history["val_loss"])
        rows = 2 * sizes.get("validation_batch_size", 8)
        expected = vae.evaluate(x_val[:rows], batch_size=rows, verbose=0)[0]
        np.testing.assert_allclose(history["val_loss"], expected, rtol=1e-5)
    np.testing.assert_allclose(*results, rtol=1e-5)
