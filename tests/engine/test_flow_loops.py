"""The compiled loop against Keras' own, for models with flows."""

import keras
import pytest
from test_compiled_loop import BACKEND, assert_same, fit_both, make_data

from keras_vae import VAE, networks, posteriors, priors

PARTS = {
    "planar, maf": (
        lambda: posteriors.Planar(num_flows=2),
        lambda: priors.MAF(num_flows=2, hidden=(4,), activation="tanh"),
    ),
    "iaf, real_nvp": (
        lambda: posteriors.IAF(num_flows=1, context_dim=3, hidden=(4,)),
        lambda: priors.RealNVP(num_flows=1, hidden=(4,), activation="tanh"),
    ),
}


def test_equals_keras_loop():
    def make():
        keras.utils.set_random_seed(0)
        posterior, prior = (part() for part in PARTS["iaf, real_nvp"])
        shapes = posterior.parameter_shapes((2,))
        encoder = networks.mlp((12,), shapes, hidden=(8,), activation="tanh")
        decoder = networks.mlp((2,), {"logits": (12,)}, hidden=(8,), activation="tanh")
        vae = VAE(encoder, decoder, posterior, prior, seed=0)
        vae.compile("adam", jit_compile=False if BACKEND == "tensorflow" else "auto")
        return vae

    x = make_data()
    assert_same(*fit_both(make, x, validation_data=(x[:21],)))


@pytest.mark.skipif(BACKEND != "torch", reason="traces are torch's")
@pytest.mark.parametrize("name", PARTS)
def test_step_is_traced(name):
    from keras_vae.engine.loops.torch import trace_step

    posterior, prior = (part() for part in PARTS[name])
    encoder = networks.mlp((12,), posterior.parameter_shapes((2,)), hidden=(8,))
    decoder = networks.mlp((2,), {"logits": (12,)}, hidden=(8,))
    vae = VAE(encoder, decoder, posterior, prior, seed=0)
    vae.compile("adam")
    assert trace_step(vae, keras.ops.convert_to_tensor(make_data(8)), training=True)
