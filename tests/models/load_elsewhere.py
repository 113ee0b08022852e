"""`python load_elsewhere.py FOLDER` loads what a test saved there, on another backend."""

import sys
from pathlib import Path

import keras
import numpy as np
from zoo import VARIANTS

from keras_vae import samplers  # registers all classes, which is all that loading asks for


def outputs(vae, x):
    """What a model gives for examples, and its sampler if it has one."""
    results = {"encode": vae.encode(x), "reconstruct": vae.reconstruct(x)}
    if vae.sampler is not None:
        results["sampler"] = score(vae.sampler)
    return results


def score(sampler):
    """What a sampler says of a few latents, without drawing any."""
    shape = (3, *sampler.latent_shape)
    z = np.linspace(-1.0, 1.0, int(np.prod(shape))).reshape(shape).astype("float32")
    return sampler.second.encode(z) if hasattr(sampler, "second") else sampler.log_prob(z)


def main(folder):
    """Write the outputs of each `.keras` and each `.weights.h5`, and train one model further."""
    folder = Path(folder)
    x = np.load(folder / "x.npy")
    results = {}
    for path in folder.glob("*.keras"):
        whole = keras.saving.load_model(path)
        weights_only = VARIANTS[path.stem]()
        weights_only.load_weights(path.with_suffix(".weights.h5"))
        for kind, vae in (("keras", whole), ("weights", weights_only)):
            for name, values in outputs(vae, x).items():
                results[f"{path.stem} {kind} {name}"] = values
    for path in (folder / "samplers").glob("*.keras"):
        results[f"sampler {path.stem}"] = score(samplers.load(path))
    whole = keras.saving.load_model(folder / "BernoulliVAE.keras")
    whole.fit(x, batch_size=len(x), verbose=0)
    results["iterations"] = np.array(whole.optimizer.iterations)
    results["jit_compile"] = whole.jit_compile
    np.savez(folder / f"{keras.backend.backend()}.npz", **results)


if __name__ == "__main__":
    main(sys.argv[1])
