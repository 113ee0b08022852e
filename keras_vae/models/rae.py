"""Regularized autoencoder (Ghosh et al., 2020), arxiv.org/abs/1903.12436."""

from keras_vae import objectives
from keras_vae.models.paper import Paper, Parts


class RAE(Paper, family="autoencoders"):
    """Autoencoder with small codes and a smooth decoder in place of noise.

    To generate, the paper fits a density to the codes afterwards.

    Args:
        penalty: `"l2"` of the decoder's weights, or `"gradient"` of the decoded mean. Defaults to
            `"l2"`.
        code_weight: float >= 0, of half the codes' squares. Defaults to `1e-4`.
        decoder_weight: float >= 0, of the penalty. Defaults to `1e-7`.

    Reference: [Ghosh et al., 2020](https://arxiv.org/abs/1903.12436)

    >>> vae = keras_vae.models.RAE(x.shape[1:], latent_dim=4, hidden=(64,))
    """

    defaults = {"latent_dim": 16, "likelihood": "normal"}
    fixes = {
        "posterior": "its codes have no noise",
        "objective": "the regularized decoder is the idea of the paper",
    }

    def own_parts(
        self, penalty: str = "l2", code_weight: float = 1e-4, decoder_weight: float = 1e-7
    ) -> Parts:
        objective = objectives.RAE(penalty, code_weight, decoder_weight)
        return Parts(posterior="deterministic", objective=objective)
