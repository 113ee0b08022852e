"""KL of relaxed distributions of one temperature, exact at any temperature.

Their densities at low temperatures are beyond float32: most draws are so close to a corner of the
simplex that they round to it. But a draw is an invertible function of logits with noise, the same
function for both, and the KL is that of the noisy logits, where the temperature cancels.
"""

from keras import ops

from keras_vae.typing import Tensor

#: below this distance of logits, the power series
_SMALL = 0.5
#: beyond this distance from all logits the integrand is below float32's rounding
_REACH = 20.0
_NUM_NODES = 128


def same_scale_logistic_kl(difference: Tensor) -> Tensor:
    """KL of two logistic distributions of scale 1 in nats, elementwise: d coth(d / 2) - 2.

    Args:
        difference: tensor (...), of their locations, in scales.
    """
    d = ops.abs(difference)
    is_small = d < _SMALL
    small = ops.where(is_small, d, ops.zeros_like(d))
    large = ops.where(is_small, ops.ones_like(d), d)
    square = ops.square(small)
    series = square / 6 * (1 - square / 60 * (1 - square / 42))
    return ops.where(is_small, series, large / ops.tanh(0.5 * large) - 2)


def relaxed_one_hot_kl(q_logits: Tensor, p_logits: Tensor) -> Tensor:
    """KL of two relaxed one-hot vectors of one temperature in nats.

    With K categories and d = p's logits less q's, of mean 0, it is K E[log sum_k exp(d_k) E_k -
    log sum_k E_k] for E_k of the exponential distribution. Frullani's log(a) = integral of
    (exp(-t) - exp(-a t)) / t makes of it the integral over s of
    prod_k sigmoid(-s) - prod_k sigmoid(-s - d_k); the trapezoidal rule converges exponentially.

    Args:
        q_logits: tensor (..., categories).
        p_logits: tensor (..., categories).

    Returns:
        Tensor (..., 1).
    """
    d = p_logits - q_logits
    d = d - ops.mean(d, axis=-1, keepdims=True)
    reach = _REACH + ops.stop_gradient(ops.max(ops.abs(d), axis=-1, keepdims=True))
    is_near = ops.abs(d) < 1
    near = ops.expm1(ops.where(is_near, d, ops.zeros_like(d)))
    total = 0.0
    for i in range(_NUM_NODES):
        s = reach * (2 * (i + 0.5) / _NUM_NODES - 1)
        even = d.shape[-1] * ops.log_sigmoid(-s)
        # log sigmoid(-s - d) - log sigmoid(-s), also where that is a difference of near ones.
        far = ops.log_sigmoid(-s - d) - ops.log_sigmoid(-s)
        change = ops.where(is_near, -ops.log1p(ops.sigmoid(s) * near), far)
        total = total - ops.exp(even) * ops.expm1(ops.sum(change, axis=-1, keepdims=True))
    return d.shape[-1] * 2 * reach / _NUM_NODES * total
