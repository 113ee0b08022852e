"""The numbers of a card, from a trained model and test examples."""

import sys
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from keras_vae import evaluation
from keras_vae.datasets import Split
from keras_vae.models.programs import Program
from keras_vae.typing import Tensor

if TYPE_CHECKING:  # a recipe names what measures it
    from keras_vae.presets.recipe import Recipe

#: examples and draws of the number that is recomputed by tests
CHECK_IMAGES, CHECK_DRAWS = 1000, 10


def likelihood_numbers(vae: keras.Model, part: Split, recipe: "Recipe") -> dict[str, Any]:
    """ELBO and log-likelihood of test examples in nats, means over them, with standard errors.

    Args:
        vae: `keras_vae.VAE`.
        part: `keras_vae.datasets.Split`.
        recipe: `Recipe`.
    """
    x = part.x
    parts = elbo(vae, x, recipe.seed)
    return {
        **_log_likelihood(vae, x, recipe),
        "negative_elbo": -float(parts["elbo"].mean()),
        "reconstruction": float(parts["reconstruction"].mean()),
        "kl": float(parts["kl"].mean()),
        "active_units": active_units(vae, x),
    }


def _log_likelihood(vae, x, recipe):
    """Importance sampling with all draws on each image, or on every `full_every`-th.

    In the latter case all images are measured with a tenth of the draws, and the mean of what more
    draws add, which differs little from image to image, is carried over from the few to all (a
    control variate): the estimate and its error are those of all draws on all images, but for an
    error that stands beside it.
    """
    # A bar that moves, or one line where the output is a file.
    settings = {"seed": recipe.seed, "verbose": 1 if sys.stdout.isatty() else 2}
    few = x[:: recipe.full_every]
    log_p = vae.log_likelihood(few, num_samples=recipe.num_samples, **settings)
    carried = {}
    if recipe.full_every > 1:
        tenth = recipe.num_samples // 10
        of_all = vae.log_likelihood(x, num_samples=tenth, **settings)
        gain = log_p - of_all[:: recipe.full_every]
        log_p = of_all + gain.mean()
        carried = {
            "carried_over": float(gain.mean()),
            "carried_over_error": float(gain.std() / np.sqrt(len(gain))),
            "carried_over_from": f"{len(few)} images, all others with {tenth} draws",
        }
    return {
        "negative_log_likelihood": -float(log_p.mean()),
        "standard_error": float(log_p.std() / np.sqrt(len(log_p))),
        "num_samples": recipe.num_samples,
        "num_images": len(x),
        **carried,
    }


def elbo(vae: keras.Model, x: np.ndarray, seed: int, num_draws: int = 1) -> dict[str, np.ndarray]:
    """ELBO, reconstruction and KL of examples in nats, a dict of arrays (n,) or (draws, n)."""
    generator = keras.random.SeedGenerator(seed)

    def terms(inputs: dict[str, Tensor]) -> dict[str, Tensor]:
        trace = vae.trace(inputs, seed=generator)
        reconstruction, kl = -trace.log_likelihood(), trace.kl()
        return {"elbo": -reconstruction - kl, "reconstruction": reconstruction, "kl": kl}

    program = Program(vae, terms, generator)
    draws = [program.run(x, verbose=0) for _ in range(num_draws)]
    if num_draws == 1:
        return draws[0]
    return keras.tree.map_structure(lambda *values: np.stack(values), *draws)


def active_units(vae: keras.Model, x: np.ndarray) -> int:
    """Latents whose mean varies over the examples by more than 0.01 (Burda et al., 2015).

    A categorical latent counts once, whatever the number of its categories.
    """
    active = evaluation.active_units(vae, x, verbose=0).active
    return int(active.any(axis=tuple(range(1, active.ndim))).sum())


def check_numbers(vae: keras.Model, x: np.ndarray, seed: int) -> dict[str, Any]:
    """What a test recomputes: the ELBO of the first examples, with the error of its draws.

    Args:
        vae: `keras_vae.VAE`.
        x: array (n, event), binary where the recipe's test examples are.
        seed: int.
    """
    x = x[:CHECK_IMAGES]
    means = elbo(vae, x, seed, CHECK_DRAWS)["elbo"].mean(axis=1)
    return {
        "num_images": len(x),
        "num_draws": CHECK_DRAWS,
        "elbo": float(means.mean()),
        "standard_error": float(means.std(ddof=1) / np.sqrt(CHECK_DRAWS)),
        "outputs": known_outputs(vae),
    }


def known_outputs(vae: keras.Model) -> dict[str, list[float]]:
    """A few outputs for an input that needs no data: the same on every backend."""
    x = _ring(vae.data_shape)[None]
    z, x_hat = vae.encode(x).ravel(), vae.reconstruct(x).ravel()
    # Inside of an image, where its values are neither 0 nor 1.
    middle = vae.data_shape[-1] // 2 if len(vae.data_shape) > 1 else 0
    inside = (np.linspace(0.3, 0.7, 5) * len(x_hat)).astype(int) + middle
    return {
        "encode": [float(value) for value in z[:4]],
        "reconstruct": [float(value) for value in x_hat[inside]],
    }


def _ring(data_shape):
    """A ring of ones on zeros, much like the digit 0; of a vector, every tenth number is one.

    No pattern far from all data: it would be encoded hundreds of standard deviations out, where
    float32 has no digits left for the small latents beside the large.
    """
    if len(data_shape) == 1:
        return (np.arange(data_shape[0]) % 10 == 0).astype("float32")
    rows, columns = np.indices(data_shape)[:2]
    height, width = data_shape[:2]
    radius = np.hypot((rows + 0.5) / height - 0.5, (columns + 0.5) / width - 0.5)
    return ((radius > 0.15) & (radius < 0.3)).astype("float32")
