"""Disentangled latents of the package's own sprites (Higgins et al., 2017; Chen et al., 2018)."""

import functools

from keras_vae import datasets, evaluation, models
from keras_vae.presets.measurements import active_units, elbo
from keras_vae.presets.recipe import Recipe
from keras_vae.presets.recipes.protocols import cosine_adam

EPOCHS = 30
NETWORKS = {"latent_dim": 10, "hidden": (256, 256), "activation": "relu"}


def _numbers(vae, part, recipe):
    """Scores of the posterior means against the true factors, beside the ELBO's parts in nats."""
    codes = vae.encode(part.x)
    parts = elbo(vae, part.x, recipe.seed)
    once = {"num_samples": len(codes), "seed": recipe.seed}
    return {
        "mig": evaluation.mig(codes, part.y, **once),
        "factor_vae_score": evaluation.factor_vae_score(codes, part.y, seed=recipe.seed),
        "modularity": evaluation.modularity(codes, part.y, **once),
        "negative_elbo": -float(parts["elbo"].mean()),
        "reconstruction": float(parts["reconstruction"].mean()),
        "kl": float(parts["kl"].mean()),
        "active_units": active_units(vae, part.x),
        "num_images": len(codes),
    }


def _recipe(name, title, reference, model, beta):
    return Recipe(
        name=name,
        title=f"{title}, beta {beta:g}, 4096-256-256-z10, sprites",
        reference=reference,
        data=functools.partial(datasets.sprites, num_train=40_000, num_test=10_000),
        protocol=(
            "40,000 / 10,000 of the 737,280 sprites that the package draws, without their factors "
            "in training; MIG of posterior means, 10,000 samples, 20 bins. These are not dSprites: "
            "no published number applies"
        ),
        licence="drawn by keras_vae, Apache-2.0",
        model=lambda seed: model((64, 64), beta=beta, **NETWORKS, seed=seed),
        optimizer=cosine_adam(1e-3, EPOCHS),
        epochs=EPOCHS,
        batch_size=256,
        measure=_numbers,
        differs="networks of 256, where the paper's dense ones have 1,200",
        # 2.2 million weights, which would take 9 MB.
        significant_bits=7,
    )


RECIPES = [
    _recipe(
        "beta_vae_sprites",
        "beta-VAE",
        "Higgins et al., 2017, openreview.net/forum?id=Sy2fzU9gl",
        models.BetaVAE,
        4.0,
    ),
    _recipe(
        "beta_tcvae_sprites",
        "beta-TCVAE",
        "Chen et al., 2018, arXiv:1802.04942",
        models.BetaTCVAE,
        6.0,
    ),
]
