"""A likelihood's dispersion, scale or shape: learned for all, for each feature, or decoded."""

import math
from typing import Any

import keras
from keras import ops

from keras_vae.checks import check_choice, check_count, check_positive, check_range
from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.posteriors.bounds import bounded

#: one for all numbers; one for each feature; one for each example and feature, from the decoder
KINDS = ("shared", "feature", "element")
#: and one for each condition and feature
KINDS_WITH_CONDITION = (*KINDS, "condition")


class LogParameter:
    """A positive parameter of a likelihood, kept by its logarithm between two bounds.

    Values stay between the bounds and gradients finite, and no gradient ends at a bound.

    Args:
        owner: str, the likelihood's name, for errors.
        name: str, of the parameter, such as `"dispersion"`.
        kind: `"shared"`, `"feature"`, `"element"` (the decoder gives its logarithm) or
            `"condition"` where there is a number of conditions to take.
        initial: float > 0, the value at the start where it is learned.
        bounds: pair of float, least and greatest value, both positive.
        kinds: tuple of str, the kinds to choose from. Defaults to `KINDS`.
        num_conditions: int, for the kind `"condition"`. Defaults to `None`.

    Raises:
        ValueError: if an argument is out of its range.
    """

    def __init__(
        self,
        owner: str,
        name: str,
        kind: str,
        initial: float,
        bounds: tuple[float, float],
        kinds: tuple[str, ...] = KINDS,
        num_conditions: int | None = None,
    ) -> None:
        check_choice(owner, kinds, **{name: kind})
        check_positive(owner, **{f"initial_{name}": initial})
        check_range(owner, **{f"{name}_range": bounds})
        check_positive(owner, **{f"least value of {name}_range": bounds[0]})
        if kind == "condition":
            check_count(owner, num_conditions=num_conditions)
        self.owner, self.name, self.kind = owner, name, kind
        self.initial, self.num_conditions = initial, num_conditions
        self.low, self.high = (math.log(bound) for bound in bounds)

    def shapes(self, data_shape: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
        """What the decoder has to give: its logarithm, or nothing."""
        return {f"log_{self.name}": tuple(data_shape)} if self.kind == "element" else {}

    def weight(self, likelihood: Likelihood) -> Any:
        """The learned logarithm, as a weight of the likelihood; None if the decoder gives it."""
        event = likelihood.event_shape
        shapes = {"shared": (), "feature": event, "condition": (self.num_conditions, *event)}
        if self.kind not in shapes:
            return None
        return likelihood.add_weight(
            name=f"log_{self.name}",
            shape=shapes[self.kind],
            initializer=keras.initializers.Constant(math.log(self.initial)),
            dtype="float32",
            autocast=False,
            aggregation="mean",
        )

    def value(self, weight: Any, decoded: list, condition: Any = None) -> Any:
        """The logarithm within its bounds, (..., event) or what broadcasts to it.

        Args:
            weight: what `weight` made.
            decoded: list of the tensors that the decoder gave for `shapes`.
            condition: tensor (batch, conditions) of one-hot rows, for the kind `"condition"`.
                Defaults to `None`.

        Raises:
            ValueError: if there is no condition and the kind needs one.
        """
        if self.kind == "element":
            (values,) = decoded
        elif self.kind == "condition":
            if condition is None:
                raise ValueError(
                    f'{self.owner}({self.name}="condition") needs the condition of each example, '
                    f"(batch, {self.num_conditions}). Received: condition=None"
                )
            values = ops.tensordot(condition, ops.convert_to_tensor(weight), axes=1)
        else:
            values = ops.convert_to_tensor(weight)
        return bounded(values, self.low, self.high)
