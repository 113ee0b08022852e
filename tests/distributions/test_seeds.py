"""One int seed for draws that consist of draws: none of them is another's noise."""

import itertools

import keras
import numpy as np
import pytest
from backends import compiled, evaluate, to_numpy, to_tensor
from keras import ops

from keras_vae import distributions as D
from keras_vae import priors
from keras_vae.distributions.seeds import SeedStream, seed_stream
from keras_vae.flows import Reversal

COUNT = 2000
#: of a correlation of independent numbers, times six standard errors
BOUND = 6 / np.sqrt(COUNT)


def zeros(*shape):
    return ops.zeros(shape)


def mixture():
    means = to_tensor([[-3.0, 3.0], [3.0, -3.0]])
    return D.Mixture(zeros(2), D.Normal(means, 0 * means))


LEAVES = {
    "normal": lambda: D.Normal(zeros(2), zeros(2)),
    "laplace": lambda: D.Laplace(zeros(2), zeros(2)),
    "student_t": lambda: D.StudentT(zeros(2), zeros(2), 8.0),
    "bernoulli": lambda: D.Bernoulli(zeros(2)),
    "one_hot": lambda: D.OneHotCategorical(zeros(1, 2)),
    "relaxed": lambda: D.RelaxedBernoulli(zeros(2), 1.0),
    "vmf": lambda: D.VonMisesFisher(D.unit(to_tensor([1.0, 1.0])), zeros(1) + 2),
    "power": lambda: D.PowerSpherical(D.unit(to_tensor([1.0, 1.0])), zeros(1) + 2),
    "uniform": lambda: D.HypersphericalUniform(2),
    "wrapped": lambda: D.WrappedNormal(zeros(2), zeros(2)),
    "mixture": mixture,
    "transformed": lambda: D.Transformed(mixture(), Reversal()),
}


def flat(draws):
    return draws.reshape(len(draws), -1)


def correlations(first, second):
    """The greatest correlation between numbers, squares and ranks of two sets of columns."""
    worst = 0.0
    for a, b in itertools.product(first.T, second.T):
        for f, g in itertools.product((lambda x: x, np.abs), repeat=2):
            a_, b_ = f(a), g(b)
            if a_.std() > 1e-6 and b_.std() > 1e-6:
                worst = max(worst, abs(np.corrcoef(a_, b_)[0, 1]))
    return worst


@pytest.mark.parametrize("first", LEAVES)
def test_parts_of_a_product_are_independent(first):
    for second in LEAVES:
        p = D.Product((LEAVES[first](), LEAVES[second]()))
        draws = evaluate(lambda p=p: p.sample(COUNT, seed=0))
        assert correlations(draws[:, :2], draws[:, 2:]) < BOUND, second


@pytest.mark.parametrize("first", LEAVES)
def test_levels_are_independent(first):
    for second, make in LEAVES.items():
        top = D.Product((LEAVES[first](),))

        def given(z, make=make):
            # The bottom level's own batch axis, so that each draw of the top one has its own.
            own = make()
            return own._replace(**spread(own, ops.shape(z)[:-1]))

        if second in ("uniform", "transformed", "one_hot"):
            continue  # without parameters to spread, or with other events
        for top_down in (True, False):
            p = D.TwoLevel(top, given, 2, top_down)
            draws = evaluate(lambda p=p: p.sample(COUNT, seed=0))
            assert correlations(draws[:, :2], draws[:, 2:]) < BOUND, (second, top_down)


def spread(q, leading):
    """The tensors of a distribution with batch axes in front."""
    fields = q._asdict().items()
    tensors = {k: v for k, v in fields if ops.is_tensor(v)}
    widened = {k: ops.broadcast_to(v, (*leading, *v.shape)) for k, v in tensors.items()}
    if "components" in q._fields:
        widened["components"] = q.components._replace(**spread(q.components, leading))
    return widened


def test_nested_products_and_mixtures_are_independent():
    inner = D.Product((mixture(), LEAVES["vmf"]()))
    p = D.Product((LEAVES["normal"](), inner, mixture(), D.Product((mixture(), inner))))
    draws = evaluate(lambda: p.sample(COUNT, seed=0))
    pieces = [draws[:, i : i + 2] for i in range(0, draws.shape[1], 2)]
    for a, b in itertools.combinations(pieces, 2):
        assert correlations(a, b) < BOUND


def test_a_component_does_not_depend_on_the_noise_of_its_choice():
    draws = evaluate(lambda: mixture().sample(COUNT, seed=0))
    chosen = np.sign(draws[:, :1])
    noise = draws - chosen * np.array([3.0, -3.0])
    noise = noise[np.all(np.abs(noise) < 2.9, axis=1)]
    kept = chosen[np.all(np.abs(draws - chosen * np.array([3.0, -3.0])) < 2.9, axis=1)]
    assert correlations(kept, noise) < BOUND


@pytest.mark.parametrize("top", ["mixture", "normal"])
def test_levels_of_a_prior_are_independent(top):
    inputs = keras.Input((2,))
    network = keras.Model(inputs, [keras.layers.Dense(2, "linear")(inputs) for _ in range(2)])
    for layer in network.layers:
        layer.set_weights([0 * w for w in layer.get_weights()])
    prior = priors.TwoLevel(
        network, priors.NormalMixture(2, spread=3.0, seed=0) if top == "mixture" else None
    )
    prior.build_once((4,))
    for draws in (prior.sample(COUNT, seed=0), prior.distribution().sample(COUNT, seed=0)):
        draws = to_numpy(draws)
        assert correlations(draws[:, :2], draws[:, 2:]) < BOUND


def test_joint_prior_is_independent():
    prior = priors.Joint((3,))
    prior.build_once((5,))
    draws = to_numpy(prior.sample(COUNT, seed=0))
    assert correlations(draws[:, :2], draws[:, 2:]) < BOUND


@pytest.mark.parametrize("seed", [0, 7, 2**31 - 1])
def test_stream_is_that_of_keras_generator(seed):
    ours, keras_own = seed_stream(seed), keras.random.SeedGenerator(seed)
    assert isinstance(ours, SeedStream)
    for _ in range(3):
        np.testing.assert_array_equal(
            to_numpy(keras.random.normal((4,), seed=ours)),
            to_numpy(keras.random.normal((4,), seed=keras_own)),
        )
    assert seed_stream(None) is None and seed_stream(keras_own) is keras_own
    assert isinstance(seed_stream(np.int64(3)), SeedStream)


def test_compiled_draws_repeat():
    p = D.Product((mixture(), LEAVES["vmf"]()))
    run = compiled(lambda t: p.sample(5, seed=0) + 0 * ops.sum(t))
    first, again = (to_numpy(run(zeros(1))) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert np.any(first[:, :1] != first[:1, :1])
