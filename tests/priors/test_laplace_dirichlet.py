"""The normal that stands for a Dirichlet: against Laplace's approximation by numbers."""

import numpy as np
import pytest
import scipy.optimize
import scipy.special
from checks import to_numpy

from keras_vae import priors


def built(concentration, size):
    prior = priors.LaplaceDirichlet(concentration)
    prior.build((size,))
    return prior.distribution()


@pytest.mark.parametrize("alpha", [[0.5, 2.0, 1.0, 4.0], [0.02] * 6, [1.0, 1.0]])
def test_mode_and_curvature_of_the_density_of_softmax_bases(alpha):
    """MacKay's density in the softmax basis is prod pi(h)^alpha; the direction (1, 1, ...) is free.

    The mode by an optimizer, the covariance as the pseudo-inverse of differences of the gradient.
    """
    alpha = np.array(alpha)

    def energy(h):
        return -alpha @ scipy.special.log_softmax(h)

    def slope(h):
        return alpha.sum() * scipy.special.softmax(h) - alpha

    mode = scipy.optimize.minimize(energy, np.zeros(len(alpha)), jac=slope, tol=1e-12).x
    mode -= mode.mean()
    step = 1e-5 * np.eye(len(alpha))
    curvature = np.array([(slope(mode + e) - slope(mode - e)) / 2e-5 for e in step])
    q = built(alpha.tolist(), len(alpha))
    np.testing.assert_allclose(to_numpy(q.mean), mode, atol=1e-4)
    variance = np.diag(np.linalg.pinv(curvature, rcond=1e-6))
    np.testing.assert_allclose(to_numpy(q.variance), variance, rtol=1e-4)


def test_one_concentration_is_that_of_all():
    np.testing.assert_allclose(
        to_numpy(built(0.3, 3).variance), to_numpy(built([0.3] * 3, 3).variance)
    )
    # (1 - 2/K) / a + K / (a K^2) = (1 - 1/K) / a
    np.testing.assert_allclose(to_numpy(built(0.3, 3).variance), (1 - 1 / 3) / 0.3, rtol=1e-6)


def test_refusals():
    with pytest.raises(ValueError, match="concentration"):
        priors.LaplaceDirichlet([1.0, -1.0])
    for concentration, size in (([1.0, 2.0], 3), (1.0, 1)):
        with pytest.raises(ValueError, match="one for each of at least two"):
            built(concentration, size)
