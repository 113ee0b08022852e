"""Exemplar VAE (Norouzi et al., 2020), arxiv.org/abs/2004.04795."""

from keras_vae import networks
from keras_vae.models.paper import Paper, Parts
from keras_vae.priors import Exemplar


class ExemplarVAE(Paper, family="priors"):
    """Gated, fully connected VAE whose prior is a mixture around encoded training examples.

    In training the other examples of a batch are the exemplars, so use large batches.

    Args:
        num_exemplars: int, training examples that the prior keeps for evaluation and samples.
            Defaults to `1000`; the paper's is half of the training data, 25,000 of MNIST.

    Reference: [Norouzi et al., 2020](https://arxiv.org/abs/2004.04795)

    >>> vae = keras_vae.models.ExemplarVAE(x.shape[1:], 4, num_exemplars=20, hidden=(32,), seed=0)
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> vae.generate(5, seed=0).shape
    (5, 8, 8)
    """

    defaults = {"latent_dim": 40, "network": networks.Gated((300, 300))}
    fixes = {"prior": "the mixture around training examples is the idea of the paper"}

    def own_parts(self, num_exemplars: int = 1000, *, seed: int | None) -> Parts:
        return Parts(prior=Exemplar(num_exemplars, 0 if seed is None else seed))
