"""Generalized ELBO with constrained optimization (Rezende and Viola, 2018), arXiv 1810.00597."""

import math
from typing import Any

from keras import ops

from keras_vae.objectives.objective import Objective
from keras_vae.parts import check_finite, check_positive, check_proper_fraction
from keras_vae.serialization import register

#: how far the logarithm of the multiplier goes either way
_LOG_BOUND = math.log(1e6)


@register
class GECO(Objective):
    """The least KL at which the reconstruction meets a target: KL + multiplier * constraint.

    The constraint is reconstruction less target. The multiplier grows while its moving average is
    above zero and shrinks below, so that it settles where the reconstruction is the target; both
    are variables that move within the training step, and stand still in evaluation.

    Args:
        target: float, wanted reconstruction -log p(x|z) in nats, summed over an example. As a
            density, that of real-valued data may be negative.
        momentum: float in (0, 1), of the moving average. Defaults to `0.99`.
        rate: float > 0, of the multiplier: each step multiplies it by exp(rate * constraint of
            each data element), the latter clipped to one nat. Defaults to `0.1`.
        multiplier: float > 0, where it starts. Defaults to `1.0`, the ELBO.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if an argument is out of its range.

    Reference:
        - [Rezende and Viola, 2018](https://arxiv.org/abs/1810.00597); their constraint is a sum of
          squares, and the step that of the sum
    """

    term_names = ("reconstruction", "kl")
    needs_equal_weights = None
    numbered_variables = ("log_multiplier", "average", "average_weight")

    def __init__(
        self,
        target: float,
        momentum: float = 0.99,
        rate: float = 0.1,
        multiplier: float = 1.0,
        **kwargs: Any,
    ) -> None:
        check_finite("objectives.GECO", target=target)
        check_proper_fraction("objectives.GECO", momentum=momentum)
        check_positive("objectives.GECO", rate=rate, multiplier=multiplier)
        super().__init__(**kwargs)
        self.target = target
        self.momentum = momentum
        self.rate = rate
        self.multiplier = multiplier
        self.log_multiplier = self.moving_weight("log_multiplier", math.log(multiplier))
        # The average's own weight, by which it is divided, makes the first one the first value.
        self.average = self.moving_weight("average", 0.0)
        self.average_weight = self.moving_weight("average_weight", 0.0)

    def call(self, trace: Any) -> Any:
        reconstruction = trace.mean(-trace.log_likelihood())
        kl = trace.mean(trace.kl())
        constraint = reconstruction - self.target
        # The multiplier of this step is that which the last ones have left.
        weight = ops.exp(ops.convert_to_tensor(self.log_multiplier))
        if trace.training:
            average = self._update(ops.stop_gradient(constraint), math.prod(trace.x.shape[1:]))
            # The value of the average, the gradient of this batch.
            constraint = constraint + ops.stop_gradient(average - constraint)
        return kl + weight * constraint, {"reconstruction": reconstruction, "kl": kl}

    def _update(self, constraint, num_elements):
        """Move average and multiplier; the average."""
        old, new = self.momentum, 1.0 - self.momentum
        total = old * ops.convert_to_tensor(self.average) + new * constraint
        total_weight = old * ops.convert_to_tensor(self.average_weight) + new
        average = total / total_weight
        step = self.rate * ops.clip(average / num_elements, -1.0, 1.0)
        log_multiplier = ops.convert_to_tensor(self.log_multiplier) + step
        self.average.assign(total)
        self.average_weight.assign(total_weight)
        self.log_multiplier.assign(ops.clip(log_multiplier, -_LOG_BOUND, _LOG_BOUND))
        return average
