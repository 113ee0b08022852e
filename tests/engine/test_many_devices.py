"""Several devices give the losses of one, with batches that do not divide by their number."""

import json
import os
import subprocess
import sys

import keras
import numpy as np
import pytest

BACKEND = keras.backend.backend()

# Without noise (a log-variance of -30), for a replica of TensorFlow draws its own.
SCRIPT = """
import json, sys
import numpy as np
{setup}
import keras
import keras_vae
from keras_vae.models.quantized_vae import QuantizedVAE

def quiet_encoder():
    x = keras.Input((6,))
    h = keras.layers.Dense(5, activation="tanh")(x)
    bias = keras.initializers.Constant(-30.0)
    log_var = keras.layers.Dense(2, kernel_initializer="zeros", bias_initializer=bias,
                                 trainable=False)(h)
    return keras.Model(x, [keras.layers.Dense(2)(h), log_var])

def make(likelihood):
    keras.utils.set_random_seed(0)
    names = keras_vae.likelihoods.get(likelihood).parameter_shapes((6,))
    decoder = keras_vae.networks.mlp((2,), names, hidden=(5,))
    vae = keras_vae.VAE(quiet_encoder(), decoder, likelihood=likelihood, seed=0)
    vae.compile("adam")
    return vae

def results(likelihood, n):
    x = np.random.default_rng(0).random((n, 6)).astype("float32")
    vae = make(likelihood)
    vae.use_compiled_loop = False
    history = vae.fit(x, batch_size=32, epochs=2, shuffle=False, validation_data=(x[:37],),
                      verbose=0).history
    return {{
        "history": history,
        "evaluate": vae.evaluate(x[:33], verbose=0),
        "weights": float(sum(np.abs(w).sum() for w in vae.get_weights())),
        "predict": float(vae.predict(x, verbose=0).sum()),
        "encode": float(vae.encode(x).sum()),
        "log_likelihood": float(vae.log_likelihood(x[:5], num_samples=2, seed=0).sum()),
    }}

# Losses and codes of a quantizer, or how far its codebook lies from the batch's vectors.
def quantized(posterior, kmeans):
    keras.utils.set_random_seed(0)
    x = np.random.default_rng(0).random((70, 6)).astype("float32")
    encoder = keras.Sequential([keras.Input((6,)), keras.layers.Dense(8),
                                keras.layers.Reshape((2, 2, 2))])
    decoder = keras_vae.networks.mlp((2, 2, 2), {{"logits": (6,)}}, hidden=(5,))
    vae = QuantizedVAE(encoder, decoder, posterior=posterior,
                       prior="pixel_cnn", objective="quantized", seed=0)
    # Without training of the networks the vectors stay, and what the codebook takes is known.
    vae.compile(keras.optimizers.Adam(0.01 if kmeans else 0.0))
    vae.use_compiled_loop = False
    history = vae.fit(x, batch_size=32, epochs=3 if kmeans else 1, shuffle=False,
                      steps_per_epoch=None if kmeans else 1, verbose=0).history
    del history["usage"], history["perplexity"]  # of a replica's part of the batch
    out = {{"history": history}}
    codes = vae.posterior_layer
    if kmeans and hasattr(codes, "vectors"):
        out["codebook"] = keras.ops.convert_to_numpy(codes.vectors()).ravel().tolist()
        out["shares"] = keras.ops.convert_to_numpy(codes.shares).tolist()
    if not kmeans:
        vectors = np.asarray(encoder.predict(x[:32], verbose=0)).reshape(-1, 1, 2)
        book = keras.ops.convert_to_numpy(codes.vectors())
        distance = np.abs(vectors - book).max(axis=-1).min(axis=0).max()
        out["is_near"] = bool(distance < 1e-2)
    return out

def quantizers():
    VQ = keras_vae.posteriors.VectorQuantizer
    return {{
        "ema": quantized(VQ(4, restart_below=0.0, decay=0.5), True),
        "gradient": quantized(VQ(4, ema=False, restart_below=0.0), True),
        "lfq": quantized(keras_vae.posteriors.LFQ(2), True),
        "picked": quantized(VQ(4, kmeans=False, decay=0.999, decay_warmup=False), False),
    }}

with {scope}:
    cases = (("bernoulli", 96), ("bernoulli", 101), ("optimal_normal", 97))
    out = {{f"{{name}} {{n}}": results(name, n) for name, n in cases}}
    out["quantizers"] = quantizers()
print(json.dumps(out))
"""

ONE = {"setup": "import contextlib", "scope": "contextlib.nullcontext()"}
MANY = {
    "jax": {
        "setup": "import keras; keras.distribution.set_distribution("
        "keras.distribution.DataParallel(devices=keras.distribution.list_devices()))\n"
        "assert len(keras.distribution.list_devices()) == 4\nimport contextlib",
        "scope": "contextlib.nullcontext()",
    },
    "tensorflow": {
        "setup": "import tensorflow as tf\n"
        "cpu = tf.config.list_physical_devices('CPU')[0]\n"
        "two = [tf.config.LogicalDeviceConfiguration()] * 2\n"
        "tf.config.set_logical_device_configuration(cpu, two)\n"
        "strategy = tf.distribute.MirroredStrategy(['CPU:0', 'CPU:1'])\n"
        "assert strategy.num_replicas_in_sync == 2",
        "scope": "strategy.scope()",
    },
}


def run(parts, environment):
    command = [sys.executable, "-c", SCRIPT.format(**parts)]
    done = subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.strip().splitlines()[-1])


@pytest.mark.skipif(BACKEND not in MANY, reason="Keras distributes on JAX and TensorFlow only.")
def test_many_devices_give_the_losses_of_one():
    one = run(ONE, {})
    many = run(MANY[BACKEND], {"JAX_NUM_CPU_DEVICES": "4"})
    assert one.keys() == many.keys()
    assert_same_quantizers(one.pop("quantizers"), many.pop("quantizers"))
    for case, expected in one.items():
        got = many[case]
        for name, values in expected.pop("history").items():
            np.testing.assert_allclose(
                got["history"][name], values, rtol=2e-4, err_msg=f"{case} {name}"
            )
        # Its noise is another one where XLA draws it, which it does on a single device only.
        assert np.isfinite([expected.pop("log_likelihood"), got["log_likelihood"]]).all()
        for name, value in expected.items():
            np.testing.assert_allclose(got[name], value, rtol=2e-4, err_msg=f"{case} {name}")


def assert_same_quantizers(one, many):
    """The same codebooks on many devices; picks of single vectors, not means of several."""
    # The tolerance of a sum in another order, after some steps of Adam.
    for name in ("ema", "gradient", "lfq"):
        for key, values in {**one[name].pop("history"), **one[name]}.items():
            got = many[name]["history"].get(key, many[name].get(key))
            np.testing.assert_allclose(got, values, rtol=1e-3, atol=1e-5, err_msg=f"{name} {key}")
    assert one["picked"]["is_near"] and many["picked"]["is_near"]
