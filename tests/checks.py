"""What the tests of models share: tiny data, the model's state, and what it may not change."""

import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np

BACKEND = keras.backend.backend()
#: relative error of float32 sums of a few hundred terms, computed in two orders
ROUNDING = 1e-5


def shared_out(cases):
    """What to parametrize with where each case costs compilations: this backend's cases, a list.

    On torch, which compiles nothing, all of them; TensorFlow and JAX take every other one each,
    so that neighbours, which belong together, meet all three.
    """
    cases = list(cases)
    return {"tensorflow": cases[::2], "jax": cases[1::2], "torch": cases}[BACKEND]


def levels(n, shape=(4, 3), num_levels=4, seed=0):
    """Examples on `num_levels` levels in [0, 1], (n, *shape): two prototypes with some noise.

    With 4 levels, k / 3, they also lie on 256 levels, so that every likelihood takes them.
    """
    prototypes = np.random.default_rng(0).integers(num_levels, size=(2, *shape))
    rng = np.random.default_rng([1, seed])
    kept = rng.uniform(size=(n, *shape)) < 0.9
    values = np.where(kept, prototypes[np.arange(n) % 2], rng.integers(num_levels, size=kept.shape))
    return (values / (num_levels - 1)).astype("float32")


def suited(x, likelihood):
    """Examples from `levels` as data that a likelihood takes: whole numbers, or no ends."""
    if likelihood.integers:
        return np.rint(3 * x)
    return 0.1 + 0.8 * x if likelihood.open_support else x


def bits(n, shape=(4, 3), seed=0):
    """Examples of zeros and ones, (n, *shape)."""
    return levels(n, shape, num_levels=2, seed=seed)


def quick_compile(model, optimizer="adam", **kwargs):
    """Compile without XLA where Keras would not use it either: it takes most of a test's time."""
    # On JAX that would run every operation alone.
    model.compile(optimizer, **{"jit_compile": BACKEND == "jax", **kwargs})
    return model


def to_numpy(tensor):
    """As float64, so that a test's own arithmetic adds no error."""
    return np.asarray(keras.ops.convert_to_numpy(tensor), "float64")


def evaluate_by_keras(function, *arguments):
    """A function of tensors on arrays, compiled where single operations are slow."""
    if BACKEND == "jax":
        import jax

        function = jax.jit(function)
    tensors = [keras.ops.convert_to_tensor(argument) for argument in arguments]
    return keras.tree.map_structure(to_numpy, function(*tensors))


def without_noise(vae):
    """Set the posterior's variance to 1e-11 for every x: a draw of z is then its mean."""
    head = vae.encoder.get_layer("log_var")
    head.set_weights([np.full(v.shape, 0 if len(v.shape) > 1 else -25.0) for v in head.weights])
    return vae


def perturb(vae, scale=0.1, seed=0):
    """Move every trainable weight, so that none stands at a special value."""
    rng = np.random.default_rng(seed)
    for variable in vae.trainable_variables:
        variable.assign(variable + scale * rng.normal(size=variable.shape).astype("float32"))
    return vae


def state(vae):
    """A model's weights by their place, as arrays: `decoder/dense/kernel#3`, ..."""
    return {f"{v.path}#{i}": np.array(v) for i, v in enumerate(vae.weights)}


def seed_generators(model):
    """The seed generators of a model and its layers."""
    values = [value for layer in model._flatten_layers() for value in vars(layer).values()]
    return [value for value in values if isinstance(value, keras.random.SeedGenerator)]


def seed_states(model):
    """The states of a model's seed generators, a list of arrays."""
    return [np.array(generator.state) for generator in seed_generators(model)]


def set_seed_states(model, states):
    """Put the seed generators back to where they were."""
    for generator, value in zip(seed_generators(model), states, strict=True):
        generator.state.assign(value)


def moved(before, after):
    """The names of the weights that differ."""
    return {name for name in before if np.any(before[name] != after[name])}


def assert_same_state(a, b, rtol=ROUNDING):
    """Two models have the same weights, up to rounding."""
    for one, other in zip(a.weights, b.weights, strict=True):
        np.testing.assert_allclose(
            to_numpy(other), to_numpy(one), rtol=rtol, atol=rtol, err_msg=one.path
        )


def assert_same_history(one, other, rtol=ROUNDING):
    """Two histories (dicts of lists) have the same numbers, up to rounding."""
    assert list(one) == list(other)
    for name in one:
        np.testing.assert_allclose(other[name], one[name], rtol=rtol, err_msg=name)


def run_script(path, *arguments, backend=BACKEND):
    """Run a Python file of the tests in a process of its own; it may import what tests import."""
    tests = Path(__file__).parent
    paths = [str(tests), str(tests.parent), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "KERAS_BACKEND": backend, "PYTHONPATH": os.pathsep.join(paths)}
    command = [sys.executable, path, *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True)
