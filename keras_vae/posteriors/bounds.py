"""Bounds for log-variances and concentrations, whose gradient never ends."""

import math
from typing import Any

from keras import ops

#: distances are clipped here, where the logarithm hardly grows; infinities would give NaN
_FARTHEST = 1e30


def bounded(values: Any, low: float = -math.inf, high: float = math.inf) -> Any:
    """Values clipped to [low, high], with a gradient outside of it too.

    `ops.clip` has no gradient outside: an encoder of data far from unit scale starts there, and
    would stay there for good. Here a value at the distance d outside has the slope 1 / (1 + d),
    the one of a tail that grows as log(1 + d). It never is zero, and it falls with d, so that a
    loss that asks for more than the bound moves the value away ever more slowly.

    Args:
        values: tensor (...).
        low: float. Defaults to `-inf`, no lower bound.
        high: float. Defaults to `inf`, no upper bound.

    Returns:
        Tensor (...).
    """
    tail = clipped = ops.clip(values, low, high)
    if high < math.inf:
        tail = tail + ops.log1p(ops.clip(values - high, 0.0, _FARTHEST))
    if low > -math.inf:
        tail = tail - ops.log1p(ops.clip(low - values, 0.0, _FARTHEST))
    # The value is the clipped one to the last digit.
    return ops.stop_gradient(clipped) + (tail - ops.stop_gradient(tail))
