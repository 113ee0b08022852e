"""What a part learns of the model that it belongs to: functions and shapes, never the model."""

import dataclasses
from collections.abc import Callable
from typing import Any

from keras import ops

from keras_vae.checks import with_known_sides

Shape = tuple[int, ...]


@dataclasses.dataclass(frozen=True)
class Context:
    """The surroundings of a part, given to it by `Part.bind` before it is built.

    A part may keep the context, or what it needs of it. Keras neither tracks nor saves a context,
    so no part saves another one as its own.

    Args:
        data_shape: shape of one example, without batch axis.
        latent_shape: shape of one latent, without batch axis.
        condition_shape: shape of one condition, without batch axis; `None` without one.
        posterior: the model's `Posterior`.
        prior: the model's `Prior`.
        likelihood: the model's `Likelihood`.
        objective: the model's `Objective`.
        encode: function `(x, condition=None, training=False)` of tensors that gives q(z|x), in a
            pass that adds no losses and moves no statistics.
        decode: function `(z, x=None, condition=None, training=False)` of tensors that gives p(x|z),
            in such a pass.
        prior_of: function `(condition=None)` that gives p(z) or p(z|condition).
        encoder_outputs: function of arrays that gives the encoder's outputs, as arrays, in batches.
        compiled: function `(name, function)` that compiles a function of a batch, and keeps it by
            its name: a `keras_vae.models.programs.Program`.
        decoder_weights: function that gives the decoder's trainable variables.
        encoder_layers: function that gives the layers through which `encode` passes.
        decoder_layers: function that gives the layers through which `decode` passes.
        decoder: function that gives the decoder, for parts whose network it is.
        encoded_shapes: list of the shapes of the encoder's outputs, without batch axis.
        seed_generator: `keras.random.SeedGenerator` of the model's training.
        shuffle_seed: int, from which the parts' own noise follows.
        missing: bool, whether values of x may be missing. Defaults to `False`.
        field_shapes: dict of the shapes of the fields beside x and z, by name. Defaults to none.
        is_level: bool, whether the latents are those of one level of a hierarchy. Defaults to
            `False`.
    """

    data_shape: Shape
    latent_shape: Shape
    condition_shape: Shape | None
    posterior: Any
    prior: Any
    likelihood: Any
    objective: Any
    encode: Callable
    decode: Callable
    prior_of: Callable
    encoder_outputs: Callable
    compiled: Callable
    decoder_weights: Callable
    encoder_layers: Callable
    decoder_layers: Callable
    seed_generator: Any
    shuffle_seed: int
    decoder: Callable = lambda: None
    encoded_shapes: list[Shape] = dataclasses.field(default_factory=list)
    missing: bool = False
    field_shapes: dict[str, Shape] = dataclasses.field(default_factory=dict)
    is_level: bool = False

    def example_distributions(self) -> tuple[Any, Any]:
        """The posterior and the prior of one example whose parameters are zeros.

        For what depends on the distributions' families alone.
        """
        condition = None
        if self.condition_shape is not None:
            condition = ops.zeros((1, *self.condition_shape))
        return self.example_posterior(), self.prior_of(condition)

    def example_posterior(self) -> Any:
        """The posterior of one example whose parameters are zeros."""
        shapes = self.posterior.parameter_shapes(with_known_sides(self.latent_shape))
        return self.posterior({name: ops.zeros((1, *shape)) for name, shape in shapes.items()})

    def example_likelihood(self) -> Any:
        """The likelihood of one example whose parameters are zeros."""
        shapes = self.likelihood.parameter_shapes(with_known_sides(self.data_shape))
        parameters = {name: ops.zeros((1, *shape)) for name, shape in shapes.items()}
        given = {name: self.field_shapes[name] for name in self.likelihood.field_names}
        fields = {name: ops.ones((1, *shape)) for name, shape in given.items()}
        return self.likelihood(parameters, **fields)

    def of_level(self, **changes: Any) -> "Context":
        """The context of one level of a hierarchy: this one with some fields changed."""
        return dataclasses.replace(self, is_level=True, **changes)
