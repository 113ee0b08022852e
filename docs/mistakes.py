"""What well-known mistakes in VAE code cost, on handwritten digits of 8x8 black and white pixels.

Every model has the same networks, data, steps and seed, and is judged by the same number: log p(x)
of the test images by importance sampling, with the decoder and the encoder that the mistake has
left behind. Three seeds, of which the medians are shown. Takes some minutes; its output stands in
`docs/mistakes.md`.

    KERAS_BACKEND=jax python docs/mistakes.py
"""

import keras
import numpy as np
from keras import ops
from sklearn.neighbors import KNeighborsClassifier

import keras_vae
from keras_vae import evaluation, likelihoods, networks, objectives, posteriors
from keras_vae.backend import mean_over_batch

LATENT_DIM, HIDDEN, EPOCHS, SEEDS = 8, (128,), 100, (0, 1, 2)


@keras_vae.register
class Mistaken(objectives.Objective):
    """ELBO with its terms put together wrongly.

    Args:
        kl_weight: float, of the KL. Defaults to `1.0`.
        reconstruction_weight: float, of the reconstruction. Defaults to `1.0`.
        half_log_var: bool, whether the draws have twice the log-variance that the KL reckons with.
            Defaults to `False`.
        pixel_scale: float, factor on the data where they meet the decoder. Defaults to `1.0`.
    """

    term_names = ("reconstruction", "kl")

    def __init__(
        self,
        kl_weight=1.0,
        reconstruction_weight=1.0,
        half_log_var=False,
        pixel_scale=1.0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.kl_weight = kl_weight
        self.reconstruction_weight = reconstruction_weight
        self.half_log_var = half_log_var
        self.pixel_scale = pixel_scale

    def call(self, trace):
        log_p = trace.likelihood.log_prob(self.pixel_scale * trace.x)
        reconstruction = mean_over_batch(-log_p)
        kl = mean_over_batch(self.kl(trace.posterior))
        loss = self.reconstruction_weight * reconstruction + self.kl_weight * kl
        return loss, {"reconstruction": reconstruction, "kl": kl}

    def kl(self, q):
        """KL from the standard normal, in nats, (batch,)."""
        # A draw with deviation exp(v), where the KL takes exp(v) for the variance: seen from the
        # draw, whose log-variance is 2 v, the KL reckons with half of it.
        log_var = 0.5 * q.log_var if self.half_log_var else q.log_var
        return 0.5 * ops.sum(ops.square(q.mean) + ops.exp(log_var) - 1.0 - log_var, axis=-1)


def binary_digits():
    """Digits as bits, training and test part: a log p(x) of bits is a log-probability."""
    train, _, test = keras_vae.datasets.digits()
    return ((part.x > 0.5).astype("float32") for part in (train, test))


def fitted(x, seed, from_logits=True, **mistake):
    """A model of `x` with this mistake in its loss."""
    keras.utils.set_random_seed(seed)
    likelihood = likelihoods.Bernoulli(from_logits)
    encoded = posteriors.Normal().parameter_shapes((LATENT_DIM,))
    encoder = networks.mlp(x.shape[1:], encoded, HIDDEN)
    decoder = networks.mlp((LATENT_DIM,), likelihood.parameter_shapes(x.shape[1:]), HIDDEN)
    objective = Mistaken(**mistake)
    vae = keras_vae.VAE(encoder, decoder, likelihood=likelihood, objective=objective, seed=seed)
    vae.compile(keras.optimizers.Adam(2e-3))
    vae.fit(x, epochs=EPOCHS, batch_size=64, verbose=0)
    return vae


def measured(vae, x):
    """-log p(x), the true KL in nats, and the latents whose means move over the data."""
    log_p = vae.log_likelihood(x, num_samples=500, seed=0, verbose=0).mean()
    q = vae.posterior(x, verbose=0)
    mean, log_var = ops.convert_to_numpy(q.mean), ops.convert_to_numpy(q.log_var)
    kl = 0.5 * np.sum(mean**2 + np.exp(log_var) - 1 - log_var, axis=1).mean()
    return -log_p, kl, np.sum(mean.var(axis=0) > 0.01)


def short(nats):
    """Two decimals, or the power of ten of what has run away."""
    return f"{nats:.2f}" if nats < 1e4 else f"{nats:.0e}"


def losses(x, x_test):
    """Print what each mistake in the loss costs."""
    pixels = x[0].size
    rows = {
        "none": {},
        "deviation exp(log_var) in the draw": {"half_log_var": True},
        "mean over pixels, sum over latents": {"reconstruction_weight": 1 / pixels},
        "means over both": {"reconstruction_weight": 1 / pixels, "kl_weight": 1 / LATENT_DIM},
        "KL counted twice": {"kl_weight": 2.0},
        "KL weight 0.00025": {"kl_weight": 0.00025},
        "linear decoder under cross-entropy": {"from_logits": False},
        "pixels of 0 and 255": {"pixel_scale": 255.0},
    }
    print("| mistake | -log p(x) | KL | active latents |\n|---|---|---|---|")
    for name, mistake in rows.items():
        runs = [measured(fitted(x, seed, **mistake), x_test) for seed in SEEDS]
        log_p, kl, active = np.median(runs, axis=0)
        print(f"| {name} | {short(log_p)} | {short(kl)} | {active:.0f} |", flush=True)


def bounds(x, x_test):
    """Print how far importance sampling is from annealing, which needs no encoder."""
    rows = {
        "none": {},
        "deviation exp(log_var) in the draw": {"half_log_var": True},
        "KL weight 0.00025": {"kl_weight": 0.00025},
    }
    print("\n| mistake | importance sampling | annealed |\n|---|---|---|")
    for name, mistake in rows.items():
        vae = fitted(x, seed=0, **mistake)
        sampled = evaluation.log_likelihood(vae, x_test[:60], 500, seed=0, verbose=0).mean
        annealed = evaluation.annealed_log_likelihood(
            vae, x_test[:60], num_chains=16, num_steps=300, seed=0, verbose=0
        ).mean
        print(f"| {name} | {-sampled:.2f} | {-annealed:.2f} |", flush=True)


def embeddings(x, x_test, y, y_test):
    """Print what a classifier makes of means and of draws."""
    vae = fitted(x, seed=0)
    print("\n| embedding | 5 nearest neighbours |\n|---|---|")
    for name, num_samples in [("means", None), ("draws", 1)]:
        z, z_test = (
            vae.encode(part, num_samples, seed=seed, verbose=0).reshape(-1, LATENT_DIM)
            for part, seed in ((x, 0), (x_test, 1))
        )
        accuracy = KNeighborsClassifier(5).fit(z, y).score(z_test, y_test)
        print(f"| {name} | {accuracy:.1%} |")


def last_batches(x, x_test):
    """Print the mean of batch means beside the mean."""
    vae = fitted(x, seed=0)
    costs = -vae.log_likelihood(x_test, num_samples=100, seed=0, verbose=0)
    costs = costs[np.argsort(costs)]  # as in files that are sorted by something
    print("\n| batch | mean of batch means | error |\n|---|---|---|")
    print(f"| all {len(costs)} | {costs.mean():.2f} | |")
    for size in (64, 128, 296):
        means = [costs[i : i + size].mean() for i in range(0, len(costs), size)]
        print(f"| {size} | {np.mean(means):.2f} | {np.mean(means) - costs.mean():+.2f} |")


def main():
    """Print all tables."""
    x, x_test = binary_digits()
    train, _, test = keras_vae.datasets.digits()
    losses(x, x_test)
    bounds(x, x_test)
    embeddings(x, x_test, train.y, test.y)
    last_batches(x, x_test)


if __name__ == "__main__":
    main()
