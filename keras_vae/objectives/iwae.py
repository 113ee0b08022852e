"""Importance weighted bound (Burda et al., 2015), arxiv.org/abs/1509.00519."""

import math

from keras import ops

from keras_vae.backend import mean_over_batch
from keras_vae.objectives.objective import Objective
from keras_vae.parts import check_count
from keras_vae.serialization import register


@register
class IWAE(Objective):
    """Importance weighted bound, as a loss: -log (1/k) sum_k p(x, z_k) / q(z_k|x).

    All k latents of an example are decoded in one go. `reconstruction` and `kl` are the means over
    the draws; the `loss` lies below their sum, the tighter the more draws.

    Args:
        num_samples: int, k. Defaults to `5`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if `num_samples` is no integer >= 1.

    Reference:
        - [Burda et al., 2015](https://arxiv.org/abs/1509.00519)
    """

    term_names = ("reconstruction", "kl")

    def __init__(self, num_samples=5, **kwargs):
        check_count("objectives.IWAE", num_samples=num_samples)
        super().__init__(**kwargs)
        self.num_samples = num_samples

    def call(self, trace):
        log_likelihood, log_ratio = trace.log_likelihood(), trace.log_ratio()  # (samples, batch)
        log_weight = log_likelihood - log_ratio
        bound = ops.logsumexp(log_weight, axis=0) - math.log(self.num_samples)
        terms = [mean_over_batch(ops.mean(t, axis=0)) for t in (-log_likelihood, log_ratio)]
        return self.inject(mean_over_batch(-bound), terms)
