"""VAE of two stochastic layers (Burda et al., 2015), arxiv.org/abs/1509.00519."""

from typing import Any

from keras_vae import networks
from keras_vae.models.paper import Shape
from keras_vae.models.two_level_paper import TwoLevelPaper, normal_shapes


class TwoLayerVAE(TwoLevelPaper, family="hierarchical"):
    """VAE of two stochastic layers, one on the other, inferred bottom-up.

    q(z1|x) q(z2|z1) and p(z2) p(z1|z2) p(x|z1): between x and z2 there is z1 alone. As one layer
    it trains on the ELBO; the paper's other runs take `objective=objectives.IWAE(k)`.

    Latents are vectors with z2 in front: `encode(x)[:, :50]` is z2, at the default sizes.

    Args:
        latent_dims: pair of int, lengths of z2 and z1. Defaults to `(50, 100)`.
        top_hidden: tuple of int, widths of the layers between z1 and z2; p(z1|z2) mirrors them.
            Defaults to `(100, 100)`.
        prior: name or `keras_vae.priors.Prior`, of z2. Defaults to `"standard_normal"`.

    Raises:
        ValueError: if `latent_dims` is not a pair of positive integers.

    Reference: [Burda et al., 2015](https://arxiv.org/abs/1509.00519), two stochastic layers

    >>> vae = keras_vae.models.TwoLayerVAE(
    ...     (8, 8), (2, 4), hidden=(32,), top_hidden=(16,), objective=keras_vae.objectives.IWAE(5)
    ... )
    >>> vae.encode(x[:3]).shape
    (3, 6)
    """

    defaults = {"network": networks.MLP((200, 200), activation="tanh")}

    def __init__(
        self,
        data_shape: Shape,
        latent_dims: tuple[int, int] = (50, 100),
        top_hidden: Shape = (100, 100),
        prior: Any = "standard_normal",
        **kwargs: Any,
    ) -> None:
        self.top_hidden = tuple(top_hidden)
        super().__init__(data_shape, latent_dims, prior, top_down=False, **kwargs)

    def _ends(self, network, data_shape, sizes, decoded, common):
        _, bottom = sizes
        encoder = network.encoder(data_shape, normal_shapes(bottom), name="encoder", **common)
        decoder = network.decoder((bottom,), decoded, **common)
        return encoder, networks.bottom_level(decoder, sizes, common["dtype"], name="decoder")

    def _between(self, built, sizes, dtype):
        top, bottom = sizes
        network = built.base.for_vectors().replace(hidden=self.top_hidden)
        return (
            network.encoder((bottom,), normal_shapes(top), dtype=dtype, name="inference"),
            network.decoder((top,), normal_shapes(bottom), dtype=dtype, name="generation"),
        )
