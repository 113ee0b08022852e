"""beta-VAE against beta-TCVAE on sprites of known factors, three seeds each.

    python examples/sprites_disentanglement.py

Sprites have five factors: shape, scale, rotation, x and y. Both models are asked for latents that
are independent, and neither sees the factors. The beta-VAE weighs the whole KL, and so pays with
what its latents know of the sprite; the beta-TCVAE weighs the total correlation alone (Chen et
al., 2018, arxiv.org/abs/1802.04942). The mutual information gap (MIG) says how far one latent is
ahead of the next in what it knows of a factor, from 0 to 1, the mean over factors.

The training is that of the presets' recipes, and seed 0 is the preset itself. Seeds differ more
than methods do (Locatello et al., 2019, arxiv.org/abs/1811.12359), hence the median of three. The
sprites are the package's own: no number measured on dSprites compares with these.
"""

import dataclasses

import matplotlib.pyplot as plt
import numpy as np
from recipe import Recipe

from keras_vae import VAE, pretrained
from keras_vae.presets import recipes, training

SEEDS = (0, 1, 2)
MODELS = {"beta-VAE": "beta_vae_sprites", "beta-TCVAE": "beta_tcvae_sprites"}
SPREAD = np.linspace(-2, 2, 11)
SCORES = ("mig", "factor_vae_score", "modularity", "negative_elbo", "kl")


def picture(model, x):
    """Figure of traversals: each row moves one latent, the most active first, others at x's."""
    codes = model.encode(x)
    order = np.argsort(-codes.var(axis=0))[:6]
    figure, ax = plt.subplots(figsize=(8, 4.6), layout="constrained")
    rows = []
    for latent in order:
        z = np.repeat(codes[:1], len(SPREAD), axis=0)
        z[:, latent] = SPREAD
        rows.append(np.concatenate(list(model.decode(z)), axis=1))
    ax.imshow(np.concatenate(rows), cmap="gray", vmin=0, vmax=1)
    ax.set(xticks=32 + 64 * np.arange(len(SPREAD)), xticklabels=[f"{s:.1f}" for s in SPREAD])
    ax.set(yticks=32 + 64 * np.arange(len(order)), yticklabels=[f"z{i}" for i in order])
    return figure


recipe = Recipe(__file__, epochs=recipes.get("beta_vae_sprites").epochs)
data = recipe.cut(recipes.get("beta_vae_sprites").data())
scores = {name: [] for name in MODELS}
for model, name in MODELS.items():
    for seed in SEEDS:
        run = dataclasses.replace(
            recipes.get(name), seed=recipe.seed + seed, epochs=recipe.epochs, data=lambda: data
        )
        folder = f"output/sprites_disentanglement/{recipe.images}-seed-{run.seed}"
        training.train(run, folder)
        spent = pretrained.read_metadata(f"{folder}/{name}")["training"]
        recipe.seconds += spent["seconds"]
        recipe.epochs_run += spent["epochs"]
        vae = VAE.from_preset(f"{folder}/{name}")
        scores[model].append(run.measure(vae, data.test, run))
        print(model, run.seed, scores[model][-1], flush=True)
        if seed == 0:
            recipe.save(picture(vae, data.test.x), model)

numbers = {}
for model, runs in scores.items():
    for score in SCORES:
        values = [run[score] for run in runs]
        numbers[f"{model}, {score}, median"] = np.median(values)
        numbers |= {f"{model}, {score}, seed {s}": v for s, v in zip(SEEDS, values, strict=True)}
recipe.record(
    numbers,
    "sprites: 40,000 / 10,000 of the package's 737,280",
    "posterior means of the test sprites against their factors; the ELBO's parts in nats an image",
)
