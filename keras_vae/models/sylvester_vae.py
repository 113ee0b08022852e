"""VAE with Sylvester flows (van den Berg et al., 2018), arxiv.org/abs/1803.05649."""

from typing import Unpack

from keras_vae import posteriors
from keras_vae.models.paper import Paper, PaperOptions, Shape
from keras_vae.serialization import register


@register
class SylvesterVAE(Paper):
    """VAE whose posterior is bent by Sylvester flows that the encoder gives.

    Args:
        kind: `"orthogonal"`, `"householder"` or `"triangular"`, see `posteriors.Sylvester`.
            Defaults to `"orthogonal"`.
        num_flows: int, number of flows. Defaults to `4`.
        num_vectors: int, of the first two kinds: columns, at most `latent_dim`, or reflections.
            Defaults to `8`.

    Raises:
        ValueError: if `kind` is unknown, or a number no integer >= 1.

    Reference:
        - [van den Berg et al., 2018](https://arxiv.org/abs/1803.05649)

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.SylvesterVAE((8, 8), latent_dim=4, kind="householder", hidden=(64,))
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> vae.posterior_layer.kind
    'householder'
    """

    family = "posterior-flows"
    fixes = {"posterior": "the flow is the idea of the paper"}

    def __init__(
        self,
        data_shape: Shape,
        latent_dim: int = 32,
        kind: str = "orthogonal",
        num_flows: int = 4,
        num_vectors: int = 8,
        **kwargs: Unpack[PaperOptions],
    ) -> None:
        super().__init__(
            data_shape,
            latent_dim,
            fixed={"posterior": posteriors.Sylvester(kind, num_flows, num_vectors)},
            **kwargs,
        )
