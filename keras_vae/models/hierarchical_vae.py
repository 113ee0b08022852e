"""Two-level VAE (Tomczak and Welling, 2018), arxiv.org/abs/1705.07120."""

from typing import Any

from keras_vae import networks
from keras_vae.models.paper import Shape
from keras_vae.models.two_level_paper import TwoLevelPaper, normal_shapes


class HierarchicalVAE(TwoLevelPaper, family="hierarchical"):
    """Gated, fully connected VAE with two levels of latents, z = [z2, z1], inferred top-down.

    q(z2|x) q(z1|x, z2) and p(z2) p(z1|z2) p(x|z1, z2), all normals but p(z2) and the likelihood.
    The data reach z2 past z1, and z2 the data, so that both levels stay in use; in the paper all
    the more so with a VampPrior on z2.

    Latents are vectors with z2 in front: `encode(x)[:, :40]` is z2, at the default sizes. With a
    normal prior on z2 and levels of one size, `objectives.ELBO(free_bits=..., free_bits_groups=2)`
    gives each level free bits of its own.

    Args:
        latent_dims: pair of int, lengths of z2 and z1. Defaults to `(40, 40)`.
        prior: name or `keras_vae.priors.Prior`, of z2. Defaults to `"standard_normal"`; the paper's
            own is `"vamp"`, or `priors.Vamp(num_components)`.
        log_var_range: pair of float, where the log-variances of both levels in posterior and
            prior are clipped to. Defaults to `(-6.0, 2.0)`, the paper's.

    Raises:
        ValueError: if `latent_dims` is not a pair of positive integers, or `hidden` is empty.

    Reference: [Tomczak and Welling, 2018](https://arxiv.org/abs/1705.07120), "HVAE (L = 2)"

    >>> vamp = keras_vae.priors.Vamp(20, seed=0)
    >>> vae = keras_vae.models.HierarchicalVAE((8, 8), (3, 4), vamp, hidden=(32, 32), seed=0)
    >>> vamp.start_from(x[:20])
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> vae.encode(x[:3]).shape
    (3, 7)
    >>> vae.generate(5, seed=0).shape
    (5, 8, 8)
    """

    defaults = {"network": networks.Gated((300, 300), kernel_initializer="glorot_uniform")}

    def __init__(
        self,
        data_shape: Shape,
        latent_dims: tuple[int, int] = (40, 40),
        prior: Any = "standard_normal",
        log_var_range: tuple[float, float] = (-6.0, 2.0),
        **kwargs: Any,
    ) -> None:
        super().__init__(data_shape, latent_dims, prior, log_var_range=log_var_range, **kwargs)

    def _ends(self, network, data_shape, sizes, decoded, common):
        top, _ = sizes
        encoder = network.encoder_with_features(
            data_shape, normal_shapes(top), name="encoder", **common
        )
        return encoder, network.decoder_of_levels(sizes, decoded, name="decoder", **common)

    def _between(self, built, sizes, dtype):
        top, bottom = sizes
        features_shape = built.encoder_model.outputs[-1].shape[1:]
        inference = built.base.merge(
            (top,), normal_shapes(bottom), features_shape, dtype=dtype, name="inference"
        )
        generation = built.base.for_vectors().encoder(
            (top,), normal_shapes(bottom), dtype=dtype, name="generation"
        )
        return inference, generation
