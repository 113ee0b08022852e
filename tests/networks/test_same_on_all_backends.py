"""A convolution gives the same numbers on every backend; those below came from TensorFlow's run.

`python tests/networks/test_same_on_all_backends.py` prints them.
"""

import numpy as np
import pytest

from keras_vae import networks

STAGES = {"filters": (4, 4, 4), "strides": (2, 1, 2), "dense": (6,)}
CASES = {
    "conv": STAGES,
    "conv even kernel": {**STAGES, "kernel_size": 4},
    "conv stride 3": {**STAGES, "strides": (3, 1, 2), "kernel_size": 2},
    "conv max": {**STAGES, "pooling": "max"},
    "conv average": {**STAGES, "pooling": "average"},
    "conv norm": {**STAGES, "batch_norm": True},
    "residual norm": {**STAGES, "batch_norm": True},
}
EXPECTED = {
    "conv": [-0.392276, -0.227638, 0.0974538, -0.379388, 0.0907104, 0.0972673],
    "conv even kernel": [-0.000147611, -0.510127, 0.0884237, -0.189972, 0.0700652, 0.108108],
    "conv stride 3": [-0.436682, -0.13339, 0.0902685, -0.279845, 0.0176019, 0.0953059],
    "conv max": [-0.493102, -0.229229, 0.128056, -0.35124, 0.192246, 0.100994],
    "conv average": [-0.496725, -0.157765, 0.121325, -0.35124, 0.192246, 0.100994],
    "conv norm": [0.316144, 0.0386932, 0.0385709, 0.370862, 0.142444, 0.0721213],
    "residual norm": [-0.614072, 0.198093, 0.139083, -0.205136, 0.329829, 0.144303],
}


def fill(model):
    """Weights that are the same everywhere, not small, and positive where a variance must be."""
    for i, weight in enumerate(model.weights):
        wave = np.sin(1.7 * np.arange(int(np.prod(weight.shape))) + i).reshape(weight.shape)
        weight.assign(1.5 + wave if "variance" in weight.path else 0.4 * wave)


def last_numbers(builder, input_shape, output_shape, arguments):
    """Two outputs and the mean square of all."""
    model = builder(input_shape, {"out": output_shape}, **arguments)
    fill(model)
    x = np.cos(np.arange(2 * np.prod(input_shape))).reshape(2, *input_shape)
    outputs = model.predict(x.astype("float32"), verbose=0)
    return [*outputs.ravel()[-2:], np.mean(np.square(outputs))]


def numbers(name):
    family, arguments = name.split()[0], CASES[name]
    encoder = getattr(networks, f"{family}_encoder")
    decoder = getattr(networks, f"{family}_decoder")
    return [
        *last_numbers(encoder, (7, 9, 2), (3,), arguments),
        *last_numbers(decoder, (3,), (7, 9, 2), arguments),
    ]


@pytest.mark.parametrize("name", CASES)
def test_same_numbers(name):
    np.testing.assert_allclose(numbers(name), EXPECTED[name], rtol=1e-3, atol=1e-4)


if __name__ == "__main__":
    for case in CASES:
        print(f'    "{case}": [{", ".join(f"{value:.6g}" for value in numbers(case))}],')
