"""Zero-inflated negative binomial (Lopez et al., 2018, scVI), doi.org/10.1038/s41592-018-0229-2."""

from typing import Any, NamedTuple

from keras import ops

from keras_vae.distributions.bounds import greater
from keras_vae.distributions.distribution import Space, Traits
from keras_vae.distributions.events import standard_uniform, sum_event, together
from keras_vae.distributions.negative_binomial import NegativeBinomial
from keras_vae.distributions.seeds import seed_stream
from keras_vae.typing import Seed, Tensor


class ZeroInflatedNegativeBinomial(NamedTuple):
    r"""Zeros with probability pi, and negative binomial counts otherwise; independent elements.

    $$
    P(x) = \pi\, [x = 0] + (1 - \pi)\, \mathrm{NB}(x; \mu, \alpha)
    $$

    Args:
        log_mean: tensor (..., event), of the counts' mean mu *without* the extra zeros.
        log_dispersion: tensor (..., event), of the dispersion alpha, as of `NegativeBinomial`.
        zero_logits: tensor (..., event), the logits of pi.
        event_ndim: int, the number of trailing axes that make one event. Defaults to `1`.

    Reference:
        - [Lopez et al., 2018](https://doi.org/10.1038/s41592-018-0229-2)
    """

    log_mean: Any
    log_dispersion: Any
    zero_logits: Any
    event_ndim: int = 1

    @property
    def traits(self) -> Traits:
        return Traits(Space.DISCRETE, element_ndim=0)

    @property
    def counts(self) -> NegativeBinomial:
        """The distribution of the counts without the extra zeros."""
        return NegativeBinomial(self.log_mean, self.log_dispersion, self.event_ndim)

    @property
    def mean(self) -> Tensor:
        """Mean, zeros included, (..., event)."""
        return ops.sigmoid(-self.zero_logits) * self.counts.mean

    @property
    def variance(self) -> Tensor:
        """Variance, (..., event)."""
        counts, zero = self.counts, ops.sigmoid(self.zero_logits)
        return ops.sigmoid(-self.zero_logits) * (counts.variance + zero * ops.square(counts.mean))

    def log_prob(self, x: Tensor) -> Tensor:
        """Log-probability of counts in nats, (..., event) -> (...)."""
        of_counts = self.counts._replace(event_ndim=0).log_prob(x)
        log_counted = ops.log_sigmoid(-self.zero_logits)
        # log(pi + (1 - pi) p): where p is near one the first form keeps the digits of 1 - p, and
        # elsewhere the second those of a small p and pi. Each gets only numbers that it can take.
        near = of_counts > -1.0
        edge = ops.full_like(of_counts, -1.0)  # a bare number would make float32 of float64
        likely, unlikely = ops.where(near, of_counts, edge), ops.where(near, edge, of_counts)
        by_difference = ops.log1p(ops.exp(log_counted) * ops.expm1(likely))
        extra, counted = ops.log_sigmoid(self.zero_logits), log_counted + unlikely
        by_sum = greater(extra, counted) + ops.softplus(-ops.abs(extra - counted))
        zero = ops.where(near, by_difference, by_sum)
        return sum_event(ops.where(x > 0, log_counted + of_counts, zero), self.event_ndim)

    def sample(self, num_samples: int | None = None, seed: Seed = None) -> Tensor:
        """Draw of counts, (..., event), or (num_samples, ..., event); no gradient."""
        log_mean, log_dispersion, zero_logits = together(
            self.log_mean, self.log_dispersion, self.zero_logits
        )
        seed = seed_stream(seed)
        counts = NegativeBinomial(log_mean, log_dispersion).sample(num_samples, seed)
        uniform = standard_uniform(zero_logits, num_samples, seed)
        return ops.where(uniform < ops.sigmoid(zero_logits), 0.0, counts)
