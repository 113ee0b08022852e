"""Normals around modes, against SciPy."""

import keras
import numpy as np
import pytest
from keras import ops
from scipy import integrate, stats

from keras_vae.likelihoods import ModewiseNormal

CENTERS, SCALES, WEIGHTS = (-1.0, 0.5, 4.0), (1e-3, 0.5, 2.0), (0.2, 0.5, 0.3)


def made(rng, batch=5):
    likelihood = ModewiseNormal(CENTERS, SCALES, WEIGHTS, num_atoms=1)
    likelihood.build((1,))
    likelihood.log_relative.assign([0.3, -1.0, 0.1])
    parameters = [rng.normal(size=(batch, 1, 3)).astype("float32") for _ in range(2)]
    return likelihood, parameters


def reference(x, logits, location, deviation):
    """The density by SciPy, in float64: (batch,) of numbers (batch,)."""
    shares = np.array(WEIGHTS) * np.exp(logits[:, 0].astype("float64"))
    shares /= shares.sum(axis=1, keepdims=True)
    moves = np.array([0.0, 1.0, 1.0])
    mean = CENTERS + 4.0 * moves * np.array(SCALES) * np.tanh(location[:, 0].astype("float64"))
    return (shares * stats.norm.pdf(x[:, None], mean, deviation)).sum(axis=1)


def test_density_is_that_of_scipy():
    likelihood, (logits, location) = made(np.random.default_rng(0))
    p = likelihood([ops.convert_to_tensor(logits), ops.convert_to_tensor(location)])
    log_var = ops.convert_to_numpy(p.components.log_var)[0, 0].astype("float64")
    deviation = np.exp(0.5 * log_var)
    assert deviation[0] == pytest.approx(1e-3, rel=1e-6)  # an atom keeps its scale
    assert (np.diff(deviation[1:] / SCALES[1:]) > 0).all() and (deviation[1:] > 0.02).all()
    for x in (-1.0, -0.9995, 0.3, 5.0, 12.0):
        values = np.full((5, 1), x, "float32")
        log_prob = ops.convert_to_numpy(p.log_prob(ops.convert_to_tensor(values)))
        exact = np.log(reference(values[:, 0].astype("float64"), logits, location, deviation))
        # A float32 near an atom is known to 6e-5 of its deviation.
        np.testing.assert_allclose(log_prob, exact, rtol=2e-5, atol=1e-4)


def test_it_integrates_to_one():
    likelihood, parameters = made(np.random.default_rng(1), batch=1)
    p = likelihood(list(map(ops.convert_to_tensor, parameters)))
    grid = np.concatenate([np.linspace(-1.02, -0.98, 4001), np.linspace(-30, 40, 40001)])
    grid = np.unique(grid.astype("float32"))
    density = np.exp(ops.convert_to_numpy(p.log_prob(ops.convert_to_tensor(grid[:, None]))))
    assert integrate.trapezoid(density, grid) == pytest.approx(1.0, abs=1e-3)


def test_draws_have_its_distribution():
    likelihood, parameters = made(np.random.default_rng(2), batch=1)
    p = likelihood(list(map(ops.convert_to_tensor, parameters)))
    draws = ops.convert_to_numpy(p.sample(4000, seed=keras.random.SeedGenerator(0))).ravel()
    atoms = np.mean(np.abs(draws + 1.0) < 5e-3)
    shares = np.array(WEIGHTS) * np.exp(parameters[0][0, 0])
    expected = (shares / shares.sum())[0]
    assert abs(atoms - expected) < 4 * np.sqrt(expected * (1 - expected) / 4000) + 0.01
    assert abs(draws.mean() - float(p.mean[0, 0])) < 4 * draws.std() / np.sqrt(4000)


def test_at_zero_it_is_the_mixture_that_was_found():
    likelihood = ModewiseNormal((0.0, 3.0), (1.0, 2.0), (1.0, 3.0))
    likelihood.build((1,))
    zeros = ops.zeros((1, 1, 2))
    weights = ops.convert_to_numpy(ops.softmax(likelihood([zeros, zeros]).logits))
    np.testing.assert_allclose(weights[0, 0], [0.25, 0.75], rtol=1e-6)


@pytest.mark.parametrize(
    "wrong",
    [
        {"centers": ()},
        {"scales": (1.0,)},
        {"scales": (1.0, 0.0)},
        {"weights": (1.0,)},
        {"weights": (1.0, -1.0)},
        {"num_atoms": 3},
        {"relative_range": (1.0, 0.5)},
        {"relative_range": (0.0, 0.5)},
    ],
)
def test_arguments_that_are_refused(wrong):
    with pytest.raises(ValueError, match="likelihoods.ModewiseNormal"):
        ModewiseNormal(**{"centers": (0.0, 1.0), "scales": (1.0, 1.0), **wrong})


def test_config_round_trip():
    likelihood = ModewiseNormal([0.0, 1.0], [1.0, 0.5], [0.5, 0.5], 1)
    again = ModewiseNormal.from_config(likelihood.get_config())
    assert again.get_config() == likelihood.get_config()
