"""Mixtures: over latents, over pixels, over pixels whose channels go together."""

import math

import numpy as np
import pytest
import scipy.special
import scipy.stats
from backends import derivative, evaluate, shapes, to_tensor
from families import EPSILON, float32
from keras import ops

from keras_vae.distributions import (
    Categorical,
    DiscretizedLogistic,
    Logistic,
    Mixture,
    Normal,
    Transformed,
)
from keras_vae.flows import Reversal

COUNT = 20_000
LOGITS = float32([0.3, -1.0, 2.0])
WEIGHTS = scipy.special.softmax(LOGITS)


def randoms(seed, *shape):
    return float32(np.random.default_rng(seed).normal(size=shape))


def by_hand(logits, each):
    """log sum_k softmax(logits)_k exp(each_k), with the components on the last axis."""
    return scipy.special.logsumexp(scipy.special.log_softmax(logits, axis=-1) + each, axis=-1)


def assert_log_prob(p, x, reference):
    """Within roundings of the ten or so terms that add up to it."""
    points = to_tensor(x)
    ours = evaluate(lambda: p.log_prob(points))
    assert ours.shape == reference.shape
    np.testing.assert_allclose(ours, reference, rtol=16 * EPSILON, atol=16 * EPSILON)


@pytest.mark.parametrize("batch", [(), (6,)])
@pytest.mark.parametrize("logits_batch", [(), (6,)])
def test_latent_mixture_of_normals(batch, logits_batch):
    means, log_vars = randoms(1, *batch, 3, 2), randoms(2, *batch, 3, 2)
    logits, x = randoms(3, *logits_batch, 3), randoms(4, 10, 6, 2)
    each = scipy.stats.norm(means, np.exp(0.5 * log_vars)).logpdf(x[..., None, :]).sum(axis=-1)
    p = Mixture(to_tensor(logits), Normal(to_tensor(means), to_tensor(log_vars)))
    assert_log_prob(p, x, by_hand(logits, each))
    draws = shapes(lambda: (p.sample(seed=0), p.sample(5, seed=0)))
    assert draws == [(*(batch or logits_batch), 2), (5, *(batch or logits_batch), 2)]


def test_mixture_of_each_pixel():
    shape = (4, 2, 2, 3)  # (batch, height, width, channel)
    means, log_scales, x = randoms(1, *shape, 3), randoms(2, *shape, 3), randoms(3, *shape)
    each = scipy.stats.logistic(means, np.exp(log_scales)).logpdf(x[..., None])
    components = Logistic(to_tensor(means), to_tensor(log_scales), event_ndim=0)
    p = Mixture(to_tensor(LOGITS), components, event_ndim=3)
    assert_log_prob(p, x, by_hand(LOGITS, each).sum(axis=(1, 2, 3)))
    assert shapes(lambda: (p.sample(5, seed=0),)) == [(5, *shape)]


def test_mixture_of_pixels_whose_channels_go_together():
    # As in PixelCNN++: one choice of component a pixel, for all its channels.
    means, log_scales, x = (
        randoms(1, 4, 2, 2, 3, 5),
        randoms(2, 4, 2, 2, 3, 5),
        randoms(3, 4, 2, 2, 5),
    )
    logits = randoms(4, 4, 2, 2, 3)
    each = scipy.stats.logistic(means, np.exp(log_scales)).logpdf(x[..., None, :]).sum(axis=-1)
    components = Logistic(to_tensor(means), to_tensor(log_scales), event_ndim=1)
    p = Mixture(to_tensor(logits), components, event_ndim=3)
    assert_log_prob(p, x, by_hand(logits, each).sum(axis=(1, 2)))
    assert shapes(lambda: (p.sample(5, seed=0),)) == [(5, 4, 2, 2, 5)]


@pytest.mark.parametrize(
    "components",
    [
        DiscretizedLogistic(
            to_tensor(randoms(1, 4, 3)), to_tensor(randoms(2, 4, 3)), 8, event_ndim=0
        ),
        Categorical(to_tensor(randoms(3, 4, 3, 8)), event_ndim=0, low=0.0, step=1 / 7),
    ],
    ids=lambda components: type(components).__name__,
)
def test_mixture_of_discrete_components_sums_to_one_and_is_drawn_right(components):
    p = Mixture(to_tensor(LOGITS), components, event_ndim=0)
    x = to_tensor(np.arange(8)[:, None] / 7)
    log_prob, draws = evaluate(lambda: (p.log_prob(x), p.sample(COUNT, seed=1)))
    probs = np.exp(log_prob)  # (values, 4)
    np.testing.assert_allclose(probs.sum(axis=0), 1.0, atol=16 * EPSILON)
    counts = (np.round(draws * 7) == np.arange(8)[:, None, None]).sum(axis=1)
    for observed, expected in zip(counts.T, probs.T, strict=True):
        assert scipy.stats.chisquare(observed, COUNT * expected / expected.sum()).pvalue > 1e-4


def test_moments():
    means, log_vars = randoms(1, 6, 3, 2), randoms(2, 6, 3, 2)
    p = Mixture(to_tensor(LOGITS), Normal(to_tensor(means), to_tensor(log_vars)))
    mean = np.einsum("k,bkl->bl", WEIGHTS, means)
    second = np.einsum("k,bkl->bl", WEIGHTS, means**2 + np.exp(log_vars))
    our_mean, our_variance = evaluate(lambda: (p.mean, p.variance))
    np.testing.assert_allclose(our_mean, mean, rtol=8 * EPSILON, atol=8 * EPSILON)
    np.testing.assert_allclose(our_variance, second - mean**2, rtol=32 * EPSILON)


def test_variance_keeps_its_digits_far_from_zero():
    components = Normal(to_tensor([[1000.0], [1000.5]]), to_tensor([[-4.0], [-4.0]]))
    p = Mixture(to_tensor([0.0, 0.0]), components)
    variance = evaluate(lambda: p.variance)
    np.testing.assert_allclose(variance, np.exp(-4.0) + 0.25**2, rtol=8 * EPSILON)


@pytest.mark.parametrize("seed", [0, 123])
def test_value_does_not_depend_on_the_choice_beyond_its_component(seed):
    # As many elements as components: with one int for both draws, the number that makes an element
    # large would be the one that makes its component the chosen one.
    components = Normal(to_tensor([[-100.0] * 3, [0.0] * 3, [100.0] * 3]), ops.zeros((3, 3)))
    p = Mixture(to_tensor(LOGITS), components)
    draws = evaluate(lambda: p.sample(COUNT, seed=seed))
    choice = np.round(draws[:, 0] / 100).astype(int)
    assert scipy.stats.chisquare(np.bincount(choice + 1), COUNT * WEIGHTS).pvalue > 1e-4
    for index in (-1, 0, 1):
        for noise in (draws[choice == index] - 100 * index).T:
            assert scipy.stats.kstest(noise, "norm").pvalue > 1e-4


def test_elements_with_shared_logits_choose_alone():
    components = Normal(to_tensor([-10.0, 10.0]) + ops.zeros((4, 2)), to_tensor(0.0), event_ndim=0)
    p = Mixture(to_tensor([0.0, 0.0]), components)
    draws = evaluate(lambda: p.sample(COUNT, seed=2))
    correlation = np.corrcoef(draws.T) - np.eye(4)
    assert np.all(np.abs(correlation) < 5 / math.sqrt(COUNT))


def test_draws_are_reparameterised_in_the_components():
    means = np.tile([[-3.0], [0.0], [3.0]], (COUNT, 1, 1))

    def draws(means):
        log_vars = ops.zeros((3, 1))
        return Mixture(to_tensor(LOGITS), Normal(means, log_vars)).sample(seed=3)

    # Each draw moves with the mean of the component that it came from, and with no other.
    slopes = derivative(draws, means)[..., 0]
    np.testing.assert_array_equal(slopes.sum(axis=1), 1.0)
    assert np.all((slopes == 0) | (slopes == 1))
    standard_error = np.sqrt(WEIGHTS * (1 - WEIGHTS) / COUNT)
    assert np.all(np.abs(slopes.mean(axis=0) - WEIGHTS) < 4 * standard_error)


def test_far_tail_is_that_of_the_nearest_component():
    components = Normal(to_tensor([[-1.0], [1.0]]), ops.zeros((2, 1)))
    p = Mixture(to_tensor([0.0, 0.0]), components)
    reference = scipy.stats.norm(1.0, 1.0).logpdf([1e4]) - np.log(2)
    assert_log_prob(p, [[1e4]], reference)


def test_event_of_components_must_fit():
    p = Mixture(to_tensor(LOGITS), Normal(ops.zeros((3, 2)), ops.zeros((3, 2))), event_ndim=0)
    message = r"Received: event_ndim=0, components\.event_ndim=1"
    with pytest.raises(ValueError, match=message):
        p.log_prob(to_tensor([0.0, 0.0]))


def test_components_made_of_distributions_are_refused():
    normal = Normal(to_tensor(randoms(1, 3, 2)), to_tensor(randoms(2, 3, 2)))
    inner = Mixture(to_tensor(LOGITS), normal)
    for components in (inner, Transformed(normal, Reversal())):
        with pytest.raises(ValueError, match="whose parameters are tensors.*Received: components"):
            Mixture(to_tensor(LOGITS), components).sample(seed=0)
