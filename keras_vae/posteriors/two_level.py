"""Normal posterior of two levels of latents (Burda et al., 2015; Tomczak and Welling, 2018)."""

import functools
from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_vae import distributions
from keras_vae.distributions import Distribution
from keras_vae.parts import check_range
from keras_vae.posteriors.bounds import bounded
from keras_vae.posteriors.normal import Normal
from keras_vae.posteriors.posterior import Posterior
from keras_vae.serialization import register
from keras_vae.typing import Shape, Tensor


@register
class TwoLevel(Posterior):
    """Posterior of z = [z2, z1]: one level is normal given x, the other given x and the first.

    Top-down, q(z2|x) q(z1|x, z2): the encoder gives z2's mean and log-variance, and the network
    z1's, from a draw of z2 and a context vector that the encoder gives too. Bottom-up,
    q(z1|x) q(z2|z1): the encoder gives z1's, and the network z2's. A network of one input sees no
    context, and the encoder then gives none.

    Means are chained: `encode` gives the second level's mean at the first level's mean.

    The KL from `priors.TwoLevel` is taken level by level, in closed form where that is known
    given the draw of the other. The papers estimate all of it at the draw, as `objectives.IWAE(1)`
    does here. Both have the same mean, and neither has less noise everywhere: at an exact posterior
    the second cancels against the reconstruction's.

    Args:
        network: Keras model of the first level's draws (batch, first), or of a list of them and a
            context (batch, context), to `[mean, log_var]` of the second, (batch, second) each.
        top_down: bool, whether z2 is the level that is drawn first. Defaults to `True`.
        log_var_range: pair of float, bounds of both log-variances. Defaults to
            `(-30.0, 20.0)`.
        **kwargs: passed to `keras.layers.Layer`.

    Call arguments:
        parameters: `[mean, log_var]` or `[mean, log_var, context]`, (batch, first) twice and
            (batch, context), or a dict with these names.

    Returns:
        `keras_vae.distributions.TwoLevel`.

    Raises:
        ValueError: if the network's inputs or outputs are not such, or `log_var_range` is no
            increasing pair.

    References:
        - [Burda et al., 2015](https://arxiv.org/abs/1509.00519), bottom-up
        - [Tomczak and Welling, 2018](https://arxiv.org/abs/1705.07120), top-down
    """

    cuts_levels = True

    def __init__(
        self,
        network: keras.Model,
        top_down: bool = True,
        log_var_range: tuple[float, float] = (-30.0, 20.0),
        **kwargs: Any,
    ) -> None:
        check_range("posteriors.TwoLevel", log_var_range=log_var_range)
        super().__init__(**kwargs)
        inputs, self.second_size = normal_sizes("posteriors.TwoLevel", network, (1, 2))
        self.first_size, *self.context_sizes = inputs
        self.network = network
        self.top_down = top_down
        self.log_var_range = log_var_range
        self.first = Normal(log_var_range)

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """`mean`, `log_var`, and `context` where the network takes one."""
        return ("mean", "log_var", *["context"] * len(self.context_sizes))

    @property
    def sizes(self) -> tuple[int, int]:
        """The lengths of z2 and z1."""
        sizes = (self.first_size, self.second_size)
        return sizes if self.top_down else sizes[::-1]

    @property
    def level_shapes(self) -> dict[str, Shape]:
        """`z2` and `z1` with their shapes."""
        return {name: (size,) for name, size in zip(("z2", "z1"), self.sizes, strict=True)}

    def parameter_shapes(self, latent_shape: Shape | None = None) -> dict[str, Shape]:
        """The first level's `mean` and `log_var`, and the network's `context`."""
        sizes = (self.first_size, self.first_size, *self.context_sizes)
        return {name: (size,) for name, size in zip(self.parameter_names, sizes, strict=True)}

    def latent_shape(self, shapes: Sequence[Shape]) -> Shape:
        """The shape of both levels together, one vector.

        Raises:
            ValueError: if the encoder's outputs have other shapes than the network asks for.
        """
        received, expected = [tuple(shape) for shape in shapes], self.parameter_shapes()
        if received != list(expected.values()):
            raise ValueError(
                f"The posterior TwoLevel needs encoder outputs of shapes {expected}, as its "
                f"network takes them. Received: outputs of shapes {received}"
            )
        return (self.first_size + self.second_size,)

    def build(self, event_shape: Shape) -> None:
        super().build(event_shape)
        self.first.build_once((self.first_size,))

    def call(self, parameters: Any, training: bool = False) -> Distribution:
        mean, log_var, *context = self.unpack(parameters)
        second = functools.partial(
            normal_given,
            self.network,
            contexts=context,
            log_var_range=self.log_var_range,
            training=training,
        )
        first = self.first([mean, log_var])
        return distributions.TwoLevel(first, second, self.sizes[0], self.top_down)


def normal_given(
    network: keras.Model,
    z: Tensor,
    contexts: Sequence[Tensor] = (),
    log_var_range: tuple[float, float] = (-30.0, 20.0),
    training: bool = False,
) -> Distribution:
    """The normal whose parameters a network gives at z, (..., first) -> (..., second).

    Args:
        network: Keras model of z, or of a list of z and a context, to `[mean, log_var]`.
        z: tensor (..., first), with any number of axes in front.
        contexts: sequence of at most one tensor (batch, context). Defaults to `()`.
        log_var_range: pair of float. Defaults to `(-30.0, 20.0)`.
        training: bool. Defaults to `False`.

    Returns:
        `keras_vae.distributions.Normal`.
    """
    leading = ops.shape(z)[:-1]
    if len(leading) > 1:  # the draws of an example share its context
        contexts = [ops.tile(context, (leading[0], 1)) for context in contexts]
    flat = ops.reshape(z, (-1, z.shape[-1]))
    outputs = network([flat, *contexts] if contexts else flat, training=training)
    mean, log_var = (
        ops.reshape(ops.cast(output, "float32"), (*leading, output.shape[-1])) for output in outputs
    )
    return distributions.Normal(mean, bounded(log_var, *log_var_range))


def normal_sizes(owner: str, network: keras.Model, num_inputs: Shape) -> tuple[list[int], int]:
    """The lengths of a network's inputs, a list, and of the mean and log-variance that it gives.

    Args:
        owner: str, who asks; for the error.
        network: Keras model.
        num_inputs: tuple of int, how many inputs it may have.

    Raises:
        ValueError: unless all are vectors, and mean and log-variance of one length.
    """
    inputs, outputs = ([t.shape for t in getattr(network, k, ())] for k in ("inputs", "outputs"))
    vectors = all(len(shape) == 2 and shape[-1] for shape in (*inputs, *outputs))
    if not vectors or len(inputs) not in num_inputs or len(outputs) != 2 or len(set(outputs)) > 1:
        raise ValueError(
            f"{owner} needs network as a functional Keras model of {num_inputs[-1]} vector(s) at "
            "most, to a list of two vectors of one length, mean and log_var. "
            f"Received: network={network!r} with inputs {inputs} and outputs {outputs}"
        )
    return [shape[-1] for shape in inputs], outputs[0][-1]
