"""Adam on gradients of unit length, against the same in NumPy."""

import keras
import numpy as np
from checks import bits, quick_compile, to_numpy

from keras_vae import models
from keras_vae.optimizers import NormalizedAdam


def by_hand(weight, gradients, rate, epsilon=1e-8):
    """The update of the VampPrior's code, after Kingma and Ba (2014)."""
    first = second = 0.0
    for step, gradient in enumerate(gradients, start=1):
        gradient = gradient / (np.sqrt(np.sum(gradient**2)) + 1e-7)
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        scale = rate * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
        weight = weight - scale * first / (np.sqrt(second) + epsilon)
    return weight


def test_steps_are_those_of_the_paper():
    rng = np.random.default_rng(0)
    weights = [rng.normal(size=shape).astype("float32") for shape in ((3, 2), (4,))]
    # Of very different lengths; and one of zero, which is divided by no zero.
    scales = (1e-3, 1.0, 1e4)
    gradients = [[scale * rng.normal(size=w.shape) for w in weights] for scale in scales]
    gradients[1][1] = np.zeros(4)
    variables = [keras.Variable(weight) for weight in weights]
    optimizer = NormalizedAdam(0.01)
    for step in gradients:
        tensors = [keras.ops.convert_to_tensor(g, "float32") for g in step]
        optimizer.apply(tensors, variables)
    for i, variable in enumerate(variables):
        expected = by_hand(weights[i], [step[i] for step in gradients], 0.01)
        np.testing.assert_allclose(to_numpy(variable), expected, rtol=1e-4, atol=1e-6)


def test_fit_and_files_take_it(tmp_path):
    vae = quick_compile(models.BernoulliVAE((4, 3), hidden=(8,), seed=0), NormalizedAdam(0.02))
    losses = vae.fit(bits(16), batch_size=8, epochs=10, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    vae.save(tmp_path / "vae.keras")
    optimizer = keras.saving.load_model(tmp_path / "vae.keras").optimizer
    assert type(optimizer).__name__ == "NormalizedAdam"
    assert float(optimizer.learning_rate) == np.float32(0.02)
    assert (optimizer.epsilon, int(optimizer.iterations)) == (1e-8, 20)
