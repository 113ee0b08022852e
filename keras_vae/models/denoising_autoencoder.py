"""Denoising autoencoder (Vincent et al., 2008), doi.org/10.1145/1390156.1390294."""

from typing import Unpack

from keras_vae import objectives
from keras_vae.models.paper import Paper, PaperOptions, Shape
from keras_vae.networks import Corrupted, Corruption
from keras_vae.serialization import register


@register
class DenoisingAutoencoder(Paper):
    """Autoencoder that reconstructs examples from corrupted ones.

    The noise is on the encoder's input and in training alone.

    Args:
        noise: `"normal"` adds noise of deviation `level`, `"mask"` sets a share of `level` of the
            elements to zero. Defaults to `"normal"`.
        level: float >= 0; below 1 for `"mask"`. Defaults to `0.3`.

    Raises:
        ValueError: if `noise` is unknown or `level` is out of its range.

    Reference:
        - [Vincent et al., 2008](https://doi.org/10.1145/1390156.1390294)

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.DenoisingAutoencoder(x.shape[1:], latent_dim=4, hidden=(64,))
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
        noise: str = "normal",
        level: float = 0.3,
        **kwargs: Unpack[PaperOptions],
    ) -> None:
        corruption = Corruption(noise, level, kwargs.get("seed"), dtype="float32")
        super().__init__(
            data_shape,
            latent_dim,
            fixed={"posterior": "deterministic", "objective": objectives.Reconstruction()},
            adapt=lambda network: Corrupted(network, corruption),
            **kwargs,
        )
