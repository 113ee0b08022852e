"""Bernoulli likelihood for binary data."""

from typing import Any

from keras_vae import distributions
from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.serialization import register
from keras_vae.typing import Shape


@register
class Bernoulli(Likelihood):
    """Bernoulli likelihood for binary data, or cross-entropy for data in [0, 1].

    On grey values strictly between 0 and 1 the log-probability is a cross-entropy, not a
    normalised log-density; `ContinuousBernoulli` is the density for those.

    Args:
        from_logits: bool, whether the decoder gives logits; `False` for a decoder that ends in a
            sigmoid. Logits are the exact and faster choice. Defaults to `True`.
        **kwargs: passed to `keras.layers.Layer`.
    """

    support = (0.0, 1.0)

    def __init__(self, from_logits: bool = True, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.from_logits = from_logits

    def parameter_shapes(self, data_shape: Shape) -> Any:
        """`logits` (or `probs`), of the data's shape."""
        return {"logits" if self.from_logits else "probs": tuple(data_shape)}

    def call(self, parameters: Any, x: Any = None, training: bool = False) -> Any:
        (values,) = self.unpack(parameters)
        if self.from_logits:
            return distributions.Bernoulli(values, event_ndim=self.event_ndim)
        return distributions.Bernoulli.from_probs(values, event_ndim=self.event_ndim)
