"""Models with latents on the sphere and discrete ones, from encoder to log-likelihood."""

import keras
import numpy as np
import pytest
import scipy.special
from checks import BACKEND, bits, quick_compile, to_numpy
from toys import compute, tensor

from keras_vae import VAE, models, networks, objectives, posteriors, priors
from keras_vae.callbacks import TemperatureSchedule

X = bits(64, (6,))


def fitted(cls, *callbacks, epochs=2, **kwargs):
    vae = quick_compile(cls((6,), hidden=(8,), seed=0, **kwargs))
    return vae, vae.fit(X, epochs=epochs, callbacks=list(callbacks), verbose=0).history


@pytest.mark.parametrize("cls", [models.SVAE, models.PowerSphericalVAE])
def test_latents_are_unit_vectors_and_losses_finite(cls):
    vae, history = fitted(cls, latent_dim=200)  # where others' Bessel functions underflow
    assert np.all(np.isfinite([*history["loss"], *history["kl"]]))
    assert np.all(np.array(history["kl"]) >= 0)
    for z in (vae.encode(X), vae.encode(X, num_samples=3, seed=0), vae.prior().sample(5, seed=0)):
        np.testing.assert_allclose(np.linalg.norm(to_numpy(z), axis=-1), 1.0, rtol=1e-5)
    assert np.all(np.isfinite(vae.log_likelihood(X[:4], num_samples=20, seed=0)))


@pytest.mark.parametrize("cls", [posteriors.VonMisesFisher, posteriors.PowerSpherical])
def test_any_encoder_output_gives_a_unit_vector_and_a_concentration_in_range(cls):
    posterior = cls()
    posterior.build_once((3,))
    outputs = [tensor([[0, 0, 0], [1e-12, 0, 0], [3e4, -3e4, 1]]), tensor([[-1e30], [0], [1e30]])]
    direction, concentration = compute(lambda: tuple(posterior(outputs)[:2]))
    np.testing.assert_allclose(np.linalg.norm(direction, axis=-1), 1.0, rtol=1e-6)
    np.testing.assert_allclose(concentration[:, 0], [1.0, 1.0 + np.log(2), 1e4], rtol=1e-6)


def test_sphere_and_temperature_are_checked_at_the_door():
    with pytest.raises(ValueError, match="at least 2 numbers"):
        models.SVAE((6,), latent_dim=1)
    with pytest.raises(ValueError, match="temperature=1"):
        models.SVAE((6,), latent_dim=3, hidden=(4,)).generate(2, temperature=0.5)
    with pytest.raises(ValueError, match="concentration_range"):
        posteriors.VonMisesFisher(concentration_range=(-1.0, 2.0))
    with pytest.raises(ValueError, match="straight_through=True"):
        models.CategoricalVAE((6,), hidden=(4,), objective=objectives.IWAE(2))
    with pytest.raises(ValueError, match=r"\(variables, 7\)"):
        models.VAE(
            networks.mlp((6,), {"logits": (3, 5)}),
            networks.mlp((3, 5), {"logits": (6,)}),
            posterior=posteriors.GumbelSoftmax(7),
        )


# ---- discrete --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cls, shape", [(models.CategoricalVAE, (20, 10)), (models.BinaryVAE, (200,))]
)
def test_draws_are_relaxed_in_training_and_discrete_in_evaluation(cls, shape):
    vae = cls((6,), hidden=(8,), seed=0)
    assert vae.latent_shape == shape
    z = {training: to_numpy(vae.trace(X, training=training).z) for training in (True, False)}
    assert set(np.unique(z[False])) == {0.0, 1.0}
    assert np.mean((z[True] > 0) & (z[True] < 1)) > 0.9
    straight = cls((6,), hidden=(8,), seed=0, straight_through=True)
    drawn = to_numpy(straight.trace(X, training=True).z)
    np.testing.assert_allclose(drawn, np.round(drawn), atol=1e-6)


def test_log_likelihood_is_that_of_the_discrete_model():
    """A model of two variables with three values, summed over all nine latents."""
    vae = models.CategoricalVAE((6,), num_variables=2, num_categories=3, hidden=(8,), seed=0)
    latents = np.eye(3, dtype="float32")[[(i, j) for i in range(3) for j in range(3)]]
    p = vae.likelihood(latents)
    each = to_numpy(compute(lambda: p.log_prob(tensor(X[:5])[:, None])))  # (5, 9)
    exact = scipy.special.logsumexp(each, axis=1) - np.log(9)
    estimate, error = vae.log_likelihood(
        X[:5], num_samples=4000, seed=0, return_standard_error=True
    )
    assert np.all(np.abs(estimate - exact) < 5 * error + 1e-4)


def test_kl_is_the_categoricals_in_training_too():
    vae = models.CategoricalVAE((6,), num_variables=2, num_categories=3, hidden=(8,), seed=0)
    probs = to_numpy(vae.encode(X))
    exact = (probs * np.log(probs * 3)).sum(axis=(1, 2))
    np.testing.assert_allclose(
        to_numpy(vae.trace(X, training=True).kl()), exact, rtol=1e-3, atol=1e-6
    )


@pytest.mark.parametrize("fast_loop", [True, False])
def test_schedule_moves_the_temperature_of_the_compiled_step(fast_loop):
    schedule = TemperatureSchedule(rate=0.5, start=2.0, stop=0.9)
    vae = quick_compile(models.BinaryVAE((6,), latent_dim=4, hidden=(8,), seed=0), "sgd")
    vae.use_compiled_loop = fast_loop
    vae.fit(X, epochs=1, callbacks=[schedule], verbose=0)
    assert float(vae.posterior_layer.temperature) == pytest.approx(2.0)
    vae.fit(X, initial_epoch=1, epochs=4, callbacks=[schedule], verbose=0)
    assert float(vae.posterior_layer.temperature) == pytest.approx(0.9)
    # A temperature of 1e6 makes every draw 1/2, whatever the posterior: training sees it.
    hot = TemperatureSchedule(start=1e6, stop=1e6)
    vae.optimizer.learning_rate.assign(0.0)
    loss = vae.fit(X, epochs=1, callbacks=[hot], verbose=0).history["reconstruction"][0]
    p = vae.likelihood(np.full((1, 4), 0.5, "float32"))
    exact = -to_numpy(compute(lambda: p.log_prob(tensor(X)))).mean()
    np.testing.assert_allclose(loss, exact, rtol=1e-4)


def test_schedule_needs_a_temperature():
    vae = quick_compile(models.BernoulliVAE((6,), hidden=(4,)))
    with pytest.raises(ValueError, match="temperature"):
        vae.fit(X, callbacks=[TemperatureSchedule()], verbose=0)


def test_temperature_is_saved(tmp_path):
    vae, _ = fitted(models.BinaryVAE, TemperatureSchedule(rate=1.0, stop=0.3), latent_dim=4)
    vae.save(tmp_path / "vae.keras")
    loaded = keras.saving.load_model(tmp_path / "vae.keras")
    assert float(loaded.posterior_layer.temperature) == pytest.approx(np.exp(-1.0))


@pytest.mark.skipif(BACKEND != "torch", reason="only torch traces steps")
@pytest.mark.parametrize("name", ["SVAE", "PowerSphericalVAE", "CategoricalVAE", "BinaryVAE"])
def test_steps_are_traced(name):
    from keras_vae.engine.loops.torch import trace_step

    vae = quick_compile(getattr(models, name)((6,), hidden=(8,)))
    for training in (True, False):
        assert trace_step(vae, tensor(X[:4]), training) is not None


def test_parts_by_name():
    encoder = networks.mlp((6,), {"mean_direction": (4,), "raw_concentration": (1,)})
    decoder = networks.mlp((4,), {"logits": (6,)})
    vae = VAE(encoder, decoder, posterior="von_mises_fisher", prior="hyperspherical_uniform")
    assert isinstance(vae.prior_layer, priors.HypersphericalUniform)
