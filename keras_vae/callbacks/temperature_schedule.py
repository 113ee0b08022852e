"""Temperature schedule of relaxed posteriors (Jang et al., 2016), arxiv.org/abs/1611.01144."""

import math

from keras_vae.callbacks.schedule import Schedule
from keras_vae.parts import check_non_negative, check_positive


class TemperatureSchedule(Schedule):
    """Temperature that falls exponentially: max(stop, start * exp(-rate * epoch)).

    Sets `model.posterior_layer.temperature` before each epoch. The temperature follows from the
    epoch alone, so a run that was killed and resumed with `BackupAndRestore` goes on where it was.
    The variable itself is saved with the model's weights.

    Args:
        rate: float >= 0, fall of the logarithm in an epoch. Defaults to `0.03`.
        start: float > 0. Defaults to `1.0`.
        stop: float > 0, the least temperature. Defaults to `0.5`.

    Raises:
        ValueError: if `rate` is negative or a temperature not positive.

    Reference:
        - [Jang et al., 2016](https://arxiv.org/abs/1611.01144)

    Example:

    >>> schedule = keras_vae.callbacks.TemperatureSchedule(rate=0.1)
    >>> schedule.temperature(0), schedule.temperature(100)
    (1.0, 0.5)
    """

    def __init__(self, rate: float = 0.03, start: float = 1.0, stop: float = 0.5) -> None:
        check_non_negative(type(self).__name__, rate=rate)
        check_positive(type(self).__name__, start=start, stop=stop)
        super().__init__("posterior_layer.temperature", self.temperature, every="epoch")
        self.rate, self.start, self.stop = rate, start, stop

    def temperature(self, epoch: float) -> float:
        """The temperature in an epoch, counted from 0."""
        return max(self.stop, self.start * math.exp(-self.rate * epoch))
