"""Steps one after another."""

from typing import Any, NamedTuple

from keras import ops

from keras_vae.flows.reversal import Reversal


class Chain(NamedTuple):
    """Steps one after another.

    Args:
        steps: tuple of steps, the first one first.
    """

    steps: tuple

    @property
    def has_inverse(self) -> bool:
        """Whether `inverse` is known: that of each step."""
        return all(step.has_inverse for step in self.steps)

    def forward(self, z: Any) -> Any:
        """z' (..., latent) and log |det dz'/dz| (...)."""
        log_det = ops.zeros_like(z[..., 0])
        for step in self.steps:
            z, change = step.forward(z)
            log_det = log_det + change
        return z, log_det

    def inverse(self, z: Any) -> Any:
        """The z that `forward` takes there, and log |det| of this direction (...).

        Raises:
            ValueError: if a step's inverse has no closed form.
        """
        log_det = ops.zeros_like(z[..., 0])
        for step in reversed(self.steps):
            z, change = step.inverse(z)
            log_det = log_det + change
        return z, log_det


def with_reversals(steps: Any) -> Any:
    """`Chain` of the steps, with a reversal of the latents' order between each two."""
    links: list[Any] = []
    for step in steps:
        links += [Reversal(), step] if links else [step]
    return Chain(tuple(links))
