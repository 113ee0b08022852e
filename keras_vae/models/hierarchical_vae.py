"""Two-level VAE (Tomczak and Welling, 2018), arxiv.org/abs/1705.07120."""

from keras_vae import likelihoods, networks, posteriors, priors
from keras_vae.models.checks import check_shape_argument
from keras_vae.models.vae import VAE
from keras_vae.serialization import register


@register
class HierarchicalVAE(VAE):
    """Gated, fully connected VAE with two levels of latents, z = [z2, z1], inferred top-down.

    q(z2|x) q(z1|x, z2) and p(z2) p(z1|z2) p(x|z1, z2), all normals but p(z2) and the likelihood.
    The data reach z2 past z1, and z2 the data, so that both levels stay in use; in the paper all
    the more so with a VampPrior on z2.

    Latents are vectors with z2 in front: `encode(x)[:, :40]` is z2, at the default sizes. With a
    normal prior on z2 and levels of one size, `objectives.ELBO(free_bits=..., free_bits_groups=2)`
    gives each level free bits of its own.

    Args:
        data_shape: tuple of int, shape of one example without batch axis.
        latent_dims: pair of int, lengths of z2 and z1. Defaults to `(40, 40)`.
        prior: name or `keras_vae.priors.Prior`, of z2. Defaults to `"standard_normal"`; the paper's
            own is `"vamp"`, or `priors.Vamp(num_components)`.
        hidden: tuple of int, widths of the gated layers in each of the networks; where two
            inputs meet, they do so in the last. Defaults to `(300, 300)`.
        log_var_range: pair of float, where the log-variances of both levels in posterior and
            prior are clipped to. Defaults to `(-6.0, 2.0)`, the paper's.
        likelihood: name or `keras_vae.likelihoods.Likelihood`. Defaults to `"bernoulli"`.
        condition_shape: tuple of int, shape of a condition without batch axis; `(num_classes,)`
            takes labels too. It enters q(z2|x), q(z1|x, z2) and p(x|z1, z2). Defaults to `None`,
            no condition.
        dtype: Keras dtype or policy of the networks. Defaults to `None`, the global one.
        **kwargs: passed to `keras_vae.VAE`: `objective`, `seed`, `name`.

    Raises:
        ValueError: if `latent_dims` is no pair of positive integers, or `hidden` is empty.

    Reference:
        - [Tomczak and Welling, 2018](https://arxiv.org/abs/1705.07120), "HVAE (L = 2)"

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vamp = keras_vae.priors.Vamp(20, seed=0)
    >>> vae = keras_vae.models.HierarchicalVAE((8, 8), (3, 4), vamp, hidden=(32, 32), seed=0)
    >>> vamp.start_from(x[:20])
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> vae.encode(x[:3]).shape
    (3, 7)
    >>> vae.generate(5, seed=0).shape
    (5, 8, 8)
    """

    def __init__(
        self,
        data_shape,
        latent_dims=(40, 40),
        prior="standard_normal",
        hidden=(300, 300),
        log_var_range=(-6.0, 2.0),
        likelihood="bernoulli",
        condition_shape=None,
        dtype=None,
        **kwargs,
    ):
        check_shape_argument("HierarchicalVAE", data_shape=data_shape)
        top, bottom = check_levels("HierarchicalVAE", latent_dims)
        likelihood = likelihoods.get(likelihood)
        gates = {"hidden": hidden, "dtype": dtype}
        ends = {"condition_shape": condition_shape, **gates}
        encoder = networks.two_level_encoder(data_shape, normal_shapes(top), name="encoder", **ends)
        context_shape = encoder.outputs[-1].shape[1:]
        inference = networks.gated_merge(
            (top,), normal_shapes(bottom), context_shape, name="inference", **gates
        )
        generation = networks.gated_mlp((top,), normal_shapes(bottom), name="generation", **gates)
        decoder = networks.two_level_decoder(
            (top, bottom), likelihood.parameter_shapes(tuple(data_shape)), name="decoder", **ends
        )
        super().__init__(
            encoder,
            decoder,
            posterior=posteriors.TwoLevel(inference, log_var_range=log_var_range),
            prior=priors.TwoLevel(generation, priors.get(prior), log_var_range),
            likelihood=likelihood,
            dtype=dtype,
            **kwargs,
        )


def normal_shapes(size):
    """The outputs of a network that gives a normal of so many latents."""
    return {"mean": (size,), "log_var": (size,)}


def check_levels(owner, latent_dims):
    """The lengths of z2 and z1, or a ValueError unless they are a pair of positive integers."""
    check_shape_argument(owner, latent_dims=latent_dims)
    if len(latent_dims) != 2:
        raise ValueError(
            f"{owner} needs latent_dims=(size of z2, size of z1). "
            f"Received: latent_dims={latent_dims!r}"
        )
    return latent_dims
