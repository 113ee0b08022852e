"""Residual vector quantizer (Zeghidour et al., 2021), arxiv.org/abs/2107.03312."""

from typing import Any

from keras import ops

from keras_vae.context import Context
from keras_vae.parts import check_count
from keras_vae.posteriors.quantizer import Quantizer
from keras_vae.posteriors.vector_quantizer import _VECTORS_A_CODE, VectorQuantizer, encoded_vectors
from keras_vae.serialization import register
from keras_vae.typing import Shape, Tensor


@register
class ResidualVQ(Quantizer):
    """Vector quantizers in a row, each for what the ones before it have left.

    Args:
        num_levels: int, number of quantizers. Defaults to `4`.
        num_codes: int, of each. Defaults to `512`.
        ema: bool, see `VectorQuantizer`. Defaults to `True`.
        decay: float in [0, 1), see `VectorQuantizer`. Defaults to `0.99`.
        restart_below: float, see `VectorQuantizer`. Defaults to `0.1`.
        kmeans: bool, see `VectorQuantizer`. Defaults to `True`.
        **kwargs: passed to `keras.layers.Layer`.

    Call arguments:
        parameters: `[z]`, (batch, ..., channels).
        training: bool, whether the codebooks move. Defaults to `False`.

    Returns:
        `keras_vae.distributions.Quantized` with indices (batch, ..., levels).

    Raises:
        ValueError: if an argument is out of its range.

    References:
        - [Zeghidour et al., 2021](https://arxiv.org/abs/2107.03312)
        - [Lee et al., 2022](https://arxiv.org/abs/2203.01941)
    """

    needs_equal_weights = "its codebooks follow the batch as a whole"

    def __init__(
        self,
        num_levels: int = 4,
        num_codes: int = 512,
        ema: bool = True,
        decay: float = 0.99,
        restart_below: float = 0.1,
        kmeans: bool = True,
        **kwargs: Any,
    ) -> None:
        check_count("posteriors.ResidualVQ", num_levels=num_levels)
        super().__init__(**kwargs)
        self.num_levels = num_levels
        self.num_codes = num_codes
        self.kmeans = kmeans
        self.quantizers = [
            VectorQuantizer(num_codes, ema, decay, restart_below, kmeans) for _ in range(num_levels)
        ]

    def build(self, event_shape: Shape) -> None:
        super().build(event_shape)
        for quantizer in self.quantizers:
            quantizer.build(event_shape)

    def bind(self, context: Context) -> None:
        """Draw with the model's seeds."""
        for quantizer in self.quantizers:
            quantizer.bind(context)

    def to_codes(self, z: Tensor, training: bool) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """See `Quantizer.to_codes`."""
        rest, total = z, 0.0
        each = []
        for quantizer in self.quantizers:
            codes, *others = quantizer.to_codes(rest, training)
            rest = rest - ops.stop_gradient(codes)
            total = total + codes
            each.append(others)
        indices, commitments, auxiliaries = zip(*each, strict=True)
        return total, ops.stack(indices, axis=-1), sum(commitments), sum(auxiliaries)

    def embed(self, indices: Tensor) -> Tensor:
        """Vectors of codes, integers (..., levels) -> (..., channels)."""
        indices = ops.reshape(indices, (*ops.shape(indices)[: len(self.event_shape)], -1))
        return sum(q.embed(indices[..., level]) for level, q in enumerate(self.quantizers))

    def indices_of(self, latents: Tensor) -> Tensor:
        """Codes of latents, (..., channels) -> int32 (..., levels), level by level the nearest.

        Sums of codes do not say whose sums they are: what `embed` made of other codes can come
        back as codes that are nearer.
        """
        rest, levels = latents, []
        for quantizer in self.quantizers:
            levels.append(quantizer.indices_of(rest))
            rest = rest - quantizer.embed(levels[-1])
        return ops.stack(levels, axis=-1)

    def before_fit(self, context: Context, x: Any) -> None:
        """Start the codebooks by k-means, each over what the ones before it leave."""
        if x is not None and self.kmeans and not self.quantizers[0].has_started:
            rest = encoded_vectors(context, x, _VECTORS_A_CODE * self.num_codes)
            for seed, quantizer in enumerate(self.quantizers):
                rest = quantizer.start(rest, seed)
