"""Objective of the semi-supervised VAE "M2" (Kingma et al., 2014), arxiv.org/abs/1406.5298."""

import dataclasses
import functools
import math
from typing import Any

from keras import ops

from keras_vae.objectives.objective import Objective
from keras_vae.objectives.trace import weighted_mean
from keras_vae.parts import check_non_negative
from keras_vae.serialization import register


@dataclasses.dataclass(frozen=True)
class ClassTrace:
    """What one pass of a semi-supervised model left behind, for each class.

    Args:
        reconstruction: -log p(x|y, z) with each class, (classes, batch), in nats.
        kl: KL(q(z|x, y) || p(z)) with each class, (classes, batch), in nats.
        log_q: log q(y|x), (batch, classes).
        known: one-hot rows of known classes and rows of zeros, (batch, classes).
        sample_weight: weights of the examples, (batch,). Defaults to `None`, one each.
    """

    reconstruction: Any
    kl: Any
    log_q: Any
    known: Any
    sample_weight: Any = None

    def mean(self, values: Any) -> Any:
        """See `Trace.mean`."""
        return weighted_mean(values, self.sample_weight)

    @functools.cached_property
    def is_known(self) -> Any:
        """1 where the class is known and 0 elsewhere, (batch,)."""
        return ops.sum(self.known, axis=-1)

    @functools.cached_property
    def weights(self) -> Any:
        """q(y|x), or all weight on the known class, (batch, classes)."""
        return self.known + (1.0 - self.is_known)[:, None] * ops.exp(self.log_q)

    def mean_over_classes(self, values: Any) -> Any:
        """Mean of values with each class, (classes, batch) -> (batch,)."""
        return ops.sum(ops.transpose(self.weights) * values, axis=0)

    def class_kl(self) -> Any:
        """KL(q(y|x) || p(y)) in nats with p(y) uniform; -log p(y) where y is known, (batch,)."""
        # For a known class, weights * log_q would be the classifier's term: only others count.
        negative_entropy = (1.0 - self.is_known) * ops.sum(self.weights * self.log_q, axis=-1)
        return negative_entropy + math.log(self.known.shape[-1])

    def elbo(self) -> Any:
        """The bound of log p(x, y) where the class is known, else of log p(x), (batch,), nats."""
        return -self.mean_over_classes(self.reconstruction + self.kl) - self.class_kl()


@register
class SemiSupervised(Objective):
    """The bound of "M2": of log p(x, y) where the class is known, of log p(x) where it is not.

    Without a class, the bound is averaged over q(y|x) and has the entropy of it added. The loss is
    reconstruction + kl + class_kl + alpha * classification, all means over the whole batch, in
    nats: `class_kl` is KL(q(y|x) || p(y)) with p(y) uniform, or -log p(y) where y is known, and
    `classification` is -log q(y|x) where y is known and 0 elsewhere. The `elbo` in a model's
    history is minus the sum of the first three: a bound of log p(x, y) for examples with a label,
    and of log p(x) for the others.

    Args:
        alpha: float >= 0, weight of the classifier's cross-entropy. Defaults to `10.0`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if `alpha` is negative.

    Reference:
        - [Kingma et al., 2014](https://arxiv.org/abs/1406.5298), equations 6 to 9
    """

    term_names = ("reconstruction", "kl", "class_kl", "classification")
    needs_equal_weights = None

    def __init__(self, alpha: float = 10.0, **kwargs: Any) -> None:
        check_non_negative("objectives.SemiSupervised", alpha=alpha)
        super().__init__(**kwargs)
        self.alpha = self.moving_weight("alpha", alpha)

    def call(self, trace: Any) -> Any:
        terms = [
            trace.mean_over_classes(trace.reconstruction),
            trace.mean_over_classes(trace.kl),
            trace.class_kl(),
            -ops.sum(trace.known * trace.log_q, axis=-1),
        ]
        reconstruction, kl, class_kl, classification = map(trace.mean, terms)
        loss = reconstruction + kl + class_kl + self.alpha * classification
        return loss, {
            "reconstruction": reconstruction,
            "kl": kl,
            "class_kl": class_kl,
            "classification": classification,
        }
