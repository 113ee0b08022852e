"""What an objective gives the encoder and the decoder, example by example, on known noise."""

import functools

import numpy as np
from checks import BACKEND, to_numpy
from keras import ops
from toys import LinearGaussian, tensor

from keras_vae.backend import gradient
from keras_vae.distributions import Normal
from keras_vae.objectives import Trace

TRUTH = LinearGaussian(data_dim=3)
DATA, LATENT = 3, 2


def parameters(x, log_var_shift=0.0, mean_shift=0.0):
    """Each example's posterior mean, log-variance and decoder bias, (n, LATENT + LATENT + DATA)."""
    mean = TRUTH.posterior_mean(x) + mean_shift
    log_var = np.log(TRUTH.variance) + log_var_shift + 0.0 * mean
    return np.concatenate([mean, log_var, np.tile(TRUTH.bias, (len(x), 1))], axis=1)


def split(packed):
    """Means, log-variances and decoder biases."""
    return packed[:, :LATENT], packed[:, LATENT : 2 * LATENT], packed[:, 2 * LATENT :]


def trace_of(packed, x, noise):
    """The trace of examples at latents made from the noise, (samples, n, latent) or (n, latent)."""
    mean, log_var, bias = split(packed)
    posterior = Normal(mean, log_var)
    z = mean + ops.exp(0.5 * log_var) * noise
    prior = Normal(ops.zeros(LATENT), ops.zeros(LATENT))
    again = functools.partial(decoded, bias=bias)
    return Trace(x, z, posterior, prior, again(z), training=True, decode_again=again)


def decoded(z, bias):
    mean = ops.matmul(z, tensor(TRUTH.weights.T)) + bias
    return Normal(mean, ops.full((DATA,), 2 * np.log(TRUTH.scale), dtype="float32"))


def loss_and_gradients(objective, x, packed, noise):
    """The loss, and each example's gradients: of mean, log-variance and decoder bias."""
    x, noise = tensor(x), tensor(noise)

    def total(packed):
        return objective(trace=trace_of(packed, x, noise))[0] * len(x)

    def both(packed):
        return total(packed) / len(x), gradient(total, packed)

    if BACKEND == "jax":
        import jax

        both = jax.jit(both)
    loss, each = both(tensor(packed))
    return float(to_numpy(loss)), split(to_numpy(each))


def log_weights(x, packed, noise):
    """The log-weights in float64 by NumPy, (samples, n)."""
    mean, log_var, bias = split(np.asarray(packed, "float64"))
    z = mean + np.exp(0.5 * log_var) * noise
    log_likelihood = -0.5 * np.sum(
        np.log(2 * np.pi * TRUTH.scale**2) + ((x - z @ TRUTH.weights.T - bias) / TRUTH.scale) ** 2,
        axis=-1,
    )
    log_prior = -0.5 * np.sum(np.log(2 * np.pi) + z**2, axis=-1)
    log_q = -0.5 * np.sum(np.log(2 * np.pi) + log_var + noise**2, axis=-1)
    return log_likelihood + log_prior - log_q


def finite_differences(function, packed, step=1e-5):
    """Gradients of each example's value, by central differences: mean, log-variance, bias."""
    columns = []
    for i in range(packed.shape[1]):
        shift = step * np.eye(packed.shape[1])[i]
        columns.append((function(packed + shift) - function(packed - shift)) / (2 * step))
    return split(np.stack(columns, axis=1))


def log_mean_exp(log_weight, axis=0):
    return np.logaddexp.reduce(log_weight, axis=axis) - np.log(log_weight.shape[axis])
