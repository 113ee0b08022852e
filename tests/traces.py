"""Traces made by hand, and what an objective makes of them."""

import keras
import numpy as np
from checks import BACKEND, to_numpy
from keras import ops
from toys import tensor

from keras_vae.backend import gradient
from keras_vae.distributions import Normal
from keras_vae.objectives import Trace


class NoLikelihood:
    """log p(x|z) = 0, so that a loss is its other terms."""

    def log_prob(self, x):
        return ops.zeros_like(x[:, 0])


def standard_normal(size):
    return Normal(ops.zeros(size), ops.zeros(size))


def normal_trace(z, mean=None, log_var=None, **kwargs):
    """A trace of latents (batch, latent), with a normal posterior and a standard normal prior."""
    z = z if ops.is_tensor(z) else tensor(z)
    posterior = Normal(z if mean is None else tensor(mean), ops.zeros_like(z))
    if log_var is not None:
        posterior = posterior._replace(log_var=tensor(log_var))
    prior = standard_normal(z.shape[-1])
    return Trace(z, z, posterior, prior, NoLikelihood(), **{"training": True, **kwargs})


def loss_and_terms(objective, make_trace):
    """The loss and the terms of a trace, as floats by name."""

    def run():
        loss, terms = objective.call(make_trace())
        return {"loss": loss, **objective.check_terms(terms)}

    return {name: float(to_numpy(value)) for name, value in compiled(run)().items()}


def gradients(function, x):
    """The gradient of a scalar function of a tensor, as an array."""
    return to_numpy(compiled(lambda t: gradient(function, t))(tensor(np.asarray(x))))


def compiled(function):
    """The function compiled where single operations are slow; it leaves all variables alone."""
    if BACKEND != "jax":
        return function
    import jax

    def without_side_effects(*arguments):
        with keras.StatelessScope():
            return function(*arguments)

    return jax.jit(without_side_effects)
