"""VAE of two stochastic layers (Burda et al., 2015), arxiv.org/abs/1509.00519."""

from keras_vae import likelihoods, networks, posteriors, priors
from keras_vae.models.checks import check_shape_argument
from keras_vae.models.hierarchical_vae import check_levels, normal_shapes
from keras_vae.models.vae import VAE
from keras_vae.serialization import register


@register
class TwoLayerVAE(VAE):
    """Fully connected VAE of two stochastic layers, one on the other, inferred bottom-up.

    q(z1|x) q(z2|z1) and p(z2) p(z1|z2) p(x|z1): between x and z2 there is z1 alone. As one layer
    it trains on the ELBO; the paper's other runs take `objective=objectives.IWAE(k)`.

    Latents are vectors with z2 in front: `encode(x)[:, :50]` is z2, at the default sizes.

    Args:
        data_shape: tuple of int, shape of one example without batch axis.
        latent_dims: pair of int, lengths of z2 and z1. Defaults to `(50, 100)`.
        hidden: tuple of int, widths of the layers between x and z1; the decoder mirrors them.
            Defaults to `(200, 200)`.
        top_hidden: tuple of int, widths of the layers between z1 and z2; p(z1|z2) mirrors them.
            Defaults to `(100, 100)`.
        activation: name or function. Defaults to `"tanh"`.
        prior: name or `keras_vae.priors.Prior`, of z2. Defaults to `"standard_normal"`.
        likelihood: name or `keras_vae.likelihoods.Likelihood`. Defaults to `"bernoulli"`.
        condition_shape: tuple of int, shape of a condition without batch axis; `(num_classes,)`
            takes labels too. It enters q(z1|x) and p(x|z1). Defaults to `None`, no condition.
        dtype: Keras dtype or policy of the networks. Defaults to `None`, the global one.
        **kwargs: passed to `keras_vae.VAE`: `objective`, `seed`, `name`.

    Raises:
        ValueError: if `latent_dims` is no pair of positive integers.

    Reference:
        - [Burda et al., 2015](https://arxiv.org/abs/1509.00519), two stochastic layers

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.TwoLayerVAE(
    ...     (8, 8), (2, 4), hidden=(32,), top_hidden=(16,), objective=keras_vae.objectives.IWAE(5)
    ... )
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> vae.encode(x[:3]).shape
    (3, 6)
    """

    def __init__(
        self,
        data_shape,
        latent_dims=(50, 100),
        hidden=(200, 200),
        top_hidden=(100, 100),
        activation="tanh",
        prior="standard_normal",
        likelihood="bernoulli",
        condition_shape=None,
        dtype=None,
        **kwargs,
    ):
        check_shape_argument("TwoLayerVAE", data_shape=data_shape)
        top, bottom = check_levels("TwoLayerVAE", latent_dims)
        likelihood = likelihoods.get(likelihood)
        layers = {"activation": activation, "dtype": dtype}
        ends = {"condition_shape": condition_shape, **layers}
        encoder = networks.mlp(data_shape, normal_shapes(bottom), hidden, name="encoder", **ends)
        inference = networks.mlp(
            (bottom,), normal_shapes(top), top_hidden, name="inference", **layers
        )
        generation = networks.mlp(
            (top,), normal_shapes(bottom), tuple(top_hidden)[::-1], name="generation", **layers
        )
        decoder = networks.mlp(
            (bottom,),
            likelihood.parameter_shapes(tuple(data_shape)),
            tuple(hidden)[::-1],
            **ends,
        )
        super().__init__(
            encoder,
            networks.bottom_level(decoder, latent_dims, dtype, name="decoder"),
            posterior=posteriors.TwoLevel(inference, top_down=False),
            prior=priors.TwoLevel(generation, priors.get(prior)),
            likelihood=likelihood,
            dtype=dtype,
            **kwargs,
        )
