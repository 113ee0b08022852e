"""Sliced Wasserstein autoencoder (Kolouri et al., 2018), arxiv.org/abs/1804.01947."""

from typing import Unpack

from keras_vae import objectives
from keras_vae.models.paper import Paper, PaperOptions, Shape
from keras_vae.serialization import register


@register
class SlicedWAE(Paper):
    """Autoencoder whose latents together look like the prior, seen from many sides.

    Without noise in the latents there is no log-likelihood.

    Args:
        weight: float >= 0, of the distance. Defaults to `10.0`.
        num_projections: int, random directions at each step. Defaults to `50`.

    Raises:
        ValueError: if an argument is out of its range.

    Reference:
        - [Kolouri et al., 2018](https://arxiv.org/abs/1804.01947)

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.SlicedWAE(x.shape[1:], latent_dim=4, hidden=(64,))
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> vae.reconstruct(x[:3]).shape
    (3, 8, 8)
    """

    family = "matching"
    defaults = {"posterior": "deterministic", "likelihood": "normal"}
    fixes = {"objective": "the sliced distance is the idea of the paper"}

    def __init__(
        self,
        data_shape: Shape,
        latent_dim: int = 8,
        weight: float = 10.0,
        num_projections: int = 50,
        **kwargs: Unpack[PaperOptions],
    ) -> None:
        super().__init__(
            data_shape,
            latent_dim,
            fixed={"objective": objectives.SlicedWAE(weight, num_projections)},
            **kwargs,
        )
