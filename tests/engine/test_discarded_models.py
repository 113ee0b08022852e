"""A discarded model leaves nothing behind: to train many takes no more memory than one."""

import gc

import pytest
from checks import BACKEND
from toys import grey, small_vae


def kept():
    """Number of graphs, or of tensors where there are no graphs, that are alive."""
    gc.collect()
    if BACKEND == "jax":
        import jax

        return len(jax.live_arrays())
    if BACKEND == "torch":
        import torch as library

        kind = library.Tensor
    else:
        import tensorflow as library

        kind = library.Graph
    return sum(issubclass(type(thing), kind) for thing in gc.get_objects())


def use(compiled_loop):
    """Make a model, train it, ask it, and let it go."""
    vae = small_vae()
    vae.use_compiled_loop = compiled_loop
    x = grey(70)
    vae.fit(x, validation_data=x, verbose=0)
    vae.encode(x)
    vae.generate(3)
    vae.log_likelihood(x[:2], num_samples=2)


KERAS_OWN_LOOP = pytest.mark.xfail(
    BACKEND == "tensorflow",
    reason="in Keras' own loop, TensorFlow registers a gradient of the sum of gradients for good",
    strict=True,
)


@pytest.mark.parametrize("compiled_loop", [True, pytest.param(False, marks=KERAS_OWN_LOOP)])
def test_nothing_is_left_of_a_model(compiled_loop):
    use(compiled_loop)
    before = kept()
    use(compiled_loop)
    assert kept() == before
