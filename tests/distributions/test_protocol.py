"""Every distribution says what it is, and it is so."""

import math

import numpy as np
import pytest
from backends import evaluate, to_numpy, to_tensor
from keras import ops
from members import MEMBERS, WITHOUT_DRAWS, normal, one_hot, public_families

from keras_vae import distributions as D
from keras_vae.distributions import Density, ProductSpace, Space
from keras_vae.distributions.distribution import event_shape, traits_of
from keras_vae.distributions.elementwise import elementwise_log_prob

COUNT = 20_000
every = pytest.mark.parametrize("name", MEMBERS)


def test_every_public_distribution_is_a_member():
    made = {type(make()).__name__ for make in MEMBERS.values()}
    assert {cls.__name__ for cls in public_families()} == made | set(WITHOUT_DRAWS)
    # Whatever else is public, and scores, is one of them.
    others = [getattr(D, name) for name in D.__all__ if hasattr(getattr(D, name), "log_prob")]
    assert set(others) == {*public_families(), D.Distribution}


#: the intervals that are not [0, 1]
INTERVALS = {"von_mises": (-math.pi, math.pi)}


def ends_of(name, q):
    """The ends of an interval, where the distribution's space is one."""
    if isinstance(q, D.TruncatedNormal):
        return q.low, q.high
    return INTERVALS.get(name, (0, 1))


def is_in(space, x, ends=(0, 1)):
    """Whether each of the draws (draws, *event) lies in a space."""
    if isinstance(space, ProductSpace):
        ends = np.cumsum(space.sizes)
        assert ends[-1] == x.shape[-1]
        parts = np.split(x, ends[:-1], axis=-1)
        return all(map(is_in, space.parts, parts))
    if space is Space.REAL:
        return np.all(np.isfinite(x))
    if space is Space.POSITIVE:
        return np.all(x > 0)
    if space is Space.INTERVAL:
        return np.all((x >= ends[0]) & (x <= ends[1]))
    if space is Space.DISCRETE:
        return len(np.unique(x)) < 100
    if space is Space.ONE_HOT:
        return set(np.unique(x)) == {0.0, 1.0} and np.all(x.sum(axis=-1) == 1)
    if space is Space.SIMPLEX:
        return np.all(x >= 0) and np.allclose(x.sum(axis=-1), 1, atol=1e-5)
    norm = np.linalg.norm(x, axis=-1)
    if space is Space.SPHERE:
        return np.allclose(norm, 1, atol=1e-5)
    if space is Space.BALL:
        return np.all(norm < 1 / math.sqrt(0.7))
    return space is Space.CODES and np.all(x == x[:1])


@every
def test_draws_lie_in_its_space(name):
    q = MEMBERS[name]()
    draws = evaluate(lambda: q.sample(200, seed=0))
    assert is_in(q.traits.space, draws, ends_of(name, q))
    # Numbers are not said to be less than they are.
    if q.traits.space is Space.REAL and name != "point":
        assert draws.min() < 0 and len(np.unique(draws)) > 100


@every
def test_density_is_known_where_it_says(name):
    q = MEMBERS[name]()
    z = q.sample(5, seed=0)
    if q.traits.density is Density.ANYWHERE:
        log_prob = evaluate(lambda: q.log_prob(z))
        assert log_prob.shape == to_numpy(z).shape[: log_prob.ndim] and np.all(
            np.isfinite(log_prob)
        )
    elif q.traits.density is Density.NONE or q.traits.scores_draws:
        with pytest.raises(ValueError):
            q.log_prob(z)
    assert not q.traits.scores_draws or callable(q.sample_and_log_prob)


@every
def test_scored_draws_are_those_of_sample(name):
    q = MEMBERS[name]()
    z, log_q = D.draw(q, 50, seed=3)
    np.testing.assert_array_equal(to_numpy(z), to_numpy(q.sample(50, seed=3)))
    assert (log_q is None) == (not q.traits.scores_draws)
    if log_q is not None and q.traits.density is Density.ANYWHERE:
        np.testing.assert_allclose(to_numpy(log_q), to_numpy(q.log_prob(z)), rtol=1e-3, atol=1e-3)


@every
def test_elements_add_up_where_it_says_so(name):
    q = MEMBERS[name]()
    if not q.traits.elementwise:
        with pytest.raises(ValueError, match="independent elements"):
            elementwise_log_prob(q, 0)
        return
    z = q.sample(6, seed=0)
    each, whole = evaluate(lambda: (elementwise_log_prob(q, z), q.log_prob(z)))
    assert each.ndim == whole.ndim + 1
    np.testing.assert_allclose(each.sum(axis=-1), whole, rtol=1e-4, atol=1e-4)
    if q.traits.parts or q.traits.element_ndim:
        return
    # Each element's depends on its own number alone.
    shifted = ops.concatenate([z[..., :-1], z[..., :1]], axis=-1)
    again = evaluate(lambda: elementwise_log_prob(q, shifted))
    np.testing.assert_allclose(again[..., :-1], each[..., :-1], rtol=1e-6)


def moment_of(q):
    """What the mean of draws is: that in the space around the sphere."""
    return q.expectation if Space.SPHERE in q.traits.space.kinds else q.mean


@every
def test_variance_is_that_of_draws_where_there_is_one(name):
    q = MEMBERS[name]()
    if not q.traits.has_variance:
        with pytest.raises((AttributeError, ValueError)):
            q.variance  # noqa: B018
        return
    variance, draws = evaluate(lambda: (q.variance + 0 * q.mean, q.sample(COUNT, seed=1)))
    squared = (draws - draws.mean(axis=0)) ** 2
    error = squared.std(axis=0) / math.sqrt(COUNT)
    assert np.all(np.abs(squared.mean(axis=0) - variance) <= 5 * error + 1e-6)


@pytest.mark.parametrize(
    "name",
    ["von_mises_fisher", "power_spherical", "mixture_of_directions", "mixture_of_power_spherical"],
)
def test_expectation_is_that_of_draws(name):
    q = MEMBERS[name]()
    expectation, mean, draws = evaluate(lambda: (q.expectation, q.mean, q.sample(COUNT, seed=1)))
    error = draws.std(axis=0) / math.sqrt(COUNT)
    assert np.all(np.abs(draws.mean(axis=0) - expectation) <= 5 * error)
    size = np.linalg.norm(expectation, axis=-1, keepdims=True)
    np.testing.assert_allclose(expectation / size, mean, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["relaxed_one_hot", "relaxed_bernoulli"])
def test_relaxed_kin_is_what_it_becomes(name):
    q = MEMBERS[name]()._replace(temperature=1e-3)
    kin = q.traits.relaxes(q.logits)
    draws, mean = evaluate(lambda: (q.sample(COUNT, seed=1), kin.mean))
    assert np.mean(np.abs(draws - np.round(draws)) < 1e-2) > 0.99
    np.testing.assert_allclose(draws.mean(axis=0), mean, atol=5 / math.sqrt(COUNT))
    assert D.has_closed_form(q, kin)


def test_products_of_one_space_are_of_that_space():
    assert D.Product((normal(), normal(2))).traits.is_real
    joint = D.Product((normal(), one_hot())).traits
    assert not joint.is_real and joint.space == ProductSpace((Space.REAL, Space.ONE_HOT), (4, 4))
    assert joint.space.kinds == {Space.REAL, Space.ONE_HOT}


def test_what_says_nothing_is_refused():
    class Strange:
        event_ndim = 1

        def sample(self, num_samples=None, seed=None):
            return 0.0

    with pytest.raises(ValueError, match="must have .*traits.*Received: Strange without"):
        D.draw(Strange())
    with pytest.raises(ValueError, match="Received: Strange"):
        traits_of(Strange())


def test_event_shape():
    assert event_shape(one_hot(2)) == (2, 4)
    assert event_shape(D.Product((normal(), one_hot(2)))) == (12,)
    assert event_shape(D.Categorical(to_tensor(np.zeros((3, 5, 2))))) == (5,)
