"""The capacity of the latents, raised while training (Burgess et al., 2018)."""

from keras_vae.callbacks.schedule import Schedule
from keras_vae.parts import check_non_negative, check_positive


class LinearCapacity(Schedule):
    """Capacity rising linearly from `start` to `stop` over the first epochs, then constant.

    It is set before each epoch, for models whose objective has such a variable, as
    `keras_vae.objectives.AnnealedCapacity` and `JointCapacity` have, and follows from the epoch
    alone, so resumed runs go on where they were. The last of the first `epochs` epochs is trained
    at `stop`.

    Args:
        epochs: int >= 1, length of the rise.
        start: float >= 0, nats. Defaults to `0.0`.
        stop: float >= 0, nats. Defaults to `25.0`.
        variable: str, the name of the objective's variable, such as `"discrete_capacity"`. Defaults
            to `"capacity"`.

    Raises:
        ValueError: if `epochs` is not positive or a capacity is negative; when training begins, if
            the model's objective has no such variable.

    Reference:
        - [Burgess et al., 2018](https://arxiv.org/abs/1804.03599)

    Example:

    >>> schedule = keras_vae.callbacks.LinearCapacity(epochs=11)
    >>> schedule.value(5)
    12.5
    """

    def __init__(
        self, epochs: int, start: float = 0.0, stop: float = 25.0, variable: str = "capacity"
    ) -> None:
        check_positive(type(self).__name__, epochs=epochs)
        check_non_negative(type(self).__name__, start=start, stop=stop)
        super().__init__(f"objective.{variable}", self.value, every="epoch")
        self.epochs, self.start, self.stop = epochs, start, stop
        self.variable = variable
        self.end = max(1, epochs - 1)

    def value(self, epoch: float) -> float:
        """The capacity during an epoch, counted from 0."""
        return self.start + (self.stop - self.start) * min(1.0, epoch / max(1, self.epochs - 1))
