"""Binary spherical quantizer (Zhao et al., 2024), arxiv.org/abs/2406.07548."""

import math
from typing import Any

from keras import ops

from keras_vae.posteriors.lfq import LFQ
from keras_vae.serialization import register
from keras_vae.typing import Tensor


@register
class BSQ(LFQ):
    r"""Vectors on the unit sphere become the nearest corner of the cube inside it.

    Each channel of a code is $\pm 1 / \sqrt{b}$ for b bits, so no code is further than
    $\sqrt{2 - 2 / \sqrt{b}}$ from its vector. The auxiliary loss is that of `LFQ`: the entropy of
    the code given the vector, less that of the code over the batch. A bit is on with the
    probability $\sigma(2 u / (\sqrt{b}\, T))$ of its channel u and the temperature T.

    Args:
        num_bits: int, channels of the latent; there are 2^num_bits codes. Defaults to `10`.
        entropy_weight: float >= 0, of the auxiliary loss. Defaults to `1.0`: nats beside nats.
        diversity: float >= 0, weight of the batch's entropy in it. Defaults to `1.0`.
        temperature: float > 0, of the soft assignment that the entropies are of. Defaults to
            `0.01`, the paper's.
        **kwargs: passed to `Quantizer`: `gradient`.

    Call arguments:
        parameters: `[z]`, (batch, ..., channels).

    Returns:
        `keras_vae.distributions.Quantized`, with latents of length 1.

    Raises:
        ValueError: if an argument is out of its range.

    Reference:
        - [Zhao et al., 2024](https://arxiv.org/abs/2406.07548)
    """

    def __init__(
        self,
        num_bits: int = 10,
        entropy_weight: float = 1.0,
        diversity: float = 1.0,
        temperature: float = 0.01,
        **kwargs: Any,
    ) -> None:
        super().__init__(num_bits, entropy_weight, diversity, temperature, **kwargs)
        self._corner = 1 / math.sqrt(num_bits)

    def straight(self, z: Tensor) -> Tensor:
        """The vectors, divided by their lengths."""
        return ops.normalize(z, axis=-1)

    def logits(self, z: Tensor) -> Tensor:
        """See `LFQ.logits`: of exp(u c / T), where `LFQ` has exp(-|z - c|^2 / T)."""
        return super().logits(z) / 2
