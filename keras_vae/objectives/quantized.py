"""Objective of quantised latents (van den Oord et al., 2017), arxiv.org/abs/1711.00937."""

from typing import Any

from keras_vae.context import Context
from keras_vae.objectives.objective import Objective
from keras_vae.parts import check_non_negative
from keras_vae.posteriors import Quantizer
from keras_vae.serialization import register


@register
class Quantized(Objective):
    r"""Reconstruction + commitment_weight * commitment + what else the quantizer asks for.

    $$
    -\log p(x|z) + \beta\, \| e(x) - \mathrm{sg}[z] \|^2
    $$

    `reconstruction` is -log p(x|z) in nats and `commitment` the squared distance of the encoder's
    vectors to their codes, both sums over the event and means over the batch, and so the same at
    any batch size. `usage` is the share of the codes that a batch uses and `perplexity` exp of the
    entropy of their frequencies in it: these grow with the batch.

    Args:
        commitment_weight: float >= 0. Defaults to `0.25`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if `commitment_weight` is negative, or if the posterior is not a quantizer.

    Reference:
        - [van den Oord et al., 2017](https://arxiv.org/abs/1711.00937)
    """

    term_names = ("reconstruction", "commitment", "usage", "perplexity")
    needs_equal_weights = None
    takes_free_sizes = True

    def __init__(self, commitment_weight: float = 0.25, **kwargs: Any) -> None:
        check_non_negative("objectives.Quantized", commitment_weight=commitment_weight)
        super().__init__(**kwargs)
        self.commitment_weight = self.moving_weight("commitment_weight", commitment_weight)

    def bind(self, context: Context) -> Any:
        """Check that the posterior is a quantizer."""
        if not isinstance(context.posterior, Quantizer):
            raise ValueError(
                "objectives.Quantized needs a quantizer as posterior, such as "
                f"posteriors.VectorQuantizer(). Received: posterior={context.posterior!r}"
            )

    def call(self, trace: Any) -> Any:
        q = trace.posterior
        reconstruction = trace.mean(-trace.log_likelihood())
        commitment = trace.mean(q.commitment)
        loss = reconstruction + self.commitment_weight * commitment + trace.mean(q.auxiliary)
        usage, perplexity = q.usage_and_perplexity()
        return loss, {
            "reconstruction": reconstruction,
            "commitment": commitment,
            "usage": usage,
            "perplexity": perplexity,
        }
