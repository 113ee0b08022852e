"""Steps: log-determinants against Jacobians, inverses, densities that integrate to one."""

import keras
import numpy as np
import pytest
import scipy.integrate
from jacobians import jacobians
from keras import ops
from steps import CONSTRAINED, INVERTIBLE, ROWS, STEPS, latents, make
from toys import compute, tensor

from keras_vae import distributions, flows

sizes = pytest.mark.parametrize("size", [1, 2, 5])


@sizes
@pytest.mark.parametrize("name", STEPS)
def test_log_determinant_is_that_of_the_jacobian(name, size):
    step, z = make(name, size), latents(size)
    matrices, _ = jacobians(lambda t: step.forward(t)[0], z)
    log_det = compute(lambda: step.forward(tensor(z))[1])
    assert log_det.shape == (ROWS,)
    np.testing.assert_allclose(log_det, np.linalg.slogdet(matrices)[1], rtol=1e-4, atol=2e-5)


@sizes
@pytest.mark.parametrize("name", INVERTIBLE)
def test_inverse_goes_back(name, size):
    step, z = make(name, size), latents(size)
    after, log_det = compute(lambda: step.forward(tensor(z)))
    before, inverse_log_det = compute(lambda: step.inverse(tensor(after)))
    np.testing.assert_allclose(before, z, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(inverse_log_det, -log_det, rtol=1e-4, atol=1e-4)
    # The other way round too: `inverse` is one-to-one.
    again, _ = compute(lambda: step.forward(step.inverse(tensor(z))[0]))
    np.testing.assert_allclose(again, z, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", CONSTRAINED)
def test_steps_without_an_inverse_say_so(name):
    with pytest.raises(ValueError, match="no closed form.*sample_and_log_prob"):
        make(name, 2).inverse(tensor(latents(2)))


@pytest.mark.parametrize("name", STEPS)
def test_samples_axis_in_front_is_kept(name):
    step, z = make(name, 3), np.stack([latents(3, seed) for seed in (1, 2)])
    together = compute(lambda: step.forward(tensor(z)))
    for i, one in enumerate(z):
        apart = compute(lambda one=one: step.forward(tensor(one)))
        for several, single in zip(together, apart, strict=True):
            np.testing.assert_allclose(several[i], single, rtol=1e-5, atol=1e-6)


def first_row(name, size):
    """A step whose parameters are those of the first row alone, without the batch axis."""

    def cut(value):
        return value[0] if ops.is_tensor(value) and value.shape[0] == ROWS else value

    return keras.tree.map_structure(cut, make(name, size))


def grid(limit, points, ndim):
    """Points of a grid in [-limit, limit]^ndim, and the volume of a cell."""
    axis = np.linspace(-limit, limit, points)
    mesh = np.stack(np.meshgrid(*[axis] * ndim, indexing="ij"), -1).reshape(-1, ndim)
    return mesh, (axis[1] - axis[0]) ** ndim


def standard_normal(size):
    return distributions.Normal(tensor(np.zeros(size)), tensor(np.zeros(size)))


@pytest.mark.parametrize("name", sorted(set(INVERTIBLE) - {"reversal"}))
def test_density_in_the_plane_integrates_to_one(name):
    q = distributions.Transformed(standard_normal(2), first_row(name, 2))
    points, cell = grid(12.0, 400, 2)
    density = compute(lambda: ops.exp(q.log_prob(tensor(points))))
    np.testing.assert_allclose(density.sum() * cell, 1.0, atol=2e-3)


@pytest.mark.parametrize("name", CONSTRAINED)
def test_density_of_its_draws_integrates_to_one(name):
    # On the line: the images of a fine grid are a grid again, in the same order.
    step = first_row(name, 1)
    z = np.linspace(-9.0, 9.0, 4001)[:, None]
    q = distributions.Transformed(standard_normal(1), step)

    def density():
        x, log_det = step.forward(tensor(z))
        return x, ops.exp(q.base.log_prob(tensor(z)) - log_det)

    x, values = compute(density)
    assert np.all(np.diff(x[:, 0]) > 0)
    np.testing.assert_allclose(scipy.integrate.trapezoid(values, x[:, 0]), 1.0, atol=2e-3)


def test_with_reversals_stand_between_the_steps():
    step = flows.Reversal()
    links = flows.with_reversals([step] * 3).steps
    assert len(links) == 5
    assert flows.with_reversals([]).steps == ()
