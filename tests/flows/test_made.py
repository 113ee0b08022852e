"""MADE: which output depends on which latent, by finite differences."""

import numpy as np
import pytest
from steps import randomized
from toys import compute, tensor

from keras_vae import flows

ROUNDING = 1e-5


def dependence(network, size, context=None):
    """Whether output element i changes with latent j, an array (outputs, i, j) of bool."""
    z = np.random.default_rng(0).normal(size=size)
    # One row for each latent that is moved, behind the row where none is.
    rows = np.concatenate([z[None], z + 2.0 * np.eye(size)])
    outputs = compute(lambda: network(tensor(rows), context))
    # Rows of one product differ by roundings.
    return np.stack([(np.abs(out[1:] - out[0]) > ROUNDING).T for out in outputs])


@pytest.mark.parametrize("context_size", [None, 3])
@pytest.mark.parametrize("size, hidden", [(1, (8,)), (2, (3,)), (5, (30,)), (5, (30, 20)), (4, ())])
def test_each_output_depends_on_all_latents_in_front_and_on_no_other(size, hidden, context_size):
    kwargs = {"hidden": hidden, "context_size": context_size, "activation": "tanh"}
    (network,) = randomized(flows.autoregressive_networks(1, size, **kwargs))
    context = None if context_size is None else tensor(np.ones((size + 1, context_size)))
    expected = np.tril(np.ones((size, size), bool), k=-1)
    found = dependence(network, size, context)
    np.testing.assert_array_equal(found, np.stack([expected] * 2))


def test_fewer_units_than_latents_still_depend_on_none_behind():
    (network,) = randomized(flows.autoregressive_networks(1, 7, hidden=(3, 2), activation="tanh"))
    found = dependence(network, 7)
    assert not np.any(found & np.triu(np.ones((7, 7), bool)))
    assert found[:, -1].any()


@pytest.mark.parametrize("size", [1, 4])
def test_context_reaches_every_output(size):
    (network,) = randomized(
        flows.autoregressive_networks(1, size, hidden=(16, 16), context_size=2, activation="tanh")
    )
    z = tensor(np.zeros((2, size)))
    context = tensor([[0.0, 0.0], [1.0, -1.0]])
    for output in compute(lambda: network(z, context)):
        assert np.all(output[0] != output[1])


def test_starts_at_zero():
    (network,) = flows.autoregressive_networks(1, 4, hidden=(8,), context_size=2)
    z, context = (tensor(np.random.default_rng(0).normal(size=(6, n))) for n in (4, 2))
    for output in compute(lambda: network(z, context)):
        np.testing.assert_array_equal(output, 0.0)


def test_masks_are_no_weights():
    (network,) = flows.autoregressive_networks(1, 4, hidden=(8, 6), context_size=2)
    names = ["kernel_0", "kernel_1", "kernel_2", "bias_0", "bias_1", "bias_2", "context_kernel"]
    assert [weight.name for weight in network.weights] == names


@pytest.mark.parametrize(
    "kwargs, message",
    [
        ({"hidden": 8}, "hidden.*Received: hidden=8"),
        ({"num_outputs": 0}, "`num_outputs` must be a positive integer. Received: num_outputs=0"),
        (
            {"context_size": 0},
            "`context_size` must be a positive integer. Received: context_size=0",
        ),
    ],
)
def test_bad_arguments(kwargs, message):
    with pytest.raises(ValueError, match=message):
        flows.MADE(**kwargs)
    with pytest.raises(ValueError, match=message):
        flows.Perceptron(**kwargs)
