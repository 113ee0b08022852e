"""What every likelihood gives."""

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vae.parts import Part, unpack
from keras_vae.typing import Shape, Tensor


class AtLeast(keras.constraints.Constraint):
    """Keeps a weight at `floor` or above it."""

    # A class, for Keras 3.10 takes no function.
    def __init__(self, floor: Any) -> None:
        self.floor = floor

    def __call__(self, w: Tensor) -> Tensor:
        return ops.maximum(w, self.floor)


class Likelihood(Part):
    """Base of the likelihoods: `likelihood(decoder_outputs)` is a distribution over x.

    Built with the data's shape (no batch axis). A likelihood names its parameters in
    `parameter_shapes(data_shape)`; the decoder gives them in that order, or as a dict. Axes in
    front of a parameter's own, (batch, ...) or (samples, batch, ...), are kept.

    Call arguments:
        parameters: tensor, list or dict of tensors, as `parameter_shapes` names them.
        x: the data (batch, ...), for likelihoods that fit a parameter to it in closed form; the
            others do not look at it. Defaults to `None`.
        training: bool, whether such a fit happens. Defaults to `False`.
    """

    #: the interval that data must lie in, or None for all real numbers
    support: tuple[float | None, float | None] | None = None
    #: the fields beside x that `call` takes by name, such as `"size_factor"`
    field_names: tuple[str, ...] = ()
    #: what those fields hold, where that is not any number: kinds of `keras_vae.inputs.kinds`
    field_kinds: Mapping[str, str] = MappingProxyType({})
    #: values of those fields for latents that come without data
    field_defaults: Mapping[str, float] = MappingProxyType({})
    #: whether means and draws depend on x too, so that a reconstruction must know it
    reads_data = False
    #: whether log-densities are those of counts whose total is given
    given_total = False
    #: whether the ends of the support are not data: the density there is zero or infinite
    open_support = False
    #: number of equal steps between the ends of the support that data must lie on, or None
    support_steps: int | None = None
    #: whether `log_prob` is a log-density or log-probability of the data, in nats
    is_density: bool = True
    #: whether data must be whole numbers
    integers = False
    #: whether `call` takes `observed` too, (batch, event), 1 where x is; for those that fit to x
    takes_observed = False

    def pieces(self) -> list[tuple[tuple[int, ...] | None, "Likelihood"]]:
        """Who says what data must hold: pairs of the columns, None for all, and a likelihood."""
        return [(None, self)]

    @property
    def filler(self) -> Any:
        """A point of the support that stands in the place of missing values when x is scored.

        A number, or an array (event) where columns differ. Its own density never counts.
        """
        pieces = self.pieces()
        if pieces == [(None, self)]:
            return self._inner_point()
        row = np.zeros(self.event_shape, "float32")
        for columns, member in pieces:
            row[list(columns)] = member.filler
        return row

    def _inner_point(self):
        least, greatest = self.support or (None, None)
        ends = [end for end in (least, greatest) if end is not None and math.isfinite(end)]
        if not ends:
            return 0.0
        if not self.open_support:
            return float(ends[0])
        if len(ends) == 2:
            return float(sum(ends)) / 2.0
        return float(least) + 1.0 if ends[0] == least else float(greatest) - 1.0

    def parameter_shapes(self, data_shape: Shape) -> Any:
        """The parameters' names and shapes, without batch axis, as a dict."""
        raise NotImplementedError

    def unpack(self, parameters: Any) -> Any:
        """The decoder's outputs as a list, in the order of `parameter_shapes`."""
        names = list(self.parameter_shapes(self.event_shape))
        return unpack(parameters, names, f"The likelihood {type(self).__name__}")

    def check_shapes(self, shapes: Any) -> None:
        """Raise a ValueError unless these are the parameters' shapes (no batch axis)."""
        expected = self.parameter_shapes(self.event_shape)
        if list(shapes) != list(expected.values()):
            raise ValueError(
                f"The likelihood {type(self).__name__} of data of shape {self.event_shape} needs "
                f"parameters of shapes {expected}. Received: outputs of shapes {list(shapes)}"
            )

    def log_scale_weight(self) -> Any:
        """The one learned log-scale of likelihoods with `initial_scale` and `min_scale`."""
        # A bound in the pass alone has no gradient below itself, and would hold the scale for good
        # once a step has gone there.
        floor = AtLeast(math.log(self.min_scale))
        return self.scalar_weight("log_scale", math.log(self.initial_scale), constraint=floor)

    def scalar_weight(
        self, name: str, value: Any, trainable: bool = True, constraint: Any = None
    ) -> Any:
        """A scalar weight that no mixed-precision policy rounds and replicas average."""
        return self.add_weight(
            name=name,
            shape=(),
            initializer=keras.initializers.Constant(value),
            dtype="float32",
            autocast=False,
            trainable=trainable,
            constraint=constraint,
            aggregation="mean",
        )
