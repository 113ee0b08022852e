"""Very deep VAE (Child, 2021), arxiv.org/abs/2011.10650."""

from typing import Any

from keras_vae import networks
from keras_vae.checks import check_count
from keras_vae.models.checks import check_shape_argument
from keras_vae.models.hierarchy_paper import HierarchyPaper
from keras_vae.models.paper import Shape


class VDVAE(HierarchyPaper, family="hierarchical"):
    """Very deep VAE of images: latents in each of many residual blocks, from small maps to large.

    The last convolution of each block begins small, so that dozens of blocks train; an optimizer
    that skips steps with a large gradient keeps them stable, `optimizers.SkippingAdamW`. The paper
    generates from the running average of the weights, which Keras' optimizers keep with
    `use_ema=True`: it is in the model when `fit` ends, and `keras.callbacks.SwapEMAWeights()`
    validates with it. Data should be near [0, 1] or [-1, 1].

    Args:
        latent_dim: int, latents at each place of a block's maps. Defaults to `16`, the paper's.
        log_var_range: pair of float, bounds of all log-variances in posterior and prior. Defaults
            to `(-30.0, 20.0)`.

    Reference: [Child, 2021](https://arxiv.org/abs/2011.10650)

    >>> blocks = {"enc_blocks": "8x1,8d2,4x1,4d4,1x1", "dec_blocks": "1x1,4m1,8m4"}
    >>> vae = keras_vae.models.VDVAE((8, 8), latent_dim=2, width=8, **blocks, seed=0)
    >>> vae.compile(keras_vae.optimizers.SkippingAdamW(1e-3, skip_norm=2e4, use_ema=True))
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> vae.level_shapes
    {'1x1': (1, 1, 2), '4x4': (4, 4, 2), '8x8': (8, 8, 2)}
    >>> vae.reconstruct(x[:3], num_levels=2).shape
    (3, 8, 8)
    """

    defaults = {"network": networks.VeryDeep(), "objective": "hierarchical_elbo"}

    def __init__(
        self,
        data_shape: Shape,
        latent_dim: int = 16,
        log_var_range: tuple[float, float] = (-30.0, 20.0),
        **kwargs: Any,
    ) -> None:
        check_shape_argument(type(self).__name__, data_shape=data_shape)
        check_count(type(self).__name__, latent_dim=latent_dim)
        network = self.take_network(kwargs)
        levels = network.kind.level_shapes(tuple(data_shape), latent_dim)
        super().__init__(data_shape, levels, log_var_range, network=network, **kwargs)
