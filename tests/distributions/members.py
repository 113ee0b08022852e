"""One object of every public distribution, with parameters (3, *event) but where it has none."""

import numpy as np
from backends import to_tensor
from families import FROM_TENSOR
from keras import ops

from keras_vae import distributions as D
from keras_vae import flows
from keras_vae.distributions.distribution import Space, Traits, is_distribution
from keras_vae.distributions.hierarchy import Memory

SIZE = 4


def randoms(*shape, seed=0):
    return to_tensor(np.random.default_rng(seed).normal(size=shape))


def _unit(*shape):
    return D.unit(randoms(*shape))


def _from_tensor(name):
    return lambda: FROM_TENSOR[name](randoms(3, SIZE))


def normal(size=SIZE):
    return D.Normal(randoms(3, size), randoms(3, size, seed=1) / 2)


def one_hot(variables=1, categories=SIZE):
    return D.OneHotCategorical(randoms(3, variables, categories))


def von_mises_fisher():
    return D.VonMisesFisher(_unit(3, SIZE), ops.exp(randoms(3, 1)))


def _normal_given(z):
    return D.Normal(2 * z[..., :2], 0 * z[..., :2] - 1)


def _direction_given(z):
    return D.VonMisesFisher(D.unit(z), ops.exp(z[..., :1]))


class _Levels:
    """A vector on top, and a map below it whose mean is the vector."""

    level_shapes = {"top": (2,), "bottom": (1, 2)}

    def begin(self, rows, condition, training):
        return ops.zeros((rows, 2))

    def at(self, level, state, contexts, training):
        mean = state if level == 0 else state[:, None]
        p = (mean, 0 * mean - 1)
        return state, p, None if contexts is None else (mean + contexts[level], 0 * mean - 2)

    def move(self, level, state, z, training):
        return z


def hierarchy(**kwargs):
    contexts = (randoms(3, 2), randoms(3, 1, 2, seed=1))
    return D.Hierarchy(_Levels(), contexts, num_inferred=2, **kwargs)


def _relaxed(cls, *shape, straight_through=False):
    return cls(randoms(*shape), 0.7, straight_through)


MEMBERS = {
    **{name: _from_tensor(name) for name in FROM_TENSOR},
    "von_mises_fisher": von_mises_fisher,
    "power_spherical": lambda: D.PowerSpherical(_unit(3, SIZE), ops.exp(randoms(3, 1))),
    "hyperspherical_uniform": lambda: D.HypersphericalUniform(SIZE),
    "wrapped_normal": lambda: D.WrappedNormal(randoms(3, SIZE) / 5, randoms(3, SIZE), 0.7),
    "one_hot_categorical": one_hot,
    "relaxed_one_hot": lambda: _relaxed(D.RelaxedOneHot, 3, 2, SIZE),
    "straight_one_hot": lambda: _relaxed(D.RelaxedOneHot, 3, 2, SIZE, straight_through=True),
    "relaxed_bernoulli": lambda: _relaxed(D.RelaxedBernoulli, 3, SIZE),
    "straight_bernoulli": lambda: _relaxed(D.RelaxedBernoulli, 3, SIZE, straight_through=True),
    "multinomial": lambda: D.Multinomial(randoms(3, SIZE), total=6),
    "mixture_of_levels": lambda: D.MixtureOfDiscretizedLogistics(
        randoms(3, 2, 2, 5),
        0.5 + randoms(3, 2, 2, 5, 3) / 5,
        randoms(3, 2, 2, 5, 3, seed=1) / 4 - 2,
        randoms(3, 2, 2, 5, 3, seed=2) / 9,
        num_levels=16,
    ),
    "columns": lambda: D.Columns((normal(2), normal(1)), ((2, 0), (1,)), ("two", "one")),
    "point": lambda: D.Point(randoms(3, SIZE)),
    "quantized": lambda: D.Quantized(
        randoms(3, SIZE), ops.zeros((3, 1)), ops.zeros(3), ops.zeros(3), num_codes=7
    ),
    "transformed": lambda: D.Transformed(normal(), flows.Reversal()),
    "planar": lambda: D.Transformed(
        normal(), flows.Planar(randoms(3, SIZE), randoms(3, SIZE, seed=1), randoms(3))
    ),
    "two_normals": lambda: D.TwoLevel(normal(2), _normal_given, 2),
    "bottom_up": lambda: D.TwoLevel(normal(2), _normal_given, 2, top_down=False),
    "sphere_below": lambda: D.TwoLevel(
        normal(), _direction_given, SIZE, second_traits=Traits(Space.SPHERE)
    ),
    "levels": lambda: hierarchy(memory=Memory()),
    "levels_without_memory": hierarchy,
    "joint": lambda: D.Product((normal(), one_hot())),
    "normals": lambda: D.Product((normal(), normal(2))),
    "joint_of_all": lambda: D.Product(
        (normal(), von_mises_fisher(), _relaxed(D.RelaxedOneHot, 3, 1, SIZE))
    ),
    "mixture_of_directions": lambda: D.Mixture(
        randoms(5), D.VonMisesFisher(_unit(3, 5, SIZE), ops.exp(randoms(3, 5, 1)))
    ),
    "mixture_of_power_spherical": lambda: D.Mixture(
        randoms(5), D.PowerSpherical(_unit(5, SIZE), ops.exp(randoms(5, 1)))
    ),
    "mixture_on_the_ball": lambda: D.Mixture(
        randoms(5), D.WrappedNormal(randoms(3, 5, SIZE) / 5, randoms(3, 5, SIZE))
    ),
    "normal_kernels": lambda: D.NormalKernels(randoms(5, SIZE), randoms() / 2, randoms(5)),
    "mixture_of_products": lambda: D.Mixture(
        randoms(5),
        D.Product(
            (
                D.Normal(randoms(3, 5, 2), randoms(3, 5, 2, seed=1)),
                D.OneHotCategorical(randoms(3, 5, 1, SIZE)),
                D.VonMisesFisher(_unit(3, 5, SIZE), ops.exp(randoms(3, 5, 1))),
            )
        ),
    ),
}
#: they know no draws, for the codebook does
WITHOUT_DRAWS = ("UniformCodes", "LearnedCodes", "UnscoredCodes")


def public_families():
    """The classes of the public distributions."""
    members = (getattr(D, name) for name in D.__all__)
    return [
        m for m in members if isinstance(m, type) and issubclass(m, tuple) and is_distribution(m)
    ]
