"""VAE with a normal likelihood of optimal variance (Rybkin et al., 2021)."""

from typing import Unpack

from keras_vae.models.paper import Paper, PaperOptions, Shape
from keras_vae.serialization import register


@register
class GaussianVAE(Paper):
    """VAE for real-valued data.

    The default likelihood fits one standard deviation, for all elements, to the data. Mean squared
    error, which is a deviation fixed at 1, drowns the reconstruction of data in [0, 1] in the KL.

    Args:
        likelihood: name or `keras_vae.likelihoods.Likelihood`: `"optimal_normal"`,
            `"shared_normal"`, `"heteroscedastic_normal"` (a variance for each element),
            `"laplace"`. Defaults to `"optimal_normal"`.

    References:
        - [Kingma and Welling, 2013](https://arxiv.org/abs/1312.6114)
        - [Rybkin et al., 2021](https://arxiv.org/abs/2006.13202)

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.GaussianVAE(x.shape[1:], latent_dim=2, hidden=(64,))
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> vae.reconstruct(x[:3]).shape
    (3, 8, 8)
    """

    family = "basics"
    defaults = {"likelihood": "optimal_normal"}

    def __init__(
        self,
        data_shape: Shape,
        latent_dim: int = 2,
        **kwargs: Unpack[PaperOptions],
    ) -> None:
        super().__init__(data_shape, latent_dim, **kwargs)
