"""Orthonormal matrices from any numbers, against NumPy's decompositions."""

import numpy as np
import pytest
from jacobians import gradients
from keras import ops
from toys import compute, tensor

from keras_vae import flows

RNG = np.random.default_rng(0)
MATRICES = {
    "random": RNG.normal(size=(4, 6, 3)),
    "square": RNG.normal(size=(4, 3, 3)),
    "one number": np.array([[[2.0]], [[-3.0]]]),
    "at the edges": RNG.choice([-20.0, 20.0], size=(8, 5, 4)),
    "all the same": np.full((1, 6, 3), 20.0),
    "dependent": np.stack([np.arange(6.0), np.arange(6.0), -2 * np.arange(6.0)], -1)[None],
    "zero": np.zeros((1, 6, 3)),
    "tiny": 1e-4 * RNG.normal(size=(4, 6, 3)),
}
every = pytest.mark.parametrize("name", MATRICES)


@every
def test_columns_are_orthonormal(name):
    q = compute(lambda: flows.orthonormal_columns(tensor(MATRICES[name])))
    assert q.shape == MATRICES[name].shape
    identity = np.broadcast_to(np.eye(q.shape[-1]), (len(q), *q.shape[-1:] * 2))
    np.testing.assert_allclose(np.swapaxes(q, -1, -2) @ q, identity, atol=2e-6)


@pytest.mark.parametrize("name", ["random", "square", "one number", "tiny"])
def test_columns_are_those_of_the_qr_decomposition(name):
    q = compute(lambda: flows.orthonormal_columns(tensor(MATRICES[name])))
    expected, r = np.linalg.qr(MATRICES[name])
    # The one whose triangle has a positive diagonal.
    signs = np.sign(np.diagonal(r, axis1=-2, axis2=-1))[:, None]
    np.testing.assert_allclose(q, expected * signs, atol=1e-5)


@every
def test_gradients_are_finite(name):
    weights = tensor(RNG.normal(size=MATRICES[name].shape))
    for make in (flows.orthonormal_columns, lambda m: flows.reflections(ops.swapaxes(m, -1, -2))):
        (found,) = gradients(
            lambda m, make=make: ops.sum(make(m)[..., :1] * weights[..., :1]), [MATRICES[name]]
        )
        assert np.all(np.isfinite(found))


@every
def test_product_of_reflections(name):
    vectors = np.swapaxes(MATRICES[name], -1, -2)
    product = compute(lambda: flows.reflections(tensor(vectors)))
    for found, rows in zip(product, vectors, strict=True):
        expected = np.eye(vectors.shape[-1])
        for v in rows:
            expected = expected @ (np.eye(len(v)) - 2 * np.outer(v, v) / max(v @ v, 1e-12))
        np.testing.assert_allclose(found, expected, atol=1e-5)
