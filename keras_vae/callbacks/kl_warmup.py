"""KL schedules: callbacks that move the objective's `kl_weight` while training."""

import math

from keras_vae.callbacks.schedule import Schedule
from keras_vae.parts import check_count, check_non_negative, check_positive


class KLSchedule(Schedule):
    """Base of the KL schedules: moves `model.objective.kl_weight`, at each step.

    A subclass says in `weight(epoch)` what the KL weight is after a number of epochs, which has a
    fraction within an epoch. Everything else is as in `keras_vae.callbacks.Schedule`.
    """

    def __init__(self) -> None:
        super().__init__("objective.kl_weight", self.weight)

    def weight(self, epoch: float) -> float:
        """The KL weight after `epoch` (float) epochs."""
        raise NotImplementedError


class LinearKLWarmup(KLSchedule):
    """KL weight rising linearly from `start` to `stop` over the first epochs, then constant.

    Args:
        epochs: float > 0, length of the rise.
        start: float >= 0. Defaults to `0.0`.
        stop: float >= 0. Defaults to `1.0`.

    Raises:
        ValueError: if `epochs` is not positive or a weight is negative.

    Reference:
        - [Bowman et al., 2016](https://arxiv.org/abs/1511.06349)

    Example:

    >>> warmup = keras_vae.callbacks.LinearKLWarmup(epochs=10)
    >>> warmup.weight(5)
    0.5
    """

    def __init__(self, epochs: float, start: float = 0.0, stop: float = 1.0) -> None:
        check_positive(type(self).__name__, epochs=epochs)
        check_non_negative(type(self).__name__, start=start, stop=stop)
        super().__init__()
        self.epochs, self.start, self.stop = epochs, start, stop
        self.end = epochs

    def weight(self, epoch: float) -> float:
        """The KL weight after `epoch` (float) epochs."""
        return self.start + (self.stop - self.start) * min(1.0, epoch / self.epochs)


class SigmoidKLWarmup(LinearKLWarmup):
    """KL weight rising from `start` to `stop` along a sigmoid over the first epochs.

    The logistic function of -6 to 6 over the rise, rescaled to begin and end exactly at `start` and
    `stop`.

    Args:
        epochs: float > 0, length of the rise.
        start: float >= 0. Defaults to `0.0`.
        stop: float >= 0. Defaults to `1.0`.

    Raises:
        ValueError: if `epochs` is not positive or a weight is negative.

    Reference:
        - [Bowman et al., 2016](https://arxiv.org/abs/1511.06349)
    """

    def weight(self, epoch: float) -> float:
        """The KL weight after `epoch` (float) epochs."""
        fraction = min(1.0, epoch / self.epochs)
        rise = 0.5 + 0.5 * math.tanh(3.0 * (2.0 * fraction - 1.0)) / math.tanh(3.0)
        return self.start + (self.stop - self.start) * rise


class CyclicalKLWarmup(KLSchedule):
    """KL weight that rises linearly and stays, over and over.

    Args:
        cycle_epochs: float > 0, length of a cycle.
        num_cycles: int >= 1, after which the weight stays at `stop`. Defaults to `4`.
        rise: float in (0, 1], the part of a cycle in which the weight rises. Defaults to `0.5`.
        start: float >= 0. Defaults to `0.0`.
        stop: float >= 0. Defaults to `1.0`.

    Raises:
        ValueError: if an argument is out of its range.

    Reference:
        - [Fu et al., 2019](https://arxiv.org/abs/1903.10145)
    """

    def __init__(
        self,
        cycle_epochs: float,
        num_cycles: int = 4,
        rise: float = 0.5,
        start: float = 0.0,
        stop: float = 1.0,
    ) -> None:
        owner = type(self).__name__
        check_positive(owner, cycle_epochs=cycle_epochs, rise=rise)
        check_non_negative(owner, start=start, stop=stop)
        check_count(owner, num_cycles=num_cycles)
        if rise > 1:
            raise ValueError(f"{owner} needs rise <= 1. Received: rise={rise}")
        super().__init__()
        self.cycle_epochs, self.num_cycles, self.rise = cycle_epochs, num_cycles, rise
        self.start, self.stop = start, stop
        self.end = num_cycles * cycle_epochs

    def weight(self, epoch: float) -> float:
        """The KL weight after `epoch` (float) epochs."""
        if epoch >= self.num_cycles * self.cycle_epochs:
            return self.stop
        fraction = epoch / self.cycle_epochs % 1.0
        return self.start + (self.stop - self.start) * min(1.0, fraction / self.rise)
