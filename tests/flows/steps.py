"""The steps under test, with random parameters."""

import numpy as np
from toys import tensor

from keras_vae import flows

ROWS = 12


def randomized(networks, scale=0.5, seed=0):
    """The networks, with random numbers for all of their weights."""
    rng = np.random.default_rng(seed)
    for network in networks:
        for weight in network.weights:
            weight.assign(scale * rng.normal(size=weight.shape).astype("float32"))
    return networks


def _random(rng, *shape):
    return tensor(rng.normal(size=(ROWS, *shape)))


def planar(size, rng):
    return flows.Planar(_random(rng, size), _random(rng, size), _random(rng))


def radial(size, rng):
    return flows.Radial(_random(rng, size), _random(rng), _random(rng))


def sylvester(q, rng):
    columns = q.shape[-1]
    shapes = [(columns, columns), (2, columns), (columns,)]
    return flows.Sylvester(q, *(_random(rng, *shape) for shape in shapes))


def orthogonal(size, rng):
    return sylvester(flows.orthonormal_columns(_random(rng, size, max(1, size - 1))), rng)


def householder(size, rng):
    return sylvester(flows.reflections(_random(rng, 3, size)), rng)


def triangular(size, rng):
    return sylvester(tensor(np.eye(size)[::-1]), rng)


def iaf(size, rng):
    networks = flows.autoregressive_networks(1, size, hidden=(9,), context_size=3, activation="elu")
    return flows.InverseAutoregressive(*randomized(networks), _random(rng, 3))


def maf(size, rng):
    networks = flows.autoregressive_networks(1, size, hidden=(9, 7), activation="tanh")
    return flows.MaskedAutoregressive(*randomized(networks))


def coupling(size, rng):
    networks = flows.coupling_networks(1, size, hidden=(9,), context_size=3, activation="tanh")
    return flows.AffineCoupling(*randomized(networks), _random(rng, 3))


def reversal(size, rng):
    return flows.Reversal()


def chain(size, rng):
    return flows.with_reversals([coupling(size, rng), maf(size, rng), iaf(size, rng)])


def bent(size, rng):
    return flows.Chain((planar(size, rng), radial(size, rng), orthogonal(size, rng)))


INVERTIBLE = {
    "iaf": iaf,
    "maf": maf,
    "coupling": coupling,
    "reversal": reversal,
    "chain": chain,
}
CONSTRAINED = {
    "planar": planar,
    "radial": radial,
    "orthogonal": orthogonal,
    "householder": householder,
    "triangular": triangular,
    "bent": bent,
}
STEPS = {**INVERTIBLE, **CONSTRAINED}


def make(name, size, seed=0):
    """A step with random parameters for `ROWS` latents of a size."""
    return STEPS[name](size, np.random.default_rng(seed))


def latents(size, seed=1):
    """Latents (ROWS, size)."""
    return np.random.default_rng(seed).normal(size=(ROWS, size)).astype("float32")
