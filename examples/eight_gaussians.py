"""Eight Gaussians: what a VAE with a large beta forgets, and many importance weighted draws keep.

    KERAS_BACKEND=jax python examples/eight_gaussians.py

The beta-VAE with beta 4 and 1 (Higgins et al., 2017) and the IWAE with 10 draws (Burda et al.,
2015, arxiv.org/abs/1509.00519), all with two latents, the same networks and a normal likelihood
whose scale is learned. Points are generated with the likelihood's noise, for the model's density is
p(z) p(x|z) and not the decoder's mean, as popular code shows it.

The number is the energy distance, 2 E|X - Y| - E|X - X'| - E|Y - Y'|, between 5,000 generated
points and 5,000 true ones; that of two true samples says how much is chance. -log p(x) is by
importance sampling with S = 1,000, beside that of the true density.
"""

import keras
import matplotlib.pyplot as plt
import numpy as np
from recipe import Recipe
from scipy.spatial.distance import cdist
from scipy.stats import gaussian_kde

import keras_vae
from keras_vae.datasets import Dataset, Split, eight_gaussians, eight_gaussians_log_prob

recipe = Recipe(__file__, epochs=60)
data = recipe.cut(
    Dataset(Split(eight_gaussians(20_000, seed=0)), None, Split(eight_gaussians(5000, seed=1)))
)
count = len(data.test.x)
common = {
    "data_shape": (2,),
    "latent_dim": 2,
    "hidden": (128, 128),
    "likelihood": "shared_normal",
    "seed": recipe.seed,
}
models = {
    "beta_4": keras_vae.models.BetaVAE(beta=4.0, **common),
    "beta_1": keras_vae.models.BetaVAE(beta=1.0, **common),
    "iwae_10": keras_vae.models.IWAE(num_samples=10, **common),
}


def energy_distance(a, b):
    """Energy distance of two samples (points, 2), without the zeros of a point to itself."""

    def within(x):
        return cdist(x, x).sum() / (len(x) * (len(x) - 1))

    return 2 * cdist(a, b).mean() - within(a) - within(b)


true = eight_gaussians(count, seed=2)
numbers = {
    "true_density_nll": -eight_gaussians_log_prob(data.test.x).mean(),
    "energy_distance_of_two_true_samples": energy_distance(true, data.test.x),
}
samples = {"true density": true}
for name, vae in models.items():
    steps = recipe.epochs * len(data.train.x) // 100 + 1
    vae.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.002, steps)))
    recipe.fit(vae, data, resume=True, run=name, verbose=0)
    x = vae.generate(count, seed=recipe.seed, sample=True, verbose=0)
    samples[name.replace("_", " ")] = x
    numbers[f"{name}_energy_distance"] = energy_distance(x, data.test.x)
    log_p = vae.log_likelihood(data.test.x, num_samples=1000, seed=recipe.seed, verbose=0)
    numbers[f"{name}_nll_1000_draws"] = -log_p.mean()

side = np.linspace(-4.5, 4.5, 120)
grid = np.stack(np.meshgrid(side, side), axis=-1)  # (row, column, 2)
figure, axes = plt.subplots(1, 4, figsize=(12, 3.4), sharex=True, sharey=True, layout="constrained")
for axis, (name, x) in zip(axes, samples.items(), strict=True):
    if name == "true density":
        density = np.exp(eight_gaussians_log_prob(grid))
    else:
        density = gaussian_kde(x.T, bw_method=0.1)(grid.reshape(-1, 2).T).reshape(grid.shape[:2])
    axis.pcolormesh(side, side, density, cmap="magma", vmin=0, vmax=0.16, rasterized=True)
    axis.set(title=name, aspect="equal")
recipe.save(figure, "densities")
recipe.record(numbers, "eight Gaussians, 20,000 points / 5,000 test", "log-density in nats a point")
