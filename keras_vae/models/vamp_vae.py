"""VAE with a VampPrior (Tomczak and Welling, 2018), arxiv.org/abs/1705.07120."""

from keras_vae import likelihoods
from keras_vae.models.pairs import gated_pair
from keras_vae.models.vae import VAE
from keras_vae.priors import Vamp
from keras_vae.serialization import register


@register
class VampVAE(VAE):
    """Gated, fully connected VAE with a VampPrior, as in its paper.

    Args:
        data_shape: tuple of int, shape of one example without batch axis.
        latent_dim: int. Defaults to `40`.
        num_components: int, pseudo-inputs of the prior. Defaults to `500`.
        hidden: tuple of int, widths of the encoder's gated layers; the decoder mirrors them.
            Defaults to `(300, 300)`.
        likelihood: name or `keras_vae.likelihoods.Likelihood`. Defaults to `"bernoulli"`.
        dtype: Keras dtype or policy of the networks. Defaults to `None`, the global one.
        **kwargs: passed to `keras_vae.VAE`: `objective`, `seed`, `name`.

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

    def __init__(
        self,
        data_shape,
        latent_dim=40,
        num_components=500,
        hidden=(300, 300),
        likelihood="bernoulli",
        dtype=None,
        seed=None,
        **kwargs,
    ):
        likelihood = likelihoods.get(likelihood)
        encoder, decoder = gated_pair(data_shape, latent_dim, likelihood, hidden, dtype=dtype)
        super().__init__(
            encoder,
            decoder,
            prior=Vamp(num_components, seed=seed),
            likelihood=likelihood,
            dtype=dtype,
            seed=seed,
            **kwargs,
        )
