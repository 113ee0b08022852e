"""Lookup-free quantizer (Yu et al., 2023), arxiv.org/abs/2310.05737."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from keras import ops

from keras_vae.backend import mean_over_batch
from keras_vae.parts import check_count, check_non_negative, check_positive
from keras_vae.posteriors.fsq import check_channels, check_num_codes
from keras_vae.posteriors.quantizer import Quantizer
from keras_vae.serialization import register
from keras_vae.typing import Shape, Tensor

#: above, the batch's entropy is taken as the sum over bits, an upper bound of it
_MOST_EXACT_BITS = 12


@register
class LFQ(Quantizer):
    """Each channel becomes its sign: a codebook of all corners of a cube.

    The auxiliary loss wants each vector to be sure of its code, and all codes to be used: the
    entropy of the code given the vector, less that of the code over the batch. It is a sum over
    places, as the commitment is.

    Args:
        num_bits: int, channels of the latent; there are 2^num_bits codes. Defaults to `10`.
        entropy_weight: float >= 0, of the auxiliary loss. Defaults to `1.0`: nats beside nats.
        diversity: float >= 0, weight of the batch's entropy in it. Defaults to `1.0`.
        temperature: float > 0, of the soft assignment that the entropies are of. Defaults to `0.1`.
        **kwargs: passed to `Quantizer`: `gradient`.

    Call arguments:
        parameters: `[z]`, (batch, ..., channels).

    Returns:
        `keras_vae.distributions.Quantized`, with latents of -1 and 1.

    Raises:
        ValueError: if an argument is out of its range.

    Reference:
        - [Yu et al., 2023](https://arxiv.org/abs/2310.05737)
    """

    needs_equal_weights = "its entropy is that of the batch as a whole"

    #: what each channel of a code is, with a sign
    _corner = 1.0

    def __init__(
        self,
        num_bits: int = 10,
        entropy_weight: float = 1.0,
        diversity: float = 1.0,
        temperature: float = 0.1,
        **kwargs: Any,
    ) -> None:
        owner = f"posteriors.{type(self).__name__}"
        check_count(owner, num_bits=num_bits)
        check_non_negative(owner, entropy_weight=entropy_weight, diversity=diversity)
        check_positive(owner, temperature=temperature)
        check_num_codes(owner, 2**num_bits, num_bits=num_bits)
        super().__init__(**kwargs)
        self.num_bits = num_bits
        self.entropy_weight = entropy_weight
        self.diversity = diversity
        self.temperature = temperature
        self.num_codes = 2**num_bits

    def latent_shape(self, shapes: Sequence[Shape]) -> Shape:
        """The encoder's output shape.

        Raises:
            ValueError: if it has not as many channels as there are bits.
        """
        check_channels(self, shapes[0], self.num_bits)
        return tuple(shapes[0])

    def to_codes(self, z: Tensor, training: bool) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """See `Quantizer.to_codes`."""
        z = self.straight(z)
        codes = self._corner * (2 * ops.cast(z > 0, "float32") - 1)
        commitment = ops.sum(ops.square(z - codes), axis=-1)
        return codes, self.indices_of(z), commitment, self.entropy_weight * self._entropies(z)

    def logits(self, z: Tensor) -> Tensor:
        """Log-odds of each bit in the softmax over all codes c of -|z - c|^2 / temperature."""
        return 4 * self._corner * z / self.temperature

    def _entropies(self, z):
        """Entropy of each vector's code less that of the batch's, in nats, (vectors,)."""
        # The softmax over all corners falls apart into its bits.
        logits = self.logits(z)
        on, log_on, log_off = ops.sigmoid(logits), ops.log_sigmoid(logits), ops.log_sigmoid(-logits)
        sure = -ops.sum(on * log_on + (1 - on) * log_off, axis=-1)
        return sure - self.diversity * self._batch_entropy(on)

    def _batch_entropy(self, on):
        """Entropy of the average soft assignment in nats, from the bits' probabilities; ()."""
        if self.num_bits > _MOST_EXACT_BITS:
            share = mean_over_batch(on)
            return ops.sum(_plogp(share) + _plogp(1 - share))
        # A code's probability is that of its first bits times that of its last ones, and so the
        # sum over vectors is a product of matrices, without an array of vectors x codes.
        half = self.num_bits // 2
        first, last = _corners(on[:, :half]), _corners(on[:, half:])
        sums = ops.matmul(ops.transpose(first), last)
        count = ops.sum(ops.ones_like(on[:, :1]), axis=0)
        # The quotient of two means over the replicas is that of their sums.
        share = mean_over_batch(sums[None]) / mean_over_batch(count[None])
        return ops.sum(_plogp(share))

    def indices_of(self, latents: Tensor) -> Tensor:
        """Codes of latents that `embed` gave, (..., channels) -> int32 (...)."""
        places = ops.convert_to_tensor(2 ** np.arange(self.num_bits), dtype="int32")
        return ops.sum(ops.cast(latents > 0, "int32") * places, axis=-1)

    def embed(self, indices: Tensor) -> Tensor:
        """Vectors of codes, integers (...) -> (..., channels)."""
        indices = ops.expand_dims(ops.cast(indices, "int32"), -1)
        places = ops.convert_to_tensor(2 ** np.arange(self.num_bits), dtype="int32")
        bits = (indices // places) % 2
        return self._corner * (2.0 * ops.cast(bits, "float32") - 1.0)


def _corners(on):
    """Probabilities of all corners of a cube from its bits', (vectors, bits) -> (..., 2^bits)."""
    each = ops.ones((ops.shape(on)[0], 1))
    for bit in range(on.shape[1]):
        p = on[:, bit : bit + 1]
        each = ops.concatenate([each * (1 - p), each * p], axis=-1)
    return each


def _plogp(p):
    return -p * ops.log(ops.maximum(p, 1e-30))
