"""VQ-VAE-2 (Razavi et al., 2019), arxiv.org/abs/1906.00446."""

from typing import Any

from keras_vae import likelihoods, networks
from keras_vae.models.checks import check_data_shape
from keras_vae.models.paper import Built, Paper, Shape, with_holes
from keras_vae.models.quantized_vae import Codes
from keras_vae.objectives import Quantized
from keras_vae.parts import check_count
from keras_vae.posteriors import HierarchicalVQ
from keras_vae.typing import Array, ArrayLike


class VQVAE2(Codes, Paper, family="quantized"):
    """VAE of images whose latent is several maps of codes, from the coarse one to the fine one.

    The largest map is behind the stages of the network, and each level above it is half as high and
    wide. Networks that are not convolutional give one code a level. A level's vectors follow from
    the image and the codes above it, and the decoder sees all levels. `fit_prior` fits a PixelCNN
    to each level, given the levels above.

    `encode_indices` gives the codes of all levels in a row, and `encode_levels` each level's by its
    name, `"top"` and `"bottom"`.

    Args:
        latent_dim: int, channels of each vector. Defaults to `64`.
        num_levels: int >= 2. Defaults to `2`.
        num_codes: int, of each level's codebook. Defaults to `512`.
        ema: bool, whether the codebooks are running averages of the vectors that they stand for;
            else they learn by gradient. Defaults to `True`.
        decay: float in [0, 1), of the running averages. Defaults to `0.99`.
        commitment_weight: float >= 0. Defaults to `0.25`.
        gradient: what the encoder gets through a code, `"straight_through"` or `"rotation"` (Fifty
            et al., 2024, arXiv:2410.06424). Defaults to `"straight_through"`.

    Raises:
        ValueError: if `num_levels` is less than 2.

    Reference: [Razavi et al., 2019](https://arxiv.org/abs/1906.00446)

    >>> vae = keras_vae.models.VQVAE2(x.shape[1:], 4, num_codes=16, filters=(16,), seed=0)
    >>> levels = vae.encode_levels(x[:3])
    >>> levels["top"].shape, levels["bottom"].shape
    ((3, 2, 2), (3, 4, 4))
    >>> vae.decode_levels(levels).shape
    (3, 8, 8)
    >>> history = vae.fit_prior(x[:64], epochs=1, verbose=0)
    >>> vae.generate(2, seed=0).shape
    (2, 8, 8)
    """

    defaults = {
        "network": networks.Residual((128, 128), blocks=2),
        "prior": "hierarchical_pixel_cnn",
    }
    fixes = {
        "posterior": "the levels of codes are the idea of the paper",
        "objective": "the codes have no density to weigh",
    }

    def __init__(
        self,
        data_shape: Shape,
        latent_dim: int = 64,
        num_levels: int = 2,
        num_codes: int = 512,
        ema: bool = True,
        decay: float = 0.99,
        commitment_weight: float = 0.25,
        gradient: str = "straight_through",
        **kwargs: Any,
    ) -> None:
        owner = type(self).__name__
        check_count(owner, latent_dim=latent_dim, num_levels=num_levels)
        if num_levels < 2:
            raise ValueError(
                f"{owner} needs num_levels >= 2; models.VQVAE has one level. "
                f"Received: num_levels={num_levels}"
            )
        check_data_shape(owner, data_shape)
        likelihood = likelihoods.get(kwargs.pop("likelihood", None) or self.default("likelihood"))
        network = self.take_network(kwargs)
        common = {name: kwargs.get(name) for name in ("condition_shape", "dtype")}
        if network.kind is network:
            ends = with_holes(network, kwargs.get("missing", False))
            decoded = likelihood.parameter_shapes(tuple(data_shape))
            encoder = ends.levels_encoder(
                data_shape, latent_dim, num_levels, name="encoder", **common
            )
            decoder = ends.levels_decoder(
                data_shape, latent_dim, num_levels, decoded, name="decoder", **common
            )
            network = Built(network, encoder, decoder)
        between = network.kind.levels_between(data_shape, latent_dim, num_levels, common["dtype"])
        posterior = HierarchicalVQ(between, num_codes, ema, decay, gradient=gradient)
        size = posterior.latent_shape(list(posterior.parameter_shapes().values()))
        fixed = {"posterior": posterior, "objective": Quantized(commitment_weight)}
        super().__init__(
            data_shape, size, fixed=fixed, network=network, likelihood=likelihood, **kwargs
        )

    def encode_levels(
        self, x: Any, condition: Any = None, batch_size: int | None = None, verbose: Any = "auto"
    ) -> dict[str, Array]:
        """The codes of examples by the names of their levels, each (n, height, width).

        Args:
            x: array (n, event).
            condition, batch_size, verbose: see `Inference`.
        """
        indices = self.encode_indices(x, condition, batch_size, verbose)
        return self.posterior_layer.by_level(indices)

    def decode_levels(
        self,
        levels: dict[str, ArrayLike],
        condition: Any = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
    ) -> Array:
        """Data of codes by level: the likelihood's means, (n, event).

        Args:
            levels: dict of integer arrays (n, height, width), as `encode_levels` gives them.
            condition, batch_size, verbose: see `Inference`.

        Raises:
            ValueError: if names or shapes are others, or numbers are no codes.
        """
        indices = self.posterior_layer.join_levels(levels)
        return self.decode_indices(indices, condition, batch_size, verbose)
