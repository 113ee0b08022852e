"""The Kullback-Leibler divergences that are known."""

import math

from keras import ops

from keras_vae.distributions.bernoulli import Bernoulli
from keras_vae.distributions.bessel import bessel_terms
from keras_vae.distributions.bounds import at_least
from keras_vae.distributions.categorical import Categorical
from keras_vae.distributions.continuous_bernoulli import ContinuousBernoulli
from keras_vae.distributions.hyperspherical_uniform import (
    HypersphericalUniform,
    check_same_sphere,
)
from keras_vae.distributions.kl import register_event_kl, register_kl
from keras_vae.distributions.laplace import Laplace
from keras_vae.distributions.masked_logits import masked_log_softmax
from keras_vae.distributions.normal import Normal
from keras_vae.distributions.one_hot_categorical import OneHotCategorical
from keras_vae.distributions.power_spherical import PowerSpherical
from keras_vae.distributions.quantized import LearnedCodes, Quantized, UniformCodes
from keras_vae.distributions.relaxed_bernoulli import RelaxedBernoulli
from keras_vae.distributions.relaxed_kl import relaxed_one_hot_kl, same_scale_logistic_kl
from keras_vae.distributions.relaxed_one_hot import RelaxedOneHot
from keras_vae.distributions.sphere import dot
from keras_vae.distributions.von_mises_fisher import VonMisesFisher

#: nodes and weights of Gauss and Legendre's rule on [0, 1]
_NODES = (0.0694318442, 0.3300094782, 0.6699905218, 0.9305681558)
_WEIGHTS = (0.1739274226, 0.3260725774, 0.3260725774, 0.1739274226)
#: distance of logits up to which a KL is taken from its second derivative
_NEAR = 0.5


@register_kl(Normal, Normal)
def _normal_normal(q, p):
    # expm1(d) - d instead of exp(d) - 1 - d: near the prior the difference of near-equal
    # numbers would lose all digits.
    difference = q.log_var - p.log_var
    shift = ops.square(q.mean - p.mean) * ops.exp(-p.log_var)
    return 0.5 * (ops.expm1(difference) - difference + shift)


@register_kl(Laplace, Laplace)
def _laplace_laplace(q, p):
    # With the distance d in scales of q and the ratio r of the scales, q over p:
    # r (exp(-d) + d) - 1 - log r, split into two terms that are zero at q = p and never negative.
    log_ratio = q.log_scale - p.log_scale
    distance = ops.abs(q.mean - p.mean) * ops.exp(-q.log_scale)
    shift = ops.exp(log_ratio) * (ops.expm1(-distance) + distance)
    return ops.expm1(log_ratio) - log_ratio + shift


@register_kl(Normal, Laplace)
def _normal_laplace(q, p):
    # Minus the normal's entropy, and the mean of |x - p.mean|, that of a folded normal.
    deviation = ops.exp(0.5 * q.log_var)
    d = (q.mean - p.mean) / deviation
    folded = math.sqrt(2 / math.pi) * ops.exp(-0.5 * ops.square(d))
    folded = deviation * (folded + d * ops.erf(d / math.sqrt(2)))
    entropy = 0.5 * (math.log(2 * math.pi) + 1 + q.log_var)
    return math.log(2) + p.log_scale + folded * ops.exp(-p.log_scale) - entropy


@register_kl(Laplace, Normal)
def _laplace_normal(q, p):
    # Minus the Laplace's entropy, and the mean square, of variance 2 b^2.
    square = 2 * ops.exp(2 * q.log_scale - p.log_var)
    square = square + ops.square(q.mean - p.mean) * ops.exp(-p.log_var)
    cross_entropy = 0.5 * (math.log(2 * math.pi) + p.log_var + square)
    return cross_entropy - (math.log(2) + 1 + q.log_scale)


# A relaxed distribution stands for the discrete one with its logits, as in Jang et al. (2016).
@register_kl(RelaxedBernoulli, Bernoulli)
@register_kl(Bernoulli, Bernoulli)
def _bernoulli_bernoulli(q, p):
    # The definition, value by value: large logits do not cancel against each other.
    one = ops.log_sigmoid(q.logits) - ops.log_sigmoid(p.logits)
    zero = ops.log_sigmoid(-q.logits) - ops.log_sigmoid(-p.logits)
    return ops.sigmoid(q.logits) * one + ops.sigmoid(-q.logits) * zero


@register_kl(ContinuousBernoulli, ContinuousBernoulli)
def _continuous_bernoulli_continuous_bernoulli(q, p):
    # log q(x) - log p(x) is linear in x, so its mean is its value at the mean.
    mean = q.mean
    far = q._replace(event_ndim=0).log_prob(mean) - p._replace(event_ndim=0).log_prob(mean)
    # Near q it is a difference of near-equal numbers. There, from the remainder of Taylor's
    # theorem, for the second derivative by the logits is the variance: no term is negative.
    difference = p.logits - q.logits
    is_near = ops.abs(difference) < _NEAR
    step = ops.where(is_near, difference, ops.zeros_like(difference))
    variances = [ContinuousBernoulli(q.logits + node * step).variance for node in _NODES]
    pieces = zip(_NODES, _WEIGHTS, variances, strict=True)
    near = ops.square(step) * sum(w * (1 - node) * variance for node, w, variance in pieces)
    return ops.where(is_near, near, far)


@register_kl(Categorical, Categorical)
def _categorical_categorical(q, p):
    if (q.low, q.step) != (p.low, p.step):
        raise ValueError(
            "KL(Categorical || Categorical) needs one grid. Received: "
            f"q.low={q.low}, q.step={q.step}, p.low={p.low}, p.step={p.step}"
        )
    return ops.sum(_kl_of_categories(q.logits, p.logits), axis=-1)


@register_kl(RelaxedOneHot, OneHotCategorical)
@register_kl(OneHotCategorical, OneHotCategorical)
def _one_hot_one_hot(q, p):
    # One number for each variable, (..., variables, 1): a category alone has no divergence.
    return ops.sum(_kl_of_categories(q.logits, p.logits), axis=-1, keepdims=True)


def _kl_of_categories(q_logits, p_logits):
    """Terms that are never negative and add up to the KL, (..., categories).

    With d = log p - log q they are p - q - q d: p and q add up to the same, so that p - q changes
    no sum, and near q no term is a difference of larger ones.
    """
    log_q, q_possible = masked_log_softmax(q_logits)
    log_p, p_possible = masked_log_softmax(p_logits)
    q, p = ops.exp(log_q) * q_possible, ops.exp(log_p) * p_possible
    d = log_p - log_q
    is_near = ops.abs(d) < _NEAR
    step = ops.where(is_near, d, ops.zeros_like(d))
    terms = ops.where(is_near, q * (ops.expm1(step) - step), p - q - q * d)
    # Where p is zero and q is not, infinite; where q is zero, p.
    terms = ops.where(p_possible > 0, terms, ops.full_like(terms, math.inf))
    return ops.where(q_possible > 0, terms, p)


def _same_temperature(q, p):
    """Whether both are relaxed, and their temperatures known to be one."""
    if q.straight_through or p.straight_through:
        return False
    if q.temperature is p.temperature:
        return True
    numbers = (q.temperature, p.temperature)
    return all(isinstance(t, int | float) for t in numbers) and numbers[0] == numbers[1]


def _both_straight_through(q, p):
    return q.straight_through and p.straight_through


@register_kl(RelaxedBernoulli, RelaxedBernoulli, when=_same_temperature)
def _relaxed_relaxed(q, p):
    # The log-odds of a draw, times the temperature, are logistic of scale 1 around the logits.
    return same_scale_logistic_kl(q.logits - p.logits)


@register_kl(RelaxedOneHot, RelaxedOneHot, when=_same_temperature)
def _relaxed_one_hot_relaxed_one_hot(q, p):
    return relaxed_one_hot_kl(q.logits, p.logits)


register_kl(RelaxedBernoulli, RelaxedBernoulli, when=_both_straight_through)(_bernoulli_bernoulli)
register_kl(RelaxedOneHot, RelaxedOneHot, when=_both_straight_through)(_one_hot_one_hot)


@register_event_kl(VonMisesFisher, HypersphericalUniform)
@register_event_kl(PowerSpherical, HypersphericalUniform)
def _spherical_uniform(q, p):
    check_same_sphere(q, p)
    return q.kl_to_uniform()


@register_event_kl(VonMisesFisher, VonMisesFisher)
def _von_mises_fisher_von_mises_fisher(q, p):
    # log M(kappa) is log of the mean of exp(kappa cosine); its derivative at q's is q's mean
    # cosine. So the KL is a Bregman distance of concentrations, and what the turn costs.
    check_same_sphere(q, p)
    x, y = q.concentration, p.concentration
    at_x, at_y = bessel_terms(x, q.dimension), bessel_terms(y, q.dimension)
    # The same twice, each where its terms do not cancel.
    flat = at_y.log_mean_exp - at_x.log_mean_exp - at_x.ratio * (y - x)
    peaked = at_y.log_mean_exp_less_x - at_x.log_mean_exp_less_x + at_x.one_less_ratio * (y - x)
    stretch = ops.where(ops.logical_or(x < q.dimension, y < q.dimension), flat, peaked)
    difference = q.mean_direction - p.mean_direction
    turn = 0.5 * y * at_x.ratio * dot(difference, difference)
    return ops.squeeze(at_least(stretch, 0.0) + turn, -1)


@register_event_kl(Quantized, UniformCodes)
@register_event_kl(Quantized, LearnedCodes)
def _quantized_codes(q, p):
    return -p.log_prob_of_codes(q)
