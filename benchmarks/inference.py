"""Job E: decode 100,000 latents, encode 60,000 images, log-likelihood of 1,000 images at S=1000.

One process a contender; prints one JSON line with the seconds of each, after a warm-up.
"""

import json
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from jobs import images
from worker import clock

LATENT, HIDDEN = 50, (200, 200)


def median_seconds(function, runs=3):
    function()
    seconds = []
    for _ in range(runs):
        start = clock()
        function()
        seconds.append(clock() - start)
    return float(np.median(seconds))


def data():
    return images(60_000), np.random.default_rng(0).standard_normal((100_000, LATENT), "float32")


def ours():
    import keras_vae

    vae = keras_vae.models.BernoulliVAE((784,), LATENT, hidden=HIDDEN, activation="tanh", seed=0)
    x, z = data()
    return {
        "decode": median_seconds(lambda: vae.decode(z, verbose=0)),
        "encode": median_seconds(lambda: vae.encode(x, verbose=0)),
        "log_likelihood": median_seconds(
            lambda: vae.log_likelihood(x[:1000], num_samples=1000, verbose=0), runs=1
        ),
    }


def jitted():
    """One jitted call on all data, and back to NumPy."""
    import jax

    sys.argv[1] = "D"
    from contenders.raw_jax import JOBS, mlp

    parameters, encode, decode = mlp(JOBS["D"])
    x, z = data()
    means_of_x = jax.jit(lambda z: jax.nn.sigmoid(decode(parameters[1], z)))
    means_of_z = jax.jit(lambda x: encode(parameters[0], x)[0])
    return {
        "decode": median_seconds(lambda: np.asarray(means_of_x(z))),
        "encode": median_seconds(lambda: np.asarray(means_of_z(x))),
    }


def pythae():
    """`get_nll` on 20 images at S=1000, scaled to 1,000: it takes them one at a time."""
    import torch
    from contenders.pythae_trainer import VAE, Decoder, Encoder, VAEConfig
    from jobs import JOBS

    job = JOBS["D"]
    config = VAEConfig(input_dim=(784,), latent_dim=LATENT, reconstruction_loss="bce")
    model = VAE(config, encoder=Encoder(job), decoder=Decoder(job))
    x = torch.from_numpy(images(20))
    return {"log_likelihood": 50 * median_seconds(lambda: model.get_nll(x, n_samples=1000), runs=1)}


if __name__ == "__main__":
    print(json.dumps({"ours": ours, "jitted": jitted, "pythae": pythae}[sys.argv[1]]()))
