"""Posteriors on the unit sphere: von Mises-Fisher and power spherical."""

from collections.abc import Sequence
from typing import Any

from keras import ops

from keras_vae import distributions
from keras_vae.distributions import Distribution
from keras_vae.distributions.sphere import great_circle
from keras_vae.parts import check_range
from keras_vae.posteriors.bounds import bounded
from keras_vae.posteriors.posterior import Posterior
from keras_vae.serialization import register
from keras_vae.typing import Shape, Tensor

#: the least number that the softplus takes: there it is 2e-9, and below its slope soon is zero
_LEAST_RAW = -20.0


class Spherical(Posterior):
    """Base of the posteriors on the unit sphere: a mean direction, and one concentration for all.

    The latent of shape (latent,) is a unit vector: a point of the sphere S^(latent - 1), which has
    one dimension less than it has coordinates.

    Args:
        concentration_range: pair of float, the least concentration, which is added to a softplus,
            and the greatest. Defaults to `(1.0, 10_000.0)`, the paper's
            softplus + 1.
        **kwargs: passed to `keras.layers.Layer`.
    """

    parameter_names = ("mean_direction", "raw_concentration")
    _family: Any = None

    def __init__(
        self, concentration_range: tuple[float, float] = (1.0, 10_000.0), **kwargs: Any
    ) -> None:
        owner = f"posteriors.{type(self).__name__}"
        check_range(owner, concentration_range=concentration_range)
        if concentration_range[0] < 0:
            raise ValueError(
                f"{owner} needs concentrations >= 0. "
                f"Received: concentration_range={concentration_range!r}"
            )
        super().__init__(**kwargs)
        self.concentration_range = concentration_range

    def parameter_shapes(self, latent_shape: Shape) -> dict[str, Shape]:
        """`mean_direction` of any length, and one `raw_concentration`, any real number."""
        check_sphere(type(self).__name__, latent_shape)
        return {"mean_direction": tuple(latent_shape), "raw_concentration": (1,)}

    def latent_shape(self, shapes: Sequence[Shape]) -> Shape:
        """The mean direction's shape.

        Raises:
            ValueError: if it is not a vector, or if there is more than one concentration.
        """
        direction, concentration = (tuple(shape) for shape in shapes)
        check_sphere(type(self).__name__, direction)
        if concentration != (1,):
            raise ValueError(
                f"The posterior {type(self).__name__} needs one raw_concentration, of shape (1,). "
                f"Received: an encoder output of shape {concentration}"
            )
        return direction

    def path(self, start: Tensor, stop: Tensor, fraction: Tensor) -> Tensor:
        """Points on the arc of a great circle between latents, (..., latent)."""
        return great_circle(start, stop, fraction)

    def call(self, parameters: Any, training: bool = False) -> Distribution:
        direction, raw = self.unpack(parameters)
        low, high = self.concentration_range
        concentration = bounded(low + ops.softplus(bounded(raw, low=_LEAST_RAW)), high=high)
        return self._family(distributions.unit(direction), concentration)


def check_sphere(owner: str, latent_shape: Shape) -> None:
    """Raise a ValueError unless a latent is a vector of at least two numbers."""
    if len(latent_shape) != 1 or latent_shape[0] < 2:
        raise ValueError(
            f"{owner} needs latents that are vectors of at least 2 numbers, unit vectors of the "
            f"space around the sphere. Received: latents of shape {tuple(latent_shape)}"
        )


@register
class VonMisesFisher(Spherical):
    """Von Mises-Fisher posterior on the unit sphere.

    Args:
        concentration_range: pair of float, the least concentration, which is added to a softplus,
            and the greatest. Defaults to `(1.0, 10_000.0)`, the paper's
            softplus + 1.
        **kwargs: passed to `keras.layers.Layer`.

    Call arguments:
        parameters: `[mean_direction, raw_concentration]`, (batch, latent) and (batch, 1), or a dict
            with these names.

    Returns:
        `keras_vae.distributions.VonMisesFisher`.

    Raises:
        ValueError: if `concentration_range` is not an increasing pair of numbers >= 0.

    Reference:
        - [Davidson et al., 2018](https://arxiv.org/abs/1804.00891)
    """

    _family = distributions.VonMisesFisher


@register
class PowerSpherical(Spherical):
    """Power spherical posterior on the unit sphere.

    Args:
        concentration_range: pair of float, the least concentration, which is added to a softplus,
            and the greatest. Defaults to `(1.0, 10_000.0)`.
        **kwargs: passed to `keras.layers.Layer`.

    Call arguments:
        parameters: `[mean_direction, raw_concentration]`, (batch, latent) and (batch, 1), or a dict
            with these names.

    Returns:
        `keras_vae.distributions.PowerSpherical`.

    Raises:
        ValueError: if `concentration_range` is not an increasing pair of numbers >= 0.

    Reference:
        - [De Cao and Aziz, 2020](https://arxiv.org/abs/2006.04437)
    """

    _family = distributions.PowerSpherical
