"""Combination of ELBO and importance weighted bound (Rainforth et al., 2018)."""

from typing import Any

from keras import ops

from keras_vae.objectives.importance import ImportanceWeighted, log_mean_exp
from keras_vae.parts import check_count, check_fraction
from keras_vae.serialization import register


@register
class CIWAE(ImportanceWeighted):
    """beta ELBO + (1 - beta) importance weighted bound, both over the same draws, as a loss.

    Args:
        num_samples: int, draws of each example. Defaults to `5`.
        beta: float in [0, 1], the ELBO's share. Defaults to `0.5`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if an argument is out of its range.

    Reference:
        - [Rainforth et al., 2018](https://arxiv.org/abs/1802.04537)
    """

    def __init__(self, num_samples: int = 5, beta: float = 0.5, **kwargs: Any) -> None:
        check_count("objectives.CIWAE", num_samples=num_samples)
        check_fraction("objectives.CIWAE", beta=beta)
        super().__init__(**kwargs)
        self.num_samples = num_samples
        self.beta = self.moving_weight("beta", beta)

    def call(self, trace: Any) -> Any:
        log_weight, terms = self.weigh(trace)
        elbo = ops.mean(log_weight, axis=0)
        bound = self.beta * elbo + (1.0 - self.beta) * log_mean_exp(log_weight)
        return trace.mean(-bound), terms
