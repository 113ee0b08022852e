"""What every posterior gives."""

from collections.abc import Mapping, Sequence
from typing import Any

from keras_vae.parts import Part, unpack
from keras_vae.typing import Shape, Tensor


class Posterior(Part):
    """Base of the posteriors: `posterior(encoder_outputs)` is a distribution over z.

    A posterior names its parameters, for an event of shape `latent_shape`, in
    `parameter_shapes(latent_shape)`; the encoder gives them in that order, or as a dict.
    """

    #: the parameters' names, in the order in which an encoder gives them
    parameter_names: tuple[str, ...] = ()
    #: the names and shapes of the levels that stand side by side in a latent, from the top; none
    #: where latents have one level
    level_shapes: Mapping[str, Shape] = {}
    #: whether its distribution has `first_levels`: some levels of x, and the others of the prior
    cuts_levels: bool = False
    #: whether it passes through the decoder too, as that of a hierarchy does
    passes_decoder: bool = False
    #: whether the parameters are so large that draws are taken batch by batch
    has_large_parameters: bool = False

    def parameter_shapes(self, latent_shape: Shape) -> dict[str, Shape]:
        """The parameters' names and shapes, without batch axis, as a dict."""
        raise NotImplementedError

    def latent_shape(self, shapes: Sequence[Shape]) -> Shape:
        """The latent's shape, from the list of the parameters' shapes (no batch axis)."""
        raise NotImplementedError

    def path(self, start: Tensor, stop: Tensor, fraction: Tensor) -> Tensor:
        """Points on the shortest line between latents, (..., latent); straight here.

        Args:
            start: tensor (..., latent).
            stop: tensor (..., latent).
            fraction: tensor (..., latent), or what broadcasts to it: 0 at the start, 1 at the end.
        """
        return (1 - fraction) * start + fraction * stop

    def unpack(self, parameters: Any) -> list[Tensor]:
        """The encoder's outputs as a list, in the order of `parameter_names`."""
        return unpack(parameters, self.parameter_names, f"The posterior {type(self).__name__}")
