"""Variational Renyi bound (Li and Turner, 2016), arxiv.org/abs/1602.02311."""

from typing import Any

from keras import ops

from keras_vae.objectives.importance import ImportanceWeighted
from keras_vae.parts import check_count, check_finite
from keras_vae.serialization import register


@register
class VR(ImportanceWeighted):
    r"""Variational Renyi bound, as a loss: -1/(1 - alpha) log (1/k) sum_k w_k^(1 - alpha).

    $$
    -\frac{1}{1 - \alpha}\, \mathbb{E} \log \frac{1}{k} \sum_{i=1}^{k}
    \left( \frac{p(x, z_i)}{q(z_i|x)} \right)^{1 - \alpha}
    $$

    `alpha=1` is the ELBO and `alpha=0` the importance weighted bound; between them the posterior
    goes from seeking a mode to covering all, and below 0 the value may exceed log p(x).

    Args:
        alpha: float. Defaults to `0.5`.
        num_samples: int, k. Defaults to `5`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if `alpha` is not finite or `num_samples` is not a positive integer.

    Reference:
        - [Li and Turner, 2016](https://arxiv.org/abs/1602.02311)
    """

    def __init__(self, alpha: float = 0.5, num_samples: int = 5, **kwargs: Any) -> None:
        check_finite("objectives.VR", alpha=alpha)
        check_count("objectives.VR", num_samples=num_samples)
        super().__init__(**kwargs)
        self.alpha = alpha
        self.num_samples = num_samples

    def call(self, trace: Any) -> Any:
        log_weight, terms = self.weigh(trace)
        return trace.mean(-power_mean(log_weight, 1.0 - self.alpha)), terms


def power_mean(log_weight: Any, power: Any) -> Any:
    """log of the power mean of the weights over the first axis, (samples, batch) -> (batch,).

    `power=0` is the geometric mean, its limit.
    """
    # float32 knows no smaller number, and the limit is off by less than a rounding.
    if abs(power) < 1e-30:
        return ops.mean(log_weight, axis=0)
    # log mean exp(power * log_weight) / power would divide roundings by a small power. Relative
    # to the draw that counts most, expm1 and log1p keep all digits down to the limit.
    most = ops.max(log_weight, axis=0) if power > 0 else ops.min(log_weight, axis=0)
    most = ops.stop_gradient(most)
    below = ops.mean(ops.expm1(power * (log_weight - most)), axis=0)
    return most + ops.log1p(below) / power
