"""Normal posterior of any number of levels, drawn from the top down (Sønderby et al., 2016)."""

import functools
import math
from collections.abc import Mapping, Sequence
from typing import Any

import keras

from keras_vae import checks, distributions
from keras_vae.context import Context
from keras_vae.distributions.hierarchy import Memory, as_normal
from keras_vae.networks.top_down import TopDown
from keras_vae.parts import check_range
from keras_vae.posteriors.bounds import bounded
from keras_vae.posteriors.posterior import Posterior
from keras_vae.serialization import register
from keras_vae.typing import Shape, Tensor


@register
class Hierarchy(Posterior):
    """Posterior q(z_L|x) q(z_L-1|z_L, x) ... of levels of any shapes, side by side in a vector.

    What each level is given those above it and what the encoder says, the model's decoder knows, a
    `keras_vae.networks.TopDown`: it is the network of prior, posterior and likelihood, and one pass
    serves all three. This part has no weights.

    Means are chained: `encode` gives each level's mean at the means of those above it. The KL from
    `priors.Hierarchy` is in closed form for each level, given a draw of those above it.

    Args:
        levels: dict of the levels' names and shapes, from the top, as the decoder has them.
        log_var_range: pair of float, bounds of all log-variances, in posterior and prior. Defaults
            to `(-30.0, 20.0)`.
        **kwargs: passed to `keras.layers.Layer`.

    Call arguments:
        parameters: what the encoder gives: a list of tensors (batch, ...), the decoder's
            `context_shapes`, and behind them the condition if the decoder takes one; or a dict.

    Returns:
        `keras_vae.distributions.Hierarchy`.

    Raises:
        ValueError: if an argument is out of its range; in a model, if its decoder is not a
            `TopDown` with these levels, or its encoder gives other shapes.

    References:
        - [Sønderby et al., 2016](https://arxiv.org/abs/1602.02282)
        - [Child, 2021](https://arxiv.org/abs/2011.10650)
    """

    cuts_levels = True
    passes_decoder = True
    has_large_parameters = True

    def __init__(
        self,
        levels: Mapping[str, Shape],
        log_var_range: tuple[float, float] = (-30.0, 20.0),
        **kwargs: Any,
    ) -> None:
        check_level_shapes("posteriors.Hierarchy", levels)
        check_range("posteriors.Hierarchy", log_var_range=log_var_range)
        super().__init__(**kwargs)
        self.levels = levels
        self.level_shapes = {name: tuple(shape) for name, shape in levels.items()}
        self.log_var_range = log_var_range
        # A function, for Keras would save the decoder as a part of the posterior.
        object.__setattr__(self, "_decoder", None)

    def network(self) -> TopDown:
        """The decoder of the model.

        Raises:
            ValueError: if the posterior is not in a model.
        """
        if self._decoder is None:
            raise ValueError(
                "posteriors.Hierarchy asks the decoder of its model. Received: a call outside of a "
                "model"
            )
        return self._decoder()

    def parameter_shapes(self, latent_shape: Shape | None = None) -> dict[str, Shape]:
        """What the decoder asks the encoder for, and the condition that it takes."""
        # A method, and no property, which Keras would save as a part of the posterior.
        network = self.network()
        shapes = dict(network.context_shapes)
        if network.condition_shape is not None:
            shapes["condition"] = network.condition_shape
        return shapes

    def latent_shape(self, shapes: Sequence[Shape]) -> Shape:
        """The shape of all levels together, one vector."""
        return (sum(math.prod(shape) for shape in self.level_shapes.values()),)

    def unpack(self, parameters: Any) -> list[Tensor]:
        """The encoder's outputs as a list."""
        return keras.tree.flatten(parameters)

    def bind(self, context: Context) -> None:
        """Take the model's decoder as the network of all levels."""
        network = context.decoder()
        if not isinstance(network, TopDown) or dict(network.level_shapes) != self.level_shapes:
            levels = network.level_shapes if isinstance(network, TopDown) else None
            raise ValueError(
                "posteriors.Hierarchy needs a decoder that is a keras_vae.networks.TopDown with "
                f"the levels {self.level_shapes}. Received: decoder={network!r} with levels "
                f"{levels}"
            )
        object.__setattr__(self, "_decoder", context.decoder)
        expected = list(self.parameter_shapes().values())
        outputs = context.encoded_shapes
        if outputs != expected:
            raise ValueError(
                f"posteriors.Hierarchy needs encoder outputs of shapes {self.parameter_shapes()}, "
                f"as the decoder takes them. Received: outputs of shapes {outputs}"
            )

    def call(self, parameters: Any, training: bool = False) -> distributions.Hierarchy:
        if isinstance(parameters, dict):
            parameters = [parameters[name] for name in self.parameter_shapes()]
        outputs, network = self.unpack(parameters), self.network()
        conditional = network.condition_shape is not None
        return distributions.Hierarchy(
            network,
            tuple(outputs[:-1] if conditional else outputs),
            outputs[-1] if conditional else None,
            num_inferred=len(self.level_shapes),
            normal=self.normal,
            training=training,
            memory=Memory(),
        )

    @property
    def normal(self) -> Any:
        """The function of mean and log-variance that gives the normal of a level."""
        return functools.partial(_bounded_normal, log_var_range=self.log_var_range)


def _bounded_normal(mean, log_var, log_var_range):
    p = as_normal(mean, log_var)
    return p._replace(log_var=bounded(p.log_var, *log_var_range))


def check_level_shapes(owner: str, levels: Any) -> None:
    """Raise a ValueError unless `levels` is a dict of names and shapes, at least one."""
    if not isinstance(levels, Mapping) or not levels:
        checks.refuse(owner, "a dict of the levels' names and shapes, from the top", levels=levels)
    for name, shape in levels.items():
        checks.check_shape_argument(owner, **{f"levels[{name!r}]": shape})
