"""Normal posterior with diagonal covariance (Kingma and Welling, 2013), arxiv.org/abs/1312.6114."""

from collections.abc import Sequence
from typing import Any

from keras_vae import distributions
from keras_vae.distributions import Distribution
from keras_vae.parts import check_range
from keras_vae.posteriors.bounds import bounded
from keras_vae.posteriors.posterior import Posterior
from keras_vae.serialization import register
from keras_vae.typing import Shape


@register
class Normal(Posterior):
    r"""Normal posterior with diagonal covariance, N(mean, exp(log_var)).

    $$
    q(z|x) = \mathcal{N}(z;\, \mu(x), \sigma^2(x)) ,
    \quad z = \mu + \sigma \odot \varepsilon , \quad \varepsilon \sim \mathcal{N}(0, I)
    $$

    Args:
        log_var_range: pair of float, bounds of the log-variance, so that an untrained or
            diverging encoder gives finite losses. Defaults to `(-30.0, 20.0)`.
        **kwargs: passed to `keras.layers.Layer`.

    Call arguments:
        parameters: `[mean, log_var]`, each (batch, latent), or a dict with these names.

    Returns:
        `keras_vae.distributions.Normal`.

    Raises:
        ValueError: if `log_var_range` is not an increasing pair.

    Reference:
        - [Kingma and Welling, 2013](https://arxiv.org/abs/1312.6114)
    """

    parameter_names = ("mean", "log_var")
    takes_free_sizes = True

    def __init__(self, log_var_range: tuple[float, float] = (-30.0, 20.0), **kwargs: Any) -> None:
        check_range("posteriors.Normal", log_var_range=log_var_range)
        super().__init__(**kwargs)
        self.log_var_range = log_var_range

    def parameter_shapes(self, latent_shape: Shape) -> dict[str, Shape]:
        """`mean` and `log_var`, each of the latent's shape."""
        return {"mean": tuple(latent_shape), "log_var": tuple(latent_shape)}

    def latent_shape(self, shapes: Sequence[Shape]) -> Shape:
        """The mean's shape.

        Raises:
            ValueError: if the encoder's two outputs differ in shape.
        """
        mean, log_var = (tuple(shape) for shape in shapes)
        if mean != log_var:
            raise ValueError(
                "The posterior Normal needs mean and log_var of one shape. "
                f"Received: encoder outputs of shapes {mean} and {log_var}"
            )
        return mean

    def call(self, parameters: Any, training: bool = False) -> Distribution:
        mean, log_var = self.unpack(parameters)
        log_var = bounded(log_var, *self.log_var_range)
        return distributions.Normal(mean, log_var, event_ndim=self.event_ndim)
