"""Product quantizer (Jegou et al., 2011; grouped codes: Yang et al., 2023, arXiv:2305.02765)."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from keras import ops

from keras_vae.context import Context
from keras_vae.posteriors.quantizer import Quantizer
from keras_vae.serialization import register
from keras_vae.typing import Array, ArrayLike, Shape, Tensor


@register
class ProductQuantizer(Quantizer):
    """The channels of each vector fall into groups, each with a quantizer of its own.

    Args:
        quantizers: list of `Quantizer`, one for each group, with equally many codes. Groups have
            equally many channels, the first ones first. Residual quantizers make it the grouped
            residual quantizer of Yang et al.
        **kwargs: passed to `Quantizer`: `gradient`.

    Call arguments:
        parameters: `[z]`, (batch, ..., channels).
        training: bool, whether codebooks move. Defaults to `False`.

    Returns:
        `keras_vae.distributions.Quantized` with indices (batch, ..., levels), the levels of the
        first group first.

    Raises:
        ValueError: if there are no quantizers, if they have not equally many codes, or if the
            channels cannot be divided among them.

    References:
        - Jegou et al., 2011, Product quantization for nearest neighbor search
        - [Yang et al., 2023](https://arxiv.org/abs/2305.02765)
    """

    def __init__(self, quantizers: Sequence[Quantizer], **kwargs: Any) -> None:
        quantizers = list(quantizers)
        wrong = [q for q in quantizers if not isinstance(q, Quantizer)]
        counts = [] if wrong else [q.num_codes for q in quantizers]
        if wrong or len(set(counts)) != 1:
            raise ValueError(
                "posteriors.ProductQuantizer needs quantizers=[...] with equally many codes. "
                f"Received: quantizers={quantizers!r}, codes {counts}"
            )
        super().__init__(**kwargs)
        self.quantizers = quantizers
        self.num_codes = counts[0]
        self.num_levels = sum(quantizer.num_levels for quantizer in quantizers)
        self.needs_equal_weights = next(
            (q.needs_equal_weights for q in quantizers if q.needs_equal_weights), None
        )

    def latent_shape(self, shapes: Sequence[Shape]) -> Shape:
        """The encoder's output shape.

        Raises:
            ValueError: if its channels cannot be divided among the groups.
        """
        *places, channels = shapes[0]
        groups = len(self.quantizers)
        if channels % groups:
            raise ValueError(
                f"The posterior ProductQuantizer needs channels that {groups} groups divide. "
                f"Received: an encoder output of shape {tuple(shapes[0])}"
            )
        for quantizer in self.quantizers:
            quantizer.latent_shape([(*places, channels // groups)])
        return tuple(shapes[0])

    def build(self, event_shape: Shape) -> None:
        super().build(event_shape)
        *places, channels = event_shape
        for quantizer in self.quantizers:
            quantizer.build_once((*places, channels // len(self.quantizers)))

    def bind(self, context: Context) -> None:
        """Draw with the model's seeds."""
        for quantizer in self.quantizers:
            quantizer.bind(context)

    def straight(self, z: Tensor) -> Tensor:
        """See `Quantizer.straight`."""
        return self._joined(lambda quantizer, part: quantizer.straight(part), z)

    def to_codes(self, z: Tensor, training: bool) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """See `Quantizer.to_codes`."""
        parts = ops.split(z, len(self.quantizers), axis=-1)
        each = [q.to_codes(part, training) for q, part in zip(self.quantizers, parts, strict=True)]
        codes, indices, commitments, auxiliaries = zip(*each, strict=True)
        levels = [
            ops.reshape(index, (-1, quantizer.num_levels))
            for index, quantizer in zip(indices, self.quantizers, strict=True)
        ]
        indices = ops.concatenate(levels, axis=-1)
        if self.num_levels == 1:
            indices = indices[:, 0]
        return ops.concatenate(codes, axis=-1), indices, sum(commitments), sum(auxiliaries)

    def embed(self, indices: Tensor) -> Tensor:
        """Vectors of codes, integers (..., levels) -> (..., channels)."""
        indices = ops.reshape(indices, (*ops.shape(indices)[: len(self.event_shape)], -1))
        parts, first = [], 0
        for quantizer in self.quantizers:
            own = indices[..., first : first + quantizer.num_levels]
            parts.append(quantizer.embed(own[..., 0] if quantizer.num_levels == 1 else own))
            first += quantizer.num_levels
        return ops.concatenate(parts, axis=-1)

    def indices_of(self, latents: Tensor) -> Tensor:
        """Codes of latents that `embed` gave, (..., channels) -> int32 (..., levels)."""
        own = self._joined(_own_indices, latents)
        return own[..., 0] if self.num_levels == 1 else own

    def _joined(self, function: Callable[[Quantizer, Tensor], Tensor], values: Tensor) -> Tensor:
        """What a function of each group's quantizer and channels gives, side by side."""
        parts = ops.split(values, len(self.quantizers), axis=-1)
        pairs = zip(self.quantizers, parts, strict=True)
        return ops.concatenate([function(*pair) for pair in pairs], axis=-1)

    @property
    def num_starting_vectors(self) -> int:
        """The most that one of the groups asks for."""
        return max(quantizer.num_starting_vectors for quantizer in self.quantizers)

    def start(self, vectors: ArrayLike, seed: int = 0) -> Array:
        """Start the quantizer of each group; see `Quantizer.start`."""
        parts = np.split(np.asarray(vectors), len(self.quantizers), axis=-1)
        pairs = enumerate(zip(self.quantizers, parts, strict=True))
        return np.concatenate([q.start(part, seed + i) for i, (q, part) in pairs], axis=-1)


def _own_indices(quantizer: Quantizer, latents: Tensor) -> Tensor:
    indices = quantizer.indices_of(latents)
    return ops.expand_dims(indices, -1) if quantizer.num_levels == 1 else indices
