"""Regularized autoencoder (Ghosh et al., 2020), arxiv.org/abs/1903.12436."""

from typing import Unpack

from keras_vae import objectives
from keras_vae.models.paper import Paper, PaperOptions, Shape
from keras_vae.serialization import register


@register
class RAE(Paper):
    """Autoencoder with small codes and a smooth decoder in place of noise.

    To generate, the paper fits a density to the codes afterwards.

    Args:
        penalty: `"l2"` of the decoder's weights, or `"gradient"` of the decoded mean. Defaults to
            `"l2"`.
        code_weight: float >= 0, of half the codes' squares. Defaults to `1e-4`.
        decoder_weight: float >= 0, of the penalty. Defaults to `1e-7`.

    Raises:
        ValueError: if an argument is out of its range.

    Reference:
        - [Ghosh et al., 2020](https://arxiv.org/abs/1903.12436)

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.RAE(x.shape[1:], latent_dim=4, hidden=(64,))
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> vae.reconstruct(x[:3]).shape
    (3, 8, 8)
    """

    family = "autoencoders"
    defaults = {"likelihood": "normal"}
    fixes = {
        "posterior": "its codes have no noise",
        "objective": "the regularized decoder is the idea of the paper",
    }

    def __init__(
        self,
        data_shape: Shape,
        latent_dim: int = 16,
        penalty: str = "l2",
        code_weight: float = 1e-4,
        decoder_weight: float = 1e-7,
        **kwargs: Unpack[PaperOptions],
    ) -> None:
        super().__init__(
            data_shape,
            latent_dim,
            fixed={
                "posterior": "deterministic",
                "objective": objectives.RAE(penalty, code_weight, decoder_weight),
            },
            **kwargs,
        )
