"""Reversal of the latents' order, between steps that treat first and last latents differently."""

from typing import Any, NamedTuple

from keras import ops


class Reversal(NamedTuple):
    """The latents in reversed order."""

    #: whether `inverse` is known
    @property
    def has_inverse(self) -> bool:
        return True

    def forward(self, z: Any) -> Any:
        """z' (..., latent) and log |det dz'/dz| (...), which is 0."""
        return ops.flip(z, axis=-1), ops.zeros_like(z[..., 0])

    def inverse(self, z: Any) -> Any:
        """The same again."""
        return self.forward(z)
