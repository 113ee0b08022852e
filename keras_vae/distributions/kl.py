"""Kullback-Leibler divergences in closed form, chosen by the pair of distributions."""

from keras import ops

from keras_vae.distributions.bernoulli import Bernoulli
from keras_vae.distributions.categorical import Categorical
from keras_vae.distributions.continuous_bernoulli import ContinuousBernoulli
from keras_vae.distributions.events import sum_event
from keras_vae.distributions.hyperspherical_uniform import (
    HypersphericalUniform,
    check_same_sphere,
)
from keras_vae.distributions.laplace import Laplace
from keras_vae.distributions.normal import Normal
from keras_vae.distributions.one_hot_categorical import OneHotCategorical
from keras_vae.distributions.power_spherical import PowerSpherical
from keras_vae.distributions.quantized import Quantized, UniformCodes
from keras_vae.distributions.relaxed_bernoulli import RelaxedBernoulli
from keras_vae.distributions.relaxed_one_hot import RelaxedOneHot
from keras_vae.distributions.two_level import TwoLevel
from keras_vae.distributions.von_mises_fisher import VonMisesFisher

_CLOSED_FORMS = {}
_EVENT_CLOSED_FORMS = {}


def closed_form(q_type, p_type):
    """Register a function `(q, p) -> KL` per event element, (..., event), for a pair of types."""

    def register(function):
        _CLOSED_FORMS[q_type, p_type] = function
        return function

    return register


def event_closed_form(q_type, p_type):
    """Register a function `(q, p) -> KL` of the whole event, (...), for a pair of types.

    For distributions whose elements depend on each other, as on a sphere.
    """

    def register(function):
        _EVENT_CLOSED_FORMS[q_type, p_type] = function
        return function

    return register


def has_closed_form(q, p):
    """Whether KL(q || p) is known in closed form for this pair."""
    return any((type(q), type(p)) in forms for forms in (_CLOSED_FORMS, _EVENT_CLOSED_FORMS))


def has_elementwise_form(q, p):
    """Whether `elementwise_kl` gives the KL, as a sum over event elements."""
    if _have_levels(q, p):
        return q.top_down and has_elementwise_form(q.first, p.first)
    return (type(q), type(p)) in _CLOSED_FORMS


def elementwise_kl(q, p, z=None):
    """KL(q || p) of each event element in nats, (..., event); it adds up to the KL of the event.

    Args:
        q: distribution.
        p: distribution over the same events.
        z: draw of `q`, (..., event), needed where both have two levels: the bottom one's elements
            are then those given the top level of `z`. Defaults to `None`.

    Raises:
        ValueError: if the pair has no closed form, or one of the whole event only.
    """
    if _have_levels(q, p) and has_elementwise_form(q, p):
        top, bottom = map(elementwise_kl, q.levels(z), p.levels(z))
        top = top + ops.zeros_like(bottom[..., :1])  # the top level is one for all draws
        return ops.concatenate([top, bottom], axis=-1)
    if (type(q), type(p)) in _EVENT_CLOSED_FORMS:
        raise ValueError(
            f"KL({type(q).__name__} || {type(p).__name__}) is known of the whole event only, for "
            "its elements depend on each other: use kl_divergence, and no free bits. "
            f"Received: q of type {type(q).__name__}"
        )
    if not has_elementwise_form(q, p):
        raise ValueError(
            f"KL({type(q).__name__} || {type(p).__name__}) has no closed form. "
            f"Closed forms: {sorted((a.__name__, b.__name__) for a, b in _CLOSED_FORMS)}"
        )
    return _CLOSED_FORMS[type(q), type(p)](q, p)


def kl_divergence(q, p, z=None, log_q=None):
    """KL(q || p) in nats, (...), closed where it is known and by Monte Carlo at `z` otherwise.

    Where both have two levels, each level's KL is taken in that way, given the draw of the other.

    Args:
        q: distribution.
        p: distribution over the same events.
        z: draw of `q`, (..., event), needed where no closed form exists: the estimate is then
            `log q(z) - log p(z)`, unbiased and of either sign. Defaults to `None`.
        log_q: log q(z) in nats, (...), from distributions that know it of their own draws only.
            Defaults to `None`: as `q.log_prob` gives it.

    Raises:
        ValueError: if the pair has no closed form and `z` is `None`, or if the two disagree on
            `event_ndim`.
    """
    if q.event_ndim != p.event_ndim:
        raise ValueError(
            "kl_divergence needs q and p over the same events. "
            f"Received: q.event_ndim={q.event_ndim}, p.event_ndim={p.event_ndim}"
        )
    if (type(q), type(p)) in _EVENT_CLOSED_FORMS:
        return _EVENT_CLOSED_FORMS[type(q), type(p)](q, p)
    if has_closed_form(q, p):
        return sum_event(elementwise_kl(q, p), q.event_ndim)
    if z is None:
        raise ValueError(
            f"KL({type(q).__name__} || {type(p).__name__}) has no closed form: "
            "kl_divergence needs z, a draw of q. Received: z=None"
        )
    if _have_levels(q, p):
        return _kl_by_levels(q, p, z)
    return (q.log_prob(z) if log_q is None else log_q) - p.log_prob(z)


def _have_levels(q, p):
    # Of p, top-down only: it generates z1 from z2.
    return isinstance(q, TwoLevel) and isinstance(p, TwoLevel) and p.top_down


def _kl_by_levels(q, p, z):
    """KL of the top level and of the bottom one, each closed given the draw where it is known."""
    (z2, z1), (q_top, q_bottom), (p_top, p_bottom) = q.split(z), q.levels(z), p.levels(z)
    top = kl_divergence(q_top, p_top, z2)
    if q.top_down:
        return top + kl_divergence(q_bottom, p_bottom, z1)
    # Bottom-up, z2 was drawn from z1: given z2, z1 does not follow q(z1|x), whose KL says nothing.
    return top + q_bottom.log_prob(z1) - p_bottom.log_prob(z1)


@closed_form(Normal, Normal)
def _normal_normal(q, p):
    # expm1(d) - d instead of exp(d) - 1 - d: near the prior the difference of near-equal
    # numbers would lose all digits.
    difference = q.log_var - p.log_var
    shift = ops.square(q.mean - p.mean) * ops.exp(-p.log_var)
    return 0.5 * (ops.expm1(difference) - difference + shift)


@closed_form(Laplace, Laplace)
def _laplace_laplace(q, p):
    # With the distance d in scales of q and the ratio r of the scales, q over p:
    # r (exp(-d) + d) - 1 - log r, split into two terms that are zero at q = p and never negative.
    log_ratio = q.log_scale - p.log_scale
    distance = ops.abs(q.mean - p.mean) * ops.exp(-q.log_scale)
    shift = ops.exp(log_ratio) * (ops.expm1(-distance) + distance)
    return ops.expm1(log_ratio) - log_ratio + shift


# A relaxed distribution stands for the discrete one with its logits, as in Jang et al. (2016).
@closed_form(RelaxedBernoulli, Bernoulli)
@closed_form(Bernoulli, Bernoulli)
def _bernoulli_bernoulli(q, p):
    # The definition, value by value: large logits do not cancel against each other.
    one = ops.log_sigmoid(q.logits) - ops.log_sigmoid(p.logits)
    zero = ops.log_sigmoid(-q.logits) - ops.log_sigmoid(-p.logits)
    return ops.sigmoid(q.logits) * one + ops.sigmoid(-q.logits) * zero


@closed_form(ContinuousBernoulli, ContinuousBernoulli)
def _continuous_bernoulli_continuous_bernoulli(q, p):
    # log q(x) - log p(x) is linear in x, so its mean is its value at the mean.
    mean = q.mean
    return q._replace(event_ndim=0).log_prob(mean) - p._replace(event_ndim=0).log_prob(mean)


@closed_form(Categorical, Categorical)
def _categorical_categorical(q, p):
    if (q.low, q.step) != (p.low, p.step):
        raise ValueError(
            "KL(Categorical || Categorical) needs one grid. Received: "
            f"q.low={q.low}, q.step={q.step}, p.low={p.low}, p.step={p.step}"
        )
    log_q = ops.log_softmax(q.logits, axis=-1)
    return ops.sum(ops.exp(log_q) * (log_q - ops.log_softmax(p.logits, axis=-1)), axis=-1)


@closed_form(RelaxedOneHot, OneHotCategorical)
@closed_form(OneHotCategorical, OneHotCategorical)
def _one_hot_one_hot(q, p):
    # One number for each variable, (..., variables, 1): a category alone has no divergence.
    log_q = ops.log_softmax(q.logits, axis=-1)
    difference = log_q - ops.log_softmax(p.logits, axis=-1)
    return ops.sum(ops.exp(log_q) * difference, axis=-1, keepdims=True)


@event_closed_form(VonMisesFisher, HypersphericalUniform)
@event_closed_form(PowerSpherical, HypersphericalUniform)
def _spherical_uniform(q, p):
    check_same_sphere(q, p)
    return q.kl_to_uniform()


@event_closed_form(Quantized, UniformCodes)
def _quantized_uniform(q, p):
    return -p.log_prob(q.z)
