"""Continuous Bernoulli likelihood (Loaiza-Ganem and Cunningham, 2019), arxiv.org/abs/1907.06845."""

from typing import Any

from keras_vae import distributions
from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.serialization import register
from keras_vae.typing import Shape


@register
class ContinuousBernoulli(Likelihood):
    r"""Continuous Bernoulli likelihood, the normalised density for data in [0, 1].

    $$
    p(x|\lambda) = C(\lambda)\, \lambda^x (1 - \lambda)^{1 - x} , \quad
    C(\lambda) = \frac{2\, \mathrm{artanh}(1 - 2 \lambda)}{1 - 2 \lambda}
    $$

    Its mean is not the sigmoid of the logits; `decode` gives the right one.

    Args:
        **kwargs: passed to `keras.layers.Layer`.

    Reference:
        - [Loaiza-Ganem and Cunningham, 2019](https://arxiv.org/abs/1907.06845)
    """

    support = (0.0, 1.0)

    def parameter_shapes(self, data_shape: Shape) -> Any:
        """`logits`, of the data's shape."""
        return {"logits": tuple(data_shape)}

    def call(self, parameters: Any, x: Any = None, training: bool = False) -> Any:
        (logits,) = self.unpack(parameters)
        return distributions.ContinuousBernoulli(logits, event_ndim=self.event_ndim)
