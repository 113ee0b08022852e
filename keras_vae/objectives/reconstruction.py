"""Reconstruction alone, the objective of an autoencoder."""

import math
from typing import Any

from keras import ops

from keras_vae.backend import mean_over_batch
from keras_vae.objectives.matching import flat
from keras_vae.objectives.objective import Objective
from keras_vae.parts import check_non_negative, check_proper_fraction
from keras_vae.serialization import register

_PENALTIES = {"l2": ops.square, "l1": ops.abs}


@register
class Reconstruction(Objective):
    """-log p(x|z), with optional penalties on the code z.

    `l2` is the sum of squares of a code and `l1` the sum of its absolute values, means over the
    batch; history shows those that have a weight.

    Args:
        l2: float >= 0, weight. Defaults to `0.0`.
        l1: float >= 0, weight; it makes codes sparse. Defaults to `0.0`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if a weight is negative.
    """

    needs_equal_weights = None
    takes_free_sizes = True

    def __init__(self, l2: float = 0.0, l1: float = 0.0, **kwargs: Any) -> None:
        check_non_negative("objectives.Reconstruction", l2=l2, l1=l1)
        super().__init__(**kwargs)
        weights = {name: value for name, value in (("l2", l2), ("l1", l1)) if value}
        #: the weight of each penalty in use, by its name
        self.penalties = {name: self.moving_weight(name, w) for name, w in weights.items()}
        self.term_names = ("reconstruction", *weights)

    def call(self, trace: Any) -> Any:
        loss = trace.mean(-trace.log_likelihood())
        terms = {"reconstruction": loss}
        for name, weight in self.penalties.items():
            terms[name] = trace.mean(ops.sum(_PENALTIES[name](flat(trace.z)), axis=-1))
            loss = loss + weight * terms[name]
        return loss, terms


@register
class SparseReconstruction(Objective):
    """-log p(x|z) and a KL that asks each code element to be on for a given share of examples.

    `sparsity` is the sum over elements of KL(rate || mean of the element over the batch), of two
    Bernoulli distributions, in nats. For codes in [0, 1], such as those of
    `posteriors.Deterministic("sigmoid")`; means are kept a thousandth away from both ends.

    Args:
        rate: float in (0, 1), the wanted mean. Defaults to `0.05`.
        weight: float >= 0, of the sparsity. Defaults to `1.0`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if an argument is out of its range.

    Reference:
        - Ng, 2011, Sparse autoencoder (lecture notes, CS294A)
    """

    term_names = ("reconstruction", "sparsity")
    needs_equal_weights = "it takes the mean of each code element over the batch"

    def __init__(self, rate: float = 0.05, weight: float = 1.0, **kwargs: Any) -> None:
        check_proper_fraction("objectives.SparseReconstruction", rate=rate)
        check_non_negative("objectives.SparseReconstruction", weight=weight)
        super().__init__(**kwargs)
        self.rate = rate
        self.weight = self.moving_weight("weight", weight)

    def call(self, trace: Any) -> Any:
        reconstruction = mean_over_batch(-trace.log_likelihood())
        mean = ops.clip(mean_over_batch(flat(trace.z)), 1e-3, 1.0 - 1e-3)
        on = self.rate * (math.log(self.rate) - ops.log(mean))
        off = (1.0 - self.rate) * (math.log1p(-self.rate) - ops.log1p(-mean))
        sparsity = ops.sum(on + off)
        terms = {"reconstruction": reconstruction, "sparsity": sparsity}
        return reconstruction + self.weight * sparsity, terms
