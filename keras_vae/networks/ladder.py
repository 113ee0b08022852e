"""Networks of a ladder VAE (Sønderby et al., 2016), arxiv.org/abs/1602.02282."""

from collections.abc import Mapping, Sequence
from typing import Any

import keras
from keras import ops

from keras_vae.networks.checks import check_shapes
from keras_vae.networks.network import Shape, Shapes
from keras_vae.networks.top_down import Parameters, TopDown
from keras_vae.serialization import register
from keras_vae.typing import Tensor


@register
class LadderTopDown(TopDown):
    """From the top level down, each level's normal from a network of the level above it.

    The level at the top is standard normal. What the encoder says of a level, a mean and a
    log-variance of its own, is merged with what the levels above say of it: the posterior's
    precision is the sum of both, and its mean the mean of both weighted by precision. At the top
    the encoder alone says what the posterior is.

    Args:
        levels: dict of the levels' names and shapes, from the top.
        between: list of Keras models, one for each level but the top: of the level above it, or of
            a list of it and a condition, to `[mean, log_var]`.
        output: Keras model of the last level, or of a list of it and a condition, to the
            likelihood's parameters.
        condition_shape: tuple of int, shape of a condition without batch axis. Defaults to `None`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: unless there is a network between each two levels.

    Reference:
        - [Sønderby et al., 2016](https://arxiv.org/abs/1602.02282)
    """

    def __init__(
        self,
        levels: Mapping[str, Shape],
        between: Sequence[keras.Model],
        output: keras.Model,
        condition_shape: Shape | None = None,
        **kwargs: Any,
    ) -> None:
        check_shapes((1,), dict(levels))
        if len(between) != len(levels) - 1:
            raise ValueError(
                "networks.LadderTopDown needs a network between each two levels. "
                f"Received: {len(between)} networks for {len(levels)} levels"
            )
        super().__init__(**kwargs)
        self.level_shapes = {name: tuple(shape) for name, shape in levels.items()}
        self.context_shapes = normals_of(self.level_shapes)
        self.between = list(between)
        self.output_network = output
        self.condition_shape = None if condition_shape is None else tuple(condition_shape)

    def begin(self, rows: Any, condition: Tensor | None, training: bool) -> Any:
        """The condition, and zeros in the place of a level above the top."""
        top = next(iter(self.level_shapes.values()))
        state = {"z": ops.zeros((rows, *top), dtype="float32")}
        return state if condition is None else {**state, "condition": condition}

    def at(
        self, level: int, state: Any, contexts: Sequence[Tensor] | None, training: bool
    ) -> tuple[Any, Parameters, Parameters | None]:
        """The level given the one above it, and merged with what the encoder says."""
        if level == 0:
            p: Any = (state["z"], state["z"])  # zeros: mean 0 and log-variance 0
        else:
            p = tuple(ops.cast(t, "float32") for t in self._through(level, state, training))
        if contexts is None:
            return state, p, None
        said = tuple(ops.cast(t, "float32") for t in contexts[2 * level : 2 * level + 2])
        return state, p, said if level == 0 else merged(p, said)

    def move(self, level: int, state: Any, z: Tensor, training: bool) -> Any:
        """The draw in the place of the one above it."""
        return {**state, "z": z}

    def finish(self, state: Any, training: bool) -> list[Tensor]:
        """The likelihood's parameters given the last level."""
        return _as_list(self.output_network(_inputs(state), training=training))

    def _through(self, level, state, training):
        return self.between[level - 1](_inputs(state), training=training)


def merged(p: Parameters, said: Parameters) -> Parameters:
    """Two normals merged by precision: mean and log-variance of their normalized product.

    Args:
        p: mean and log-variance, (rows, *level) each.
        said: mean and log-variance, (rows, *level) each.
    """
    (mean, log_var), (other_mean, other_log_var) = p, said
    # The share of the other's precision in the sum of both; no exponential overflows here.
    share = ops.sigmoid(log_var - other_log_var)
    merged_log_var = -ops.logaddexp(-log_var, -other_log_var)
    return mean + share * (other_mean - mean), merged_log_var


def normals_of(levels: Shapes) -> dict[str, Shape]:
    """The names and shapes of a mean and a log-variance of each level."""
    return {
        f"{name}_{kind}": tuple(shape)
        for name, shape in levels.items()
        for kind in ("mean", "log_var")
    }


def _inputs(state):
    return [state["z"], state["condition"]] if "condition" in state else state["z"]


def _as_list(outputs):
    return list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
