"""VAE with a normal likelihood of optimal variance (Rybkin et al., 2021)."""

from keras_vae.models.paper import Paper


class GaussianVAE(Paper, family="basics"):
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

    >>> vae = keras_vae.models.GaussianVAE(x.shape[1:], latent_dim=2, hidden=(64,))
    """

    defaults = {"latent_dim": 2, "likelihood": "optimal_normal"}
