"""Steps at parameters far out: still invertible, and everything finite."""

import itertools

import numpy as np
import pytest
from jacobians import gradients
from keras import ops
from steps import latents, randomized
from toys import compute, tensor

from keras_vae import flows

ROWS = 12
SIZE = 4
EDGES = {
    "all 20": lambda rng, shape: np.full(shape, 20.0),
    "all -20": lambda rng, shape: np.full(shape, -20.0),
    "signs": lambda rng, shape: rng.choice([-20.0, 20.0], size=shape),
    "zero or 20": lambda rng, shape: rng.choice([0.0, 20.0], size=shape),
    "zero": lambda rng, shape: np.zeros(shape),
}

# name -> (function of tensors to a step, their shapes)
AMORTISED = {
    "planar": (flows.Planar, [(SIZE,), (SIZE,), ()]),
    "radial": (flows.Radial, [(SIZE,), (), ()]),
    "orthogonal": (
        lambda m, *others: flows.Sylvester(flows.orthonormal_columns(m), *others),
        [(SIZE, 3), (3, 3), (2, 3), (3,)],
    ),
    "householder": (
        lambda v, *others: flows.Sylvester(flows.reflections(v), *others),
        [(3, SIZE), (SIZE, SIZE), (2, SIZE), (SIZE,)],
    ),
}


def everything(step, z):
    """A sum that depends on all that a step gives, with bounded weights."""
    after, log_det = step.forward(z)
    return ops.sum(after, axis=-1) + log_det


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("name", AMORTISED)
def test_values_and_gradients_are_finite(name, edge):
    make, shapes = AMORTISED[name]
    rng = np.random.default_rng(0)
    parameters = [EDGES[edge](rng, (ROWS, *shape)) for shape in shapes]
    # Latents near zero, far out, zero itself, and where the radial step has its center.
    z = np.concatenate(
        [
            latents(SIZE, 0)[:3],
            20 * latents(SIZE, 1)[:3],
            parameters[0].reshape(ROWS, -1)[:3, :SIZE],
            np.zeros((3, SIZE)),
        ]
    )
    values = compute(lambda: make(*map(tensor, parameters)).forward(tensor(z)))
    found = gradients(lambda t, *ts: everything(make(*ts), t), [z, *parameters])
    assert all(np.isfinite(a).all() for a in (*values, *found))


@pytest.mark.parametrize("context", [-20.0, 20.0])
@pytest.mark.parametrize("name", ["iaf", "coupling"])
def test_values_and_gradients_of_the_context_are_finite(name, context):
    kwargs = {"hidden": (8,), "context_size": 2}
    if name == "iaf":
        (network,) = randomized(flows.autoregressive_networks(1, SIZE, **kwargs), 1.0)
        step = flows.InverseAutoregressive
    else:
        (network,) = randomized(flows.coupling_networks(1, SIZE, **kwargs), 1.0)
        step = flows.AffineCoupling
    z, contexts = 20 * latents(SIZE), np.full((ROWS, 2), context)
    values = compute(lambda: step(network, tensor(contexts)).forward(tensor(z)))
    found = gradients(lambda t, c: everything(step(network, c), t), [z, contexts])
    assert all(np.isfinite(a).all() for a in (*values, *found))


@pytest.mark.parametrize("weight", [-20.0, 20.0])
@pytest.mark.parametrize("name", ["maf", "coupling"])
def test_affine_flows_with_extreme_weights_are_finite(name, weight):
    make, step = {
        "maf": (flows.autoregressive_networks, flows.MaskedAutoregressive),
        "coupling": (flows.coupling_networks, flows.AffineCoupling),
    }[name]
    networks = make(5, SIZE, hidden=(8,), activation="tanh")
    for network in networks:
        for variable in network.weights:
            variable.assign(np.full(variable.shape, weight))
    flow = flows.with_reversals(map(step, networks))
    for direction in (flow.forward, flow.inverse):
        values = compute(lambda direction=direction: direction(tensor(latents(SIZE))))
        assert all(np.isfinite(v).all() for v in values)


LENGTHS = (0.0, 1e-4, 1e-2, 1.0, 20.0)


@pytest.mark.parametrize("angle", [0.0, 0.5, np.pi / 2, 3.0, np.pi])
def test_planar_constraint_is_kept(angle):
    rng = np.random.default_rng(0)
    w, v = np.linalg.qr(rng.normal(size=(6, 2)))[0].T
    lengths = np.array([*itertools.product(LENGTHS, LENGTHS)])
    us = lengths[:, :1] * (np.cos(angle) * w + np.sin(angle) * v)
    ws = lengths[:, 1:] * w
    step = flows.Planar(tensor(us), tensor(ws), tensor(np.zeros(len(us))))
    u, along = compute(step.constrained)
    products = np.sum(u * ws, axis=-1)
    assert np.all(products > -1.0) and np.all(along > -1.0)
    np.testing.assert_allclose(along, products, rtol=1e-5, atol=1e-4)
    # And it changes what lies along w alone.
    across = (u - us) - ((u - us) @ w)[:, None] * w
    np.testing.assert_allclose(across, 0.0, atol=1e-5)


def test_planar_constraint_is_the_papers_map_of_other_numbers():
    # The shift by which this differs from the paper moves u along w, and no more: every value that
    # the paper's m(a) = softplus(a) - 1 takes is taken, but for the margin at -1.
    u = np.linspace(-9.0, 9.0, 200)[:, None]
    step = flows.Planar(tensor(u), tensor(np.ones_like(u)), tensor(u[:, 0]))
    _, along = compute(step.constrained)
    assert np.all(np.diff(along) > 0)
    assert along[0] < -0.99 and along[-1] > 8.0


def test_planar_is_the_identity_at_zero():
    w = np.random.default_rng(0).normal(size=(ROWS, SIZE))
    step = flows.Planar(tensor(0 * w), tensor(w), tensor(w[:, 0]))
    after, log_det = compute(lambda: step.forward(tensor(latents(SIZE))))
    np.testing.assert_allclose(after, latents(SIZE), atol=1e-6)
    np.testing.assert_allclose(log_det, 0.0, atol=1e-6)


@pytest.mark.parametrize("alpha, beta", itertools.product([-20.0, -1.0, 3.0, 20.0], repeat=2))
def test_radial_step_moves_outwards_monotonically(alpha, beta):
    # Along a ray from the center the distance from it must grow: the step is one-to-one.
    radius = np.geomspace(1e-3, 50.0, 300)[:, None]
    z = radius * np.array([[0.6, 0.8]])
    step = flows.Radial(tensor([0.0, 0.0]), tensor(alpha), tensor(beta))
    after, log_det = compute(lambda: step.forward(tensor(z)))
    grown = after @ [0.6, 0.8]
    assert np.all(grown > 0) and np.all(np.diff(grown) > 0)
    assert np.all(np.isfinite(log_det))


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_sylvester_constraint_is_kept(sign):
    # The Jacobian's determinant stays positive where tanh is steepest.
    columns = 3
    step = flows.Sylvester(
        tensor(np.eye(SIZE, columns)),
        tensor(np.zeros((columns, columns))),
        tensor([np.full(columns, 20.0), np.full(columns, 20.0 * sign)]),
        tensor(np.zeros(columns)),
    )
    _, log_det = compute(lambda: step.forward(tensor(np.zeros((1, SIZE)))))
    expected = columns * np.log(2.0 if sign > 0 else 1e-3)
    np.testing.assert_allclose(log_det, expected, rtol=1e-3, atol=2e-3)
