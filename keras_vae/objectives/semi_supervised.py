"""Objective of the semi-supervised VAE "M2" (Kingma et al., 2014), arxiv.org/abs/1406.5298."""

import dataclasses
import math
from typing import Any

from keras import ops

from keras_vae.backend import mean_over_batch
from keras_vae.objectives.objective import Objective
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
    """

    reconstruction: Any
    kl: Any
    log_q: Any
    known: Any


@register
class SemiSupervised(Objective):
    """The bound of "M2": of log p(x, y) where the class is known, of log p(x) where it is not.

    Without a class, the bound is averaged over q(y|x) and has the entropy of it added. The loss is
    reconstruction + kl + class_kl + alpha * classification, all means over the whole batch, in
    nats: `class_kl` is KL(q(y|x) || p(y)) with p(y) uniform, or -log p(y) where y is known, and
    `classification` is -log q(y|x) where y is known and 0 elsewhere.

    Args:
        alpha: float >= 0, weight of the classifier's cross-entropy. Defaults to `10.0`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if `alpha` is negative.

    Reference:
        - [Kingma et al., 2014](https://arxiv.org/abs/1406.5298), equations 6 to 9
    """

    term_names = ("reconstruction", "kl", "class_kl", "classification")

    def __init__(self, alpha: float = 10.0, **kwargs: Any) -> None:
        check_non_negative("objectives.SemiSupervised", alpha=alpha)
        super().__init__(**kwargs)
        self.alpha = self.moving_weight("alpha", alpha)

    def call(self, trace: Any) -> Any:
        labelled = ops.sum(trace.known, axis=-1)
        weights = trace.known + (1.0 - labelled)[:, None] * ops.exp(trace.log_q)
        num_classes = trace.known.shape[-1]
        # Of a known class, weights * log_q would be the classifier's term; so of the others only.
        negative_entropy = (1.0 - labelled) * ops.sum(weights * trace.log_q, axis=-1)
        terms = [
            ops.sum(ops.transpose(weights) * trace.reconstruction, axis=0),
            ops.sum(ops.transpose(weights) * trace.kl, axis=0),
            negative_entropy + math.log(num_classes),
            -ops.sum(trace.known * trace.log_q, axis=-1),
        ]
        reconstruction, kl, class_kl, classification = map(mean_over_batch, terms)
        loss = reconstruction + kl + class_kl + self.alpha * classification
        return loss, {
            "reconstruction": reconstruction,
            "kl": kl,
            "class_kl": class_kl,
            "classification": classification,
        }
