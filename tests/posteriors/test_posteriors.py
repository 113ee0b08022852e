"""Posteriors: encoder outputs -> q(z|x)."""

import keras
import numpy as np
import pytest
from toys import compute, grey, small_vae, tensor

from keras_vae import posteriors
from keras_vae.distributions import kl_divergence
from keras_vae.priors import StandardNormal


def built(**kwargs):
    posterior = posteriors.Normal(**kwargs)
    posterior.build_once((2,))
    return posterior


@pytest.mark.parametrize("as_dict", [False, True])
def test_parameters_by_order_or_by_name(as_dict):
    mean, log_var = tensor([[1.0, -2.0]]), tensor([[0.0, 2.0]])
    named = {"log_var": log_var, "mean": mean}
    q = built()(named if as_dict else [mean, log_var])
    np.testing.assert_array_equal(compute(lambda: q.mean), [[1.0, -2.0]])
    np.testing.assert_allclose(compute(lambda: q.variance), [[1.0, np.exp(2.0)]], rtol=1e-6)


def test_deviation_is_the_root_of_the_variance():
    # 20,000 rows of one posterior; the standard error of a deviation is 1 / sqrt(2 n) of it.
    log_var = np.array([-2.0, 3.0])
    outputs = [np.zeros((20_000, 2)), np.tile(log_var, (20_000, 1))]
    draws = compute(lambda: built()([tensor(out) for out in outputs]).sample(seed=0))
    assert np.all(np.abs(draws.std(axis=0) / np.exp(0.5 * log_var) - 1) < 4 / np.sqrt(2 * 20_000))


@pytest.mark.parametrize("log_var_range", [(-30.0, 20.0), (-4.0, 1.0)])
def test_log_variance_is_clipped(log_var_range):
    outputs = np.array([[-1e30, -100.0], [-3.5, 0.5], [100.0, 1e30]])
    q = built(log_var_range=log_var_range)
    log_var = compute(lambda: q([0.0 * tensor(outputs), tensor(outputs)]).log_var)
    np.testing.assert_allclose(log_var, np.clip(outputs, *log_var_range), rtol=1e-6)


@pytest.mark.parametrize("log_var", [-1e30, -50.0, 0.0, 50.0, 1e30])
def test_kl_of_any_log_variance_is_finite(log_var):
    prior = StandardNormal()
    prior.build_once((2,))
    outputs = [tensor(np.zeros((1, 2))), tensor(np.full((1, 2), log_var))]
    kl = compute(lambda: kl_divergence(built()(outputs), prior.distribution()))
    bounded = np.clip(log_var, -30, 20)
    np.testing.assert_allclose(kl, np.expm1(bounded) - bounded, rtol=1e-5)


@pytest.mark.parametrize("log_var", [-1e8, 1e8])
def test_log_variance_out_of_range_trains_finite(log_var):
    vae = small_vae()
    head = vae.encoder.get_layer("log_var")
    head.set_weights([head.get_weights()[0], np.full(2, log_var)])
    history = vae.fit(grey(64), epochs=2, verbose=0).history
    assert np.all(np.isfinite([*history["loss"], *history["kl"]]))


def test_range_is_kept_in_the_config():
    config = keras.saving.serialize_keras_object(posteriors.Normal(log_var_range=(-4.0, 1.0)))
    restored = keras.saving.deserialize_keras_object(config)
    assert tuple(restored.log_var_range) == (-4.0, 1.0)
