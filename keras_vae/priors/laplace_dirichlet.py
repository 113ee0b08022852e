"""Laplace's approximation of a Dirichlet prior (MacKay, 1998), as in ProdLDA, 1703.01488."""

from typing import Any

import numpy as np
from keras import ops

from keras_vae import distributions
from keras_vae.checks import check_positive, is_number
from keras_vae.distributions import Distribution
from keras_vae.priors.prior import Prior, log_square
from keras_vae.serialization import register
from keras_vae.typing import Shape


@register
class LaplaceDirichlet(Prior):
    r"""Normal prior over z whose softmax(z) is nearly Dirichlet-distributed.

    With a concentration $\alpha_k$ for each of $K$ latents,

    $$
    \mu_k = \log \alpha_k - \frac{1}{K} \sum_i \log \alpha_i , \quad
    \sigma_k^2 = \frac{1}{\alpha_k} \left(1 - \frac{2}{K}\right) + \frac{1}{K^2} \sum_i
    \frac{1}{\alpha_i} ,
    $$

    the diagonal of Laplace's approximation in the softmax basis. Small concentrations make few
    large shares.

    Args:
        concentration: float > 0, of all latents, or a sequence of one for each. Defaults to `1.0`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if a concentration is not positive; when the model is made, if their number is
            not that of the latents, or the latents are fewer than two.

    References:
        - [Srivastava and Sutton, 2017](https://arxiv.org/abs/1703.01488), section 3.2
        - [MacKay, 1998](https://doi.org/10.1023/A:1007558615313)

    Example:

    >>> prior = keras_vae.priors.LaplaceDirichlet(concentration=0.5)
    >>> prior.build((4,))
    >>> [round(float(v), 2) for v in prior.distribution().variance]
    [1.5, 1.5, 1.5, 1.5]
    """

    def __init__(self, concentration: Any = 1.0, **kwargs: Any) -> None:
        values = [concentration] if is_number(concentration) else list(concentration)
        for value in values:
            check_positive("priors.LaplaceDirichlet", concentration=value)
        super().__init__(**kwargs)
        self.concentration = concentration

    def build(self, event_shape: Shape) -> None:
        super().build(event_shape)
        given = np.asarray(self.concentration, "float64")
        many = int(np.prod(self.event_shape))
        if given.ndim and given.shape != self.event_shape or many < 2:
            raise ValueError(
                "priors.LaplaceDirichlet needs one concentration, or one for each of at least two "
                f"latents. Received: concentration of shape {given.shape} for latents of shape "
                f"{self.event_shape}"
            )
        alpha = np.broadcast_to(given, self.event_shape)
        self._mean = np.log(alpha) - np.log(alpha).mean()
        variance = (1 - 2 / many) / alpha + np.sum(1 / alpha) / many**2
        self._log_var = np.log(variance)

    def distribution(self, temperature: float = 1.0) -> Distribution:
        """`keras_vae.distributions.Normal` with parameters of shape (latent,)."""
        mean = ops.convert_to_tensor(self._mean, dtype="float32")
        log_var = ops.convert_to_tensor(self._log_var + log_square(temperature), dtype="float32")
        return distributions.Normal(mean, log_var, event_ndim=self.event_ndim)
