"""The fully connected networks against NumPy."""

import keras
import numpy as np

from keras_vae.networks import GatedDense, gated_mlp, mlp


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def randomize(model, rng):
    weights = [rng.normal(size=weight.shape).astype("float32") for weight in model.weights]
    model.set_weights(weights)
    return weights


def test_gated_dense_is_its_formula():
    rng = np.random.default_rng(0)
    layer = GatedDense(3)
    x = rng.normal(size=(2, 5, 4)).astype("float32")
    layer.build(x.shape)
    W, b, V, c = randomize(layer, rng)
    expected = (x @ W + b) * sigmoid(x @ V + c)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(layer(x)), expected, rtol=1e-4, atol=1e-5)
    assert layer.compute_output_shape(x.shape) == (2, 5, 3)


def test_gated_dense_comes_back_from_its_config():
    layer = GatedDense(3, name="gated", dtype="mixed_bfloat16", trainable=False)
    again = GatedDense.from_config(layer.get_config())
    assert (again.units, again.name, again.trainable) == (3, "gated", False)
    assert again.dtype_policy.name == "mixed_bfloat16"


def test_kernels_of_a_gated_mlp_start_as_asked():
    model = gated_mlp((100,), {"mean": (90,)}, hidden=(90,), kernel_initializer="he_normal")
    for weight in model.weights:
        if len(weight.shape) == 2:
            # He et al. (2015): a variance of 2 over the number of inputs; 5 % is 6 standard errors.
            expected = np.sqrt(2 / weight.shape[0])
            assert abs(np.std(keras.ops.convert_to_numpy(weight)) / expected - 1) < 0.05


def test_mlp_is_its_formula():
    rng = np.random.default_rng(1)
    model = mlp((2, 3), {"mean": (2, 2), "log_var": (3,)}, hidden=(5,), activation="tanh")
    W, b, mean_kernel, mean_bias, log_var_kernel, log_var_bias = randomize(model, rng)
    x = rng.normal(size=(4, 2, 3)).astype("float32")
    h = np.tanh(x.reshape(4, 6) @ W + b)
    expected = [(h @ mean_kernel + mean_bias).reshape(4, 2, 2), h @ log_var_kernel + log_var_bias]
    for got, wanted in zip(model(x), expected, strict=True):
        np.testing.assert_allclose(keras.ops.convert_to_numpy(got), wanted, rtol=1e-4, atol=1e-5)


def test_gated_mlp_has_two_layers_of_300_gates():
    model = gated_mlp((28, 28), {"mean": (40,), "log_var": (40,)})
    gates = [layer for layer in model.layers if isinstance(layer, GatedDense)]
    assert [gate.units for gate in gates] == [300, 300]
    assert model.count_params() == 2 * (785 * 300 + 301 * 300 + 301 * 40)
