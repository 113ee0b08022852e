"""Models so small that a run takes no time, or that their truth is known in closed form."""

import numpy as np
import scipy.stats
from checks import BACKEND, quick_compile, to_numpy
from keras import ops

from keras_vae import VAE, likelihoods, models, networks


def tensor(values):
    return ops.convert_to_tensor(np.asarray(values, "float32"))


def compute(function):
    """What `function()` returns, tensors as arrays of float64: one, or a list of them."""
    # On jax each new operation compiles alone, which would take most of the tests' time.
    if BACKEND == "jax":
        import jax

        function = jax.jit(function)
    result = function()
    several = isinstance(result, (tuple, list))
    return [to_numpy(t) for t in result] if several else to_numpy(result)


def grey(n, shape=(6,), seed=0):
    """Random grey values in (0, 1), (n, *shape)."""
    return np.random.default_rng(seed).uniform(0.02, 0.98, (n, *shape)).astype("float32")


def small_vae(cls=models.BernoulliVAE, optimizer="adam", **kwargs):
    """A compiled model of 6 numbers, with 2 latents and 4 hidden units."""
    vae = cls(**{"data_shape": (6,), "latent_dim": 2, "hidden": (4,), "seed": 0, **kwargs})
    return quick_compile(vae, optimizer)


class LinearGaussian:
    """x = W z + b + noise, with z ~ N(0, 1): log p(x) and the posterior are known exactly.

    W has orthogonal columns, so that the exact posterior has a diagonal covariance.

    Args:
        data_dim: int. Defaults to `5`.
        column_norms: tuple of float, the lengths of W's columns. Defaults to `(1.0, 2.0)`.
        scale: float, deviation of the noise. Defaults to `0.5`.
    """

    def __init__(self, data_dim=5, column_norms=(1.0, 2.0), scale=0.5):
        rng = np.random.default_rng(0)
        norms = np.array(column_norms)
        orthonormal = np.linalg.qr(rng.normal(size=(data_dim, len(norms))))[0]
        self.weights, self.bias, self.scale = orthonormal * norms, rng.normal(size=data_dim), scale
        self.variance = 1.0 / (1.0 + norms**2 / scale**2)  # of the posterior, (latent,)

    def sample(self, n, seed=0):
        """Draws of x, (n, data)."""
        rng = np.random.default_rng(seed)
        z = rng.normal(size=(n, len(self.variance)))
        noise = self.scale * rng.normal(size=(n, len(self.bias)))
        return (z @ self.weights.T + self.bias + noise).astype("float32")

    def log_prob(self, x):
        """log p(x), (n,)."""
        covariance = self.weights @ self.weights.T + self.scale**2 * np.eye(len(self.bias))
        return np.atleast_1d(scipy.stats.multivariate_normal(self.bias, covariance).logpdf(x))

    def posterior_mean(self, x):
        """E[z|x], (n, latent)."""
        return (x - self.bias) @ self.weights / self.scale**2 * self.variance

    def vae(self, log_var_shift=0.0, mean_shift=0.0, **kwargs):
        """The model as a VAE, its posterior's parameters off by these shifts; exact by default."""
        data_dim, latent_dim = self.weights.shape
        encoder = networks.mlp(
            (data_dim,), {"mean": (latent_dim,), "log_var": (latent_dim,)}, hidden=()
        )
        decoder = networks.mlp((latent_dim,), {"mean": (data_dim,)}, hidden=())
        kernel = self.weights / self.scale**2 * self.variance
        log_var = np.log(self.variance) + log_var_shift
        encoder.set_weights(
            [kernel, mean_shift - self.bias @ kernel, np.zeros_like(kernel), log_var]
        )
        decoder.set_weights([self.weights.T, self.bias])
        vae = VAE(encoder, decoder, likelihood=likelihoods.Normal(scale=self.scale), **kwargs)
        return quick_compile(vae)

    def kl_to_posterior(self, log_var_shift=0.0, mean_shift=0.0):
        """KL of the shifted posterior to the exact one, a float."""
        shift = mean_shift**2 / self.variance
        return 0.5 * np.sum(np.exp(log_var_shift) - 1.0 - log_var_shift + shift)
