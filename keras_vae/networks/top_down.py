"""The generative network of a hierarchy: from the top level of latents down to the data."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import keras
from keras import ops

from keras_vae.serialization import Configurable
from keras_vae.typing import Shape, Tensor

#: the name of what a posterior leaves of its way through the decoder
STATE = "hierarchy_state"
#: mean and log-variance of a level
Parameters = tuple[Tensor, Tensor]


class TopDown(Configurable, keras.layers.Layer):
    """Base of the decoders of hierarchies, which prior and posterior go through too.

    On its way down it carries a state, a nest of tensors (rows, ...). At each level it says what
    the prior p(z_i|z_above) and the posterior q(z_i|z_above, x) are, and takes in the level's draw.
    Behind the last level it gives the likelihood's parameters. So one pass serves all three.

    A decoder of the model: called with latents (batch, latent), or with a dict of `"z"` and
    `"condition"`, it gives the likelihood's parameters, a list. With a `STATE` behind the levels
    of z, as a posterior leaves it, it starts from there.

    A subclass sets `level_shapes`, `context_shapes` and `condition_shape` in its constructor, makes
    all layers there, and defines `begin`, `at`, `move` and `finish`.
    """

    #: the names and shapes of the levels, from the top
    level_shapes: Mapping[str, Shape]
    #: the names and shapes, without batch axis, of what the encoder says to the levels
    context_shapes: Mapping[str, Shape]
    #: the shape of a condition, without batch axis, or None
    condition_shape: Shape | None = None

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.built = True

    def begin(self, rows: Any, condition: Tensor | None, training: bool) -> Any:
        """The state above the top level.

        Args:
            rows: int or scalar tensor, how many latents are on the way.
            condition: tensor (rows, condition), or `None`.
            training: bool.
        """
        raise NotImplementedError

    def at(
        self, level: int, state: Any, contexts: Sequence[Tensor] | None, training: bool
    ) -> tuple[Any, Parameters, Parameters | None]:
        """The state at a level, and the mean and log-variance of prior and posterior.

        Args:
            level: int, from the top.
            state: the state above it.
            contexts: sequence of tensors (rows, ...), in the order of `context_shapes`; `None`
                without data, and then there is no posterior.
            training: bool.
        """
        raise NotImplementedError

    def move(self, level: int, state: Any, z: Tensor, training: bool) -> Any:
        """The state below a level whose draw is `z`, (rows, *level)."""
        raise NotImplementedError

    def finish(self, state: Any, training: bool) -> list[Tensor]:
        """The likelihood's parameters from the state below the last level, (rows, ...) each."""
        raise NotImplementedError

    def call(self, inputs: Any, training: bool = False) -> list[Tensor]:
        """The likelihood's parameters of latents (batch, latent), a list of (batch, ...)."""
        given = inputs if isinstance(inputs, dict) else {"z": inputs}
        state = given.get(STATE)
        if state is None:
            state = self._down(given["z"], given.get("condition"), training)
        return self.finish(state, training)

    def _down(self, z, condition, training):
        """The state behind the levels of z, (batch, latent)."""
        state, start = self.begin(ops.shape(z)[0], condition, training), 0
        for level, shape in enumerate(self.level_shapes.values()):
            size = math.prod(shape)
            draw = ops.reshape(z[:, start : start + size], (-1, *shape))
            state, _, _ = self.at(level, state, None, training)
            state = self.move(level, state, draw, training)
            start += size
        return state
