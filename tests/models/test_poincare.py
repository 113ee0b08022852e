"""Models with latents on the Poincaré ball."""

import numpy as np
import pytest
from checks import BACKEND, bits, quick_compile, to_numpy
from toys import compute, tensor

from keras_vae import models, networks, posteriors, priors
from keras_vae.distributions import log_map

X = bits(32, (6,))


def test_latents_lie_inside_the_ball_and_the_loss_is_finite():
    vae = quick_compile(models.PoincareVAE((6,), latent_dim=3, curvature=2.0, hidden=(8,), seed=0))
    history = vae.fit(X, epochs=2, verbose=0).history
    assert np.all(np.isfinite([*history["loss"], *history["kl"]]))
    for z in (vae.encode(X), vae.encode(X, num_samples=3), vae.prior().sample(100, seed=0)):
        assert np.all(np.linalg.norm(to_numpy(z), axis=-1) < 1 / np.sqrt(2.0))
    assert np.all(np.isfinite(vae.log_likelihood(X[:4], num_samples=20, seed=0)))
    cold = vae.prior_layer.sample(5, seed=0, temperature=0.0)
    np.testing.assert_allclose(to_numpy(cold), 0.0, atol=1e-6)


def test_decoder_sees_normal_coordinates_around_the_origin():
    z = np.float32([[0.3, -0.5], [0.0, 0.0], [0.0, 0.999]])
    flat = networks.BallToTangent(0.9)
    exact = compute(lambda: log_map(tensor(0 * z), tensor(z), 0.9))
    np.testing.assert_allclose(compute(lambda: flat(tensor(z))), exact, rtol=1e-4, atol=1e-6)


def test_posterior_and_prior_need_one_ball():
    encoder = networks.mlp((6,), {"tangent_mean": (2,), "log_var": (2,)})
    decoder = networks.mlp((2,), {"logits": (6,)})
    for prior in (priors.WrappedNormal(0.5), priors.StandardNormal()):
        with pytest.raises(ValueError, match="same curvature"):
            models.VAE(encoder, decoder, posterior=posteriors.WrappedNormal(1.0), prior=prior)
    with pytest.raises(ValueError, match="`curvature` must be a number > 0"):
        models.PoincareVAE((6,), curvature=0.0)


@pytest.mark.skipif(BACKEND != "torch", reason="only torch traces steps")
def test_steps_are_traced():
    from keras_vae.engine.loops.torch import trace_step

    vae = quick_compile(models.PoincareVAE((6,), hidden=(8,)))
    assert trace_step(vae, tensor(X[:4]), training=True) is not None
