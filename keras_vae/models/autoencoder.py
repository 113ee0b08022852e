"""Autoencoder (Hinton and Salakhutdinov, 2006), doi.org/10.1126/science.1127647."""

from typing import Unpack

from keras_vae import objectives
from keras_vae.models.paper import Paper, PaperOptions, Shape
from keras_vae.serialization import register


@register
class Autoencoder(Paper):
    """Autoencoder: codes without noise, and nothing that ties them to the prior.

    So `generate`, which decodes draws of the prior, gives what no code looks like.

    Args:
        l2: float >= 0, weight of the codes' squares. Defaults to `0.0`.

    Raises:
        ValueError: if `l2` is negative.

    Reference:
        - [Hinton and Salakhutdinov, 2006](https://doi.org/10.1126/science.1127647)

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.Autoencoder(x.shape[1:], latent_dim=4, hidden=(64,))
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> vae.reconstruct(x[:3]).shape
    (3, 8, 8)
    """

    family = "autoencoders"
    defaults = {"likelihood": "normal"}
    fixes = {
        "posterior": "its codes have no noise",
        "objective": "nothing but the reconstruction is learned",
    }

    def __init__(
        self,
        data_shape: Shape,
        latent_dim: int = 8,
        l2: float = 0.0,
        **kwargs: Unpack[PaperOptions],
    ) -> None:
        super().__init__(
            data_shape,
            latent_dim,
            fixed={"posterior": "deterministic", "objective": objectives.Reconstruction(l2)},
            **kwargs,
        )
