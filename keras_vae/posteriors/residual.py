"""What residual quantizers have in common (Zeghidour et al., 2021), arxiv.org/abs/2107.03312."""

from collections.abc import Sequence
from typing import Any

from keras import ops

from keras_vae import backend
from keras_vae.context import Context
from keras_vae.parts import check_fraction
from keras_vae.posteriors.quantizer import Quantizer
from keras_vae.typing import Array, ArrayLike, Shape, Tensor


class Residual(Quantizer):
    """Base of the quantizers in a row, each for what the ones before it have left.

    Args:
        quantizers: list of `Quantizer`, with equally many codes.
        scale: float, or array (channels,), the size of each level's codes beside those of the level
            before. Defaults to `1.0`.
        level_dropout: float in [0, 1], the part of the examples of which training decodes the
            first levels alone; how many is drawn anew for each. The codes of all levels are told
            and learned even so. Defaults to `0.0`.
        **kwargs: passed to `Quantizer`: `gradient`.

    Raises:
        ValueError: if `level_dropout` is not in [0, 1].
    """

    def __init__(
        self,
        quantizers: Sequence[Quantizer],
        scale: Any = 1.0,
        level_dropout: float = 0.0,
        **kwargs: Any,
    ) -> None:
        check_fraction(f"posteriors.{type(self).__name__}", level_dropout=level_dropout)
        super().__init__(**kwargs)
        self.quantizers = list(quantizers)
        self.num_levels = len(self.quantizers)
        self.num_codes = self.quantizers[0].num_codes
        self.scale = scale
        self.level_dropout = level_dropout
        self.context: Any = None

    def build(self, event_shape: Shape) -> None:
        super().build(event_shape)
        for quantizer in self.quantizers:
            quantizer.build(event_shape)

    def bind(self, context: Context) -> None:
        """Draw with the model's seeds."""
        self.context = context
        for quantizer in self.quantizers:
            quantizer.bind(context)

    def latent_shape(self, shapes: Sequence[Shape]) -> Shape:
        """The encoder's output shape, as the first quantizer has it."""
        return self.quantizers[0].latent_shape(shapes)

    def _levels(self):
        """Pairs of a quantizer and the scale of its codes, a tensor."""
        scales = [ops.convert_to_tensor(self.scale**i, "float32") for i in range(self.num_levels)]
        return list(zip(self.quantizers, scales, strict=True))

    def to_codes(self, z: Tensor, training: bool) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """See `Quantizer.to_codes`."""
        rest, each = self.straight(z), []
        for quantizer, scale in self._levels():
            codes, indices, commitment, auxiliary = quantizer.to_codes(rest / scale, training)
            codes = codes * scale
            rest = rest - ops.stop_gradient(codes)
            # A distance by its own scale; where channels differ there is none.
            each.append((codes, indices, commitment * ops.mean(scale) ** 2, auxiliary))
        codes, indices, commitments, auxiliaries = zip(*each, strict=True)
        if training and self.level_dropout:
            kept = self._kept_levels(z)
            codes = [value * kept[:, i : i + 1] for i, value in enumerate(codes)]
        return sum(codes), ops.stack(indices, axis=-1), sum(commitments), sum(auxiliaries)

    def _kept_levels(self, z):
        """1 for the levels that are decoded, else 0, (vectors, levels); alike in one example."""
        places = 1
        for size in self.event_shape[:-1]:
            places *= size
        examples = ops.shape(z)[0] // places
        seed = None if self.context is None else self.context.seed_generator
        cut, depth = (backend.uniform((examples, 1), seed=seed) for _ in range(2))
        # At least the first level, at most all but the last.
        depth = 1 + ops.floor(depth * max(self.num_levels - 1, 1))
        depth = ops.where(cut < self.level_dropout, depth, float(self.num_levels))
        kept = ops.cast(ops.arange(self.num_levels, dtype="float32") < depth, "float32")
        return ops.repeat(kept, places, axis=0)

    def embed(self, indices: Tensor) -> Tensor:
        """Vectors of codes, integers (..., levels) -> (..., channels)."""
        indices = ops.reshape(indices, (*ops.shape(indices)[: len(self.event_shape)], -1))
        return sum(
            quantizer.embed(indices[..., level]) * scale
            for level, (quantizer, scale) in enumerate(self._levels())
        )

    def indices_of(self, latents: Tensor) -> Tensor:
        """Codes of latents, (..., channels) -> int32 (..., levels), level by level the nearest.

        Sums of codes do not say whose sums they are: what `embed` made of other codes can come
        back as codes that are nearer.
        """
        rest, levels = latents, []
        for quantizer, scale in self._levels():
            levels.append(quantizer.indices_of(rest / scale))
            rest = rest - quantizer.embed(levels[-1]) * scale
        return ops.stack(levels, axis=-1)

    @property
    def num_starting_vectors(self) -> int:
        """The most that one of the levels asks for."""
        return max(quantizer.num_starting_vectors for quantizer in self.quantizers)

    def start(self, vectors: ArrayLike, seed: int = 0) -> Array:
        """Start each level by what the ones before it leave; see `Quantizer.start`."""
        rest = vectors
        for level, quantizer in enumerate(self.quantizers):
            rest = quantizer.start(rest, seed + level)
        return rest
