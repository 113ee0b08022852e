"""Likelihoods of counts whose examples differ in size: depth, length, exposure."""

import math
from typing import Any

import numpy as np
from keras import ops

from keras_vae.checks import refuse
from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.typing import Shape, Tensor


class Sized(Likelihood):
    """Base of the likelihoods of counts 0, 1, 2, ... whose examples have a size.

    Args:
        size_factor: `False`, no size; `True`, the field `"size_factor"` of shape `()` gives it;
            `"total"`, it is the example's own total, 1 where that is 0. Latents without data, as
            those of `generate`, have the median total of the training examples then, which is
            kept with the weights. Defaults to `False`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if `size_factor` is none of these.
    """

    support = (0.0, math.inf)
    integers = True

    def __init__(self, size_factor: bool | str = False, **kwargs: Any) -> None:
        if not isinstance(size_factor, bool) and size_factor != "total":
            owner = f"likelihoods.{type(self).__name__}"
            refuse(owner, 'True, False or "total"', size_factor=size_factor)
        super().__init__(**kwargs)
        self.size_factor = size_factor

    @property
    def reads_data(self) -> bool:
        """Whether the parameters depend on x: on its total."""
        return self.size_factor == "total"

    @property
    def field_names(self) -> tuple[str, ...]:
        """The fields beside x that `call` takes by name."""
        return ("size_factor",) if self.size_factor is True else ()

    @property
    def field_kinds(self) -> dict[str, str]:
        """What the fields hold: a size factor is positive."""
        return {"size_factor": "positive"} if self.size_factor is True else {}

    @property
    def field_defaults(self) -> dict[str, float]:
        """A size factor of one, for latents without data."""
        return {"size_factor": 1.0} if self.size_factor is True else {}

    def build(self, event_shape: Shape) -> None:
        super().build(event_shape)
        if self.reads_data:
            self.typical_total = self.scalar_weight("typical_total", 1.0, trainable=False)

    def before_fit(self, context: Any, x: Any) -> None:
        """Keep the median total of the examples that have one."""
        x = x["x"] if isinstance(x, dict) else x
        if not self.reads_data or x is None:
            return
        axes = tuple(range(1, 1 + self.event_ndim))
        totals = np.sum(ops.convert_to_numpy(x), axis=axes, dtype="float64")
        if np.any(totals > 0):
            self.typical_total.assign(np.median(totals[totals > 0]))

    def sizes(self, x: Tensor | None, size_factor: Tensor | None) -> Tensor | None:
        """The size of each example, (batch,), or (1,) for all; None without sizes.

        Args:
            x: tensor (batch, event) of counts, or None.
            size_factor: tensor (batch,), or None.
        """
        if size_factor is not None:
            return ops.reshape(size_factor, (-1,))
        if not self.reads_data:
            return None
        if x is None:
            return ops.reshape(ops.convert_to_tensor(self.typical_total), (1,))
        total = ops.sum(ops.cast(x, "float32"), axis=tuple(range(-self.event_ndim, 0)))
        return ops.where(total > 0, total, 1.0)
