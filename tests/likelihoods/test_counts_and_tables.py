"""Likelihoods of counts, positive and bounded numbers, angles, levels, colours and tables."""

import functools
from typing import Any, NamedTuple

import keras
import numpy as np
import pytest
import scipy.special
import scipy.stats
from checks import quick_compile, to_numpy
from toys import compute, tensor

from keras_vae import VAE, likelihoods, networks, posteriors

RNG = np.random.default_rng(0)
N, WIDTH = 48, 4
MIXED = {
    "counts": (likelihoods.NegativeBinomial, [4, 1]),
    "income": (likelihoods.LogNormal, [0]),
    "level": (functools.partial(likelihoods.Ordinal, 3), [5]),
    "share": ("beta", [2]),
    "flag": ("bernoulli", [3]),
}


def mixed():
    """A `Mixed` of six columns that do not stand in the order of their groups."""
    return likelihoods.Mixed(
        {n: (p if isinstance(p, str) else p(), columns) for n, (p, columns) in MIXED.items()}
    )


def mixed_data(n=N):
    hidden = RNG.integers(0, 2, n)
    income, share = np.exp(hidden + RNG.normal(size=n)), RNG.uniform(0.1, 0.9, n)
    level, counts = np.minimum(2, hidden + RNG.integers(0, 2, n)), RNG.poisson(5 * hidden + 1)
    return np.column_stack([income, counts, share, hidden, counts + hidden, level])


class Case(NamedTuple):
    """A likelihood, and data that it is for, (n, *shape)."""

    likelihood: Any
    data: Any
    shape: tuple = (WIDTH,)


def two_kinds(low, high):
    """Means of two kinds of examples, (N, WIDTH)."""
    return np.where(np.arange(N)[:, None] % 2, low, high) * np.ones(WIDTH)


counts = RNG.poisson(two_kinds(1.0, 12.0))
levels = np.clip(np.round(two_kinds(0.2, 0.8) * 3 + RNG.normal(size=(N, WIDTH)) / 2), 0, 3)
colours = (np.arange(N)[:, None, None, None] % 2 + RNG.integers(0, 3, (N, 2, 2, 3))) / 3.0

CASES = {
    "poisson": Case(likelihoods.Poisson, counts),
    "negative_binomial": Case(likelihoods.NegativeBinomial, counts),
    "shared dispersion": Case(lambda: likelihoods.NegativeBinomial("shared"), counts),
    "decoded dispersion": Case(lambda: likelihoods.NegativeBinomial("element"), counts),
    "zero_inflated_negative_binomial": Case(
        likelihoods.ZeroInflatedNegativeBinomial, counts * RNG.integers(0, 2, counts.shape)
    ),
    "multinomial": Case(lambda: likelihoods.Multinomial(total=20), counts),
    "gamma": Case(likelihoods.Gamma, RNG.gamma(2.0, two_kinds(0.5, 3.0))),
    "log_normal": Case(likelihoods.LogNormal, np.exp(RNG.normal(two_kinds(-1.0, 2.0)))),
    "beta": Case(likelihoods.Beta, RNG.beta(5.0, two_kinds(1.0, 9.0))),
    "truncated_normal": Case(
        lambda: likelihoods.TruncatedNormal(-1.0, 3.0),
        np.clip(RNG.normal(two_kinds(-0.8, 1.0)), -1, 3),
    ),
    "von_mises": Case(likelihoods.VonMises, RNG.vonmises(two_kinds(-3.0, 1.0), 8.0)),
    "ordinal": Case(lambda: likelihoods.Ordinal(4), levels),
    "mixture_of_discretized_logistics": Case(
        lambda: likelihoods.MixtureOfDiscretizedLogistics(3, num_levels=4), colours, (2, 2, 3)
    ),
    "mixture of each number": Case(
        lambda: likelihoods.MixtureOfDiscretizedLogistics(3, num_levels=4), levels / 3
    ),
    "mixed": Case(mixed, mixed_data(), (6,)),
}
each = pytest.mark.parametrize("name", CASES)


def built(likelihood, event_shape=(WIDTH,)):
    likelihood.build_once(event_shape)
    return likelihood


def joined(case, **kwargs):
    """A small model with the case's likelihood."""
    likelihood = case.likelihood()
    encoded = posteriors.Normal().parameter_shapes((2,))
    encoder = networks.mlp(case.shape, encoded, hidden=(8,))
    decoder = networks.mlp((2,), likelihood.parameter_shapes(case.shape), hidden=(8,))
    return VAE(encoder, decoder, likelihood=likelihood, seed=0, **kwargs)


# ---- in a model -------------------------------------------------------------------------------


@each
def test_training_lowers_the_loss_and_files_keep_the_model(name, tmp_path):
    case = CASES[name]
    x = case.data.astype("float32")
    vae = quick_compile(joined(case), keras.optimizers.Adam(0.02))
    loss = vae.fit(x, batch_size=16, epochs=8, verbose=0).history["loss"]
    assert np.all(np.isfinite(loss)) and min(loss[-2:]) < loss[0]
    draws = vae.generate(6, seed=0, sample=True)
    assert draws.shape == (6, *case.shape) and np.all(np.isfinite(draws))
    vae.encode(draws)  # which refuses what the likelihood does not know
    path = tmp_path / "model.keras"
    vae.save(path)
    loaded = keras.saving.load_model(path)
    np.testing.assert_allclose(loaded.reconstruct(x), vae.reconstruct(x), rtol=1e-6)
    for ours, theirs in zip(loaded.weights, vae.weights, strict=True):
        np.testing.assert_array_equal(to_numpy(ours), to_numpy(theirs))


@each
def test_gradients_are_finite_and_do_not_end(name):
    case = CASES[name]
    likelihood = built(case.likelihood(), case.shape)
    shapes = list(likelihood.parameter_shapes(case.shape).values())
    x = tensor(case.data[:3])
    for size in (-30.0, -5.0, 0.0, 5.0, 30.0):
        values = [np.full((3, *shape), size) + RNG.normal(size=(3, *shape)) for shape in shapes]
        for index in range(len(shapes)):

            def log_prob(t, index=index, values=values):
                parameters = [t if i == index else tensor(v) for i, v in enumerate(values)]
                return likelihood(parameters).log_prob(x)

            total, slopes = value_and_slope(log_prob, values[index])
            assert np.all(np.isfinite(total)) and np.all(np.isfinite(slopes))
            # The paper's tanh of the coefficients of colours has its ends, and a large one.
            assert np.any(slopes != 0) or index == 3 and abs(size) == 30


def value_and_slope(function, at):
    """`function(at)`, and the gradient of its sum."""
    from keras import ops

    from keras_vae import backend

    t = tensor(at)
    value = compute(lambda: function(t))
    return value, compute(lambda: backend.gradient(lambda t: ops.sum(function(t)), t))


# ---- against scipy ----------------------------------------------------------------------------


def bounded_normal(shape):
    return RNG.normal(size=shape).astype("float32").astype("float64")


def scored(likelihood, x, *parameters, **fields):
    fields = {name: tensor(value) for name, value in fields.items()}
    return compute(
        lambda: likelihood([tensor(p) for p in parameters], **fields).log_prob(tensor(x))
    )


@pytest.mark.parametrize("leading", [(3,), (5, 3)], ids=["batch", "samples and batch"])
def test_counts_with_size_factors_are_scipys(leading):
    log_mean, logits = bounded_normal((*leading, WIDTH)), bounded_normal((*leading, WIDTH))
    x, factor = counts[:3], np.array([0.5, 1.0, 20.0])
    mean = np.exp(log_mean) * factor[:, None]
    ours = scored(built(likelihoods.Poisson()), x, log_mean, size_factor=factor)
    reference = scipy.stats.poisson(mean).logpmf(x).sum(-1)
    np.testing.assert_allclose(ours, reference, rtol=2e-5)

    nb = built(likelihoods.NegativeBinomial(initial_dispersion=0.3))
    ours = scored(nb, x, log_mean, size_factor=factor)
    r = 1 / 0.3
    frozen = scipy.stats.nbinom(r, r / (r + mean))
    np.testing.assert_allclose(ours, frozen.logpmf(x).sum(-1), rtol=2e-5)

    zinb = built(likelihoods.ZeroInflatedNegativeBinomial(initial_dispersion=0.3))
    ours = scored(zinb, x, log_mean, logits, size_factor=factor)
    share = scipy.special.expit(logits)
    reference = np.log(share * (x == 0) + (1 - share) * frozen.pmf(x)).sum(-1)
    np.testing.assert_allclose(ours, reference, rtol=2e-5)


def test_dispersions_by_condition():
    likelihood = built(likelihoods.NegativeBinomial("condition", num_conditions=2))
    assert likelihood.field_names == ("condition",)
    likelihood.log_dispersion.assign(np.log([[0.1] * WIDTH, [3.0] * WIDTH]))
    log_mean, x = bounded_normal((3, WIDTH)), counts[:3]
    ours = scored(likelihood, x, log_mean, condition=np.eye(2)[[0, 1, 0]])
    r, mean = 1 / np.array([0.1, 3.0, 0.1])[:, None], np.exp(log_mean)
    reference = scipy.stats.nbinom(r, r / (r + mean)).logpmf(x).sum(-1)
    np.testing.assert_allclose(ours, reference, rtol=2e-5)
    with pytest.raises(ValueError, match=r"dispersion=\"condition\"\) needs the condition"):
        likelihood([tensor(log_mean)])


def test_multinomial_totals():
    likelihood = built(likelihoods.Multinomial())
    logits, x = bounded_normal((3, WIDTH)), counts[:3]
    p = scipy.special.softmax(logits, axis=-1)
    reference = [scipy.stats.multinomial(n.sum(), q).logpmf(n) for n, q in zip(x, p, strict=True)]
    np.testing.assert_allclose(scored(likelihood, x, logits), reference, rtol=2e-5)
    np.testing.assert_allclose(compute(lambda: likelihood([tensor(logits)]).mean), p, rtol=1e-5)
    totals = np.array([1.0, 5.0, 30.0])
    q = likelihood([tensor(logits)], size_factor=tensor(totals))
    np.testing.assert_allclose(to_numpy(q.mean), totals[:, None] * p, rtol=1e-5)


def test_positive_and_bounded_numbers_are_scipys():
    t, x = bounded_normal((3, WIDTH)), RNG.uniform(0.1, 0.9, (3, WIDTH)).astype("float32")
    ours = scored(built(likelihoods.Gamma(initial_concentration=3.0)), x, t)
    reference = scipy.stats.gamma(3.0, 0, np.exp(t) / 3.0).logpdf(x).sum(-1)
    np.testing.assert_allclose(ours, reference, rtol=2e-5)
    ours = scored(built(likelihoods.LogNormal(initial_scale=0.7)), x, t)
    np.testing.assert_allclose(
        ours, scipy.stats.lognorm(0.7, 0, np.exp(t)).logpdf(x).sum(-1), rtol=2e-5
    )
    ours, mean = (
        scored(built(likelihoods.Beta(initial_precision=4.0)), x, t),
        scipy.special.expit(t),
    )
    reference = scipy.stats.beta(4 * mean, 4 - 4 * mean).logpdf(x).sum(-1)
    np.testing.assert_allclose(ours, reference, rtol=2e-5, atol=2e-5)
    ours = scored(built(likelihoods.TruncatedNormal(initial_scale=0.4)), x, t)
    location = 0.5 + t
    frozen = scipy.stats.truncnorm(-location / 0.4, (1 - location) / 0.4, location, 0.4)
    np.testing.assert_allclose(ours, frozen.logpdf(x).sum(-1), rtol=2e-5, atol=2e-5)
    direction = bounded_normal((3, WIDTH, 2))
    ours = scored(built(likelihoods.VonMises(initial_concentration=2.0)), x, direction)
    location = np.arctan2(direction[..., 1], direction[..., 0])
    reference = scipy.stats.vonmises(2.0, location).logpdf(x).sum(-1)
    np.testing.assert_allclose(ours, reference, rtol=2e-5, atol=2e-5)


def test_means_are_bounded_and_no_direction_has_a_finite_gradient():
    likelihood = built(likelihoods.Poisson(), (1,))
    outputs = np.array([[-1e30], [-50.0], [0.0], [50.0], [1e30]])
    mean = compute(lambda: likelihood([tensor(outputs)]).mean)
    np.testing.assert_allclose(mean[[0, 1, 3, 4], 0], [1e-8, 1e-8, 1e8, 1e8], rtol=1e-5)
    angles = built(likelihoods.VonMises(), (1,))
    _, slope = value_and_slope(lambda t: angles([t]).log_prob(tensor([[1.0]])), np.zeros((1, 1, 2)))
    assert np.all(np.isfinite(slope))


def test_ordinal_starts_with_equal_levels_and_keeps_its_order():
    likelihood = built(likelihoods.Ordinal(5), (2,))
    x = np.arange(5)[:, None] * np.ones(2)
    log_prob = scored(likelihood, x, np.zeros((5, 2)))
    np.testing.assert_allclose(log_prob, 2 * np.log(1 / 5), rtol=1e-5)
    likelihood.raw_thresholds.assign(-50.0 * np.ones((2, 4)))
    assert np.all(np.diff(to_numpy(likelihood.thresholds)) > 5e-4)


# ---- mixed ------------------------------------------------------------------------------------


def test_mixed_is_the_sum_of_its_members():
    likelihood, x = built(mixed(), (6,)), mixed_data(3)
    shapes = likelihood.parameter_shapes((6,))
    assert list(shapes)[:3] == ["counts_log_mean", "income_location", "level_location"]
    parameters = {name: bounded_normal((3, *shape)) for name, shape in shapes.items()}
    q = likelihood({name: tensor(value) for name, value in parameters.items()})
    by_column = q.log_prob_by_column(tensor(x))
    assert list(by_column) == list(MIXED)
    np.testing.assert_allclose(
        to_numpy(q.log_prob(tensor(x))), sum(map(to_numpy, by_column.values())), rtol=1e-5
    )
    income = scipy.stats.lognorm(1.0, 0, np.exp(parameters["income_location"])).logpdf(x[:, :1])
    np.testing.assert_allclose(to_numpy(by_column["income"]), income[:, 0], rtol=1e-5)
    mean = to_numpy(q.mean)
    np.testing.assert_allclose(mean[:, [4, 1]], np.exp(parameters["counts_log_mean"]), rtol=1e-5)


def test_mixed_by_widths_and_its_config():
    likelihood = likelihoods.Mixed(
        {"a": (likelihoods.NegativeBinomial("shared", size_factor=True), 2), "b": ("normal", 1)}
    )
    assert likelihood.column_numbers == {"a": (0, 1), "b": (2,)}
    assert likelihood.field_names == ("size_factor",)
    config = keras.saving.serialize_keras_object(built(likelihood, (3,)))
    again = keras.saving.deserialize_keras_object(config)
    assert again.parameter_shapes((3,)) == likelihood.parameter_shapes((3,))
    assert again.get_config() == likelihood.get_config()


def test_members_get_their_fields():
    likelihood = built(
        likelihoods.Mixed({"a": (likelihoods.Poisson(size_factor=True), 1), "b": ("normal", 1)}),
        (2,),
    )
    zeros = tensor(np.zeros((3, 1)))
    q = likelihood([zeros, zeros], size_factor=tensor([1.0, 2.0, 3.0]))
    np.testing.assert_allclose(to_numpy(q.mean), [[1, 0], [2, 0], [3, 0]], rtol=1e-5)


def test_size_factors_reach_the_likelihood_as_a_field():
    case = Case(lambda: likelihoods.Poisson(size_factor=True), counts)
    vae = quick_compile(joined(case, fields={"size_factor": ()}), keras.optimizers.Adam(0.02))
    x = {"x": counts.astype("float32"), "size_factor": np.linspace(0.5, 2, N).astype("float32")}
    loss = vae.fit(x, batch_size=16, epochs=8, verbose=0).history["loss"]
    assert np.all(np.isfinite(loss)) and loss[-1] < loss[0]


# ---- bad input --------------------------------------------------------------------------------


BAD = {
    "negative counts": ("poisson", -counts, r"Poisson needs x in \[0, inf\]"),
    "fractions": ("negative_binomial", counts + 0.5, "NegativeBinomial needs x as whole numbers"),
    "too high a level": ("ordinal", levels + 2, r"Ordinal needs x in \[0, 3\]"),
    "between levels": ("ordinal", levels / 3, "Ordinal needs x as whole numbers"),
    "zero of a gamma": ("gamma", counts, r"Gamma needs x in \(0, inf\)"),
    "one of a beta": ("beta", 1.0 + 0 * counts, r"Beta needs x in \(0, 1\)"),
}


@pytest.mark.parametrize("name", BAD)
def test_data_that_the_likelihood_does_not_know(name):
    case, x, message = BAD[name]
    vae = quick_compile(joined(CASES[case]))
    with pytest.raises(ValueError, match=message):
        vae.fit(x.astype("float32"), verbose=0)


def test_mixed_checks_each_column():
    vae, x = quick_compile(joined(CASES["mixed"])), mixed_data().astype("float32")
    vae.evaluate(x, verbose=0)
    for column, value, message in (
        (0, 0.0, r"LogNormal needs columns \[0\] of x in \(0, inf\)"),
        (1, 0.5, r"NegativeBinomial needs columns \[4, 1\] of x as whole numbers"),
        (3, 2.0, r"Bernoulli needs columns \[3\] of x in \[0, 1\]"),
    ):
        bad = x.copy()
        bad[5, column] = value
        with pytest.raises(ValueError, match=message):
            vae.fit(bad, verbose=0)
        with pytest.raises(ValueError, match=message):
            vae.log_likelihood(bad, 2)


ARGUMENTS = {
    "no group": (lambda: likelihoods.Mixed({}), "Received: columns={}"),
    "no pair": (lambda: likelihoods.Mixed({"a": "normal"}), r"Received: columns\['a'\]='normal'"),
    "overlap": (
        lambda: likelihoods.Mixed({"a": ("normal", [0, 1]), "b": ("normal", [1])}),
        "each column from 0 to the last in one group",
    ),
    "both forms": (
        lambda: likelihoods.Mixed({"a": ("normal", [0]), "b": ("normal", 1)}),
        "either a width or a list of column numbers",
    ),
    "another width": (
        lambda: built(likelihoods.Mixed({"a": ("normal", 3)}), (2,)),
        r"needs data of shape \(3,\).*Received: data of shape \(2,\)",
    ),
    "unknown name": (lambda: likelihoods.Mixed({"a": ("norml", 3)}), "normal"),
    "dispersion": (lambda: likelihoods.NegativeBinomial("gene"), "Received: dispersion='gene'"),
    "conditions": (lambda: likelihoods.NegativeBinomial("condition"), "num_conditions=None"),
    "range": (lambda: likelihoods.Gamma(concentration_range=(0.0, 1.0)), "concentration_range"),
    "levels": (lambda: likelihoods.Ordinal(1), "num_levels=1"),
    "interval": (lambda: likelihoods.TruncatedNormal(1.0, 0.0), "Received: "),
    "total": (lambda: likelihoods.Multinomial(total=0), "total=0"),
    "components": (
        lambda: likelihoods.MixtureOfDiscretizedLogistics(0),
        "num_components=0",
    ),
}


@pytest.mark.parametrize("name", ARGUMENTS)
def test_bad_arguments(name):
    make, message = ARGUMENTS[name]
    with pytest.raises(ValueError, match=message):
        make()


def test_likelihoods_not_known_by_name_train_here():
    """The contract of the models trains all that are known by name."""
    trained = {type(case.likelihood()) for case in CASES.values()}
    trained.add(likelihoods.ModewiseNormal)  # by tests/models/test_tabular_vae.py
    public = {getattr(likelihoods, name) for name in likelihoods.__all__ if name != "get"}
    assert public - {likelihoods.Likelihood} <= trained | set(likelihoods.MEMBERS)
