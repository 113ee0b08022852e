"""VAE with a VampPrior (Tomczak and Welling, 2018), arxiv.org/abs/1705.07120."""

from typing import Unpack

from keras_vae import networks
from keras_vae.models.paper import Paper, PaperOptions, Shape
from keras_vae.priors import Vamp
from keras_vae.serialization import register


@register
class VampVAE(Paper):
    """Gated, fully connected VAE with a VampPrior, as in its paper.

    Args:
        num_components: int, pseudo-inputs of the prior. Defaults to `500`.

    Raises:
        ValueError: if `num_components` is no integer >= 1.

    Reference:
        - [Tomczak and Welling, 2018](https://arxiv.org/abs/1705.07120)

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.VampVAE(x.shape[1:], 4, num_components=20, hidden=(32,), seed=0)
    >>> vae.prior_layer.start_from(x[:20])
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> vae.generate(5, seed=0).shape
    (5, 8, 8)
    """

    family = "priors"
    defaults = {"network": networks.Gated((300, 300))}
    fixes = {"prior": "the mixture of posteriors is the idea of the paper"}

    def __init__(
        self,
        data_shape: Shape,
        latent_dim: int = 40,
        num_components: int = 500,
        **kwargs: Unpack[PaperOptions],
    ) -> None:
        super().__init__(
            data_shape,
            latent_dim,
            fixed={"prior": Vamp(num_components, seed=kwargs.get("seed"))},
            **kwargs,
        )
