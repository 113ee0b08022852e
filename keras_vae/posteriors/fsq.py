"""Finite scalar quantizer (Mentzer et al., 2023), arxiv.org/abs/2309.15505."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from keras import ops

from keras_vae.parts import is_integer
from keras_vae.posteriors.quantizer import Quantizer
from keras_vae.serialization import register
from keras_vae.typing import Shape, Tensor

#: keeps the outermost levels within reach of the tanh: a part of half the width, and at most so
#: many steps, for half a step would reach a point that is not a level
_MARGIN, _MOST_MARGIN = 1e-3, 0.1


@register
class FSQ(Quantizer):
    """Each channel is bounded and rounded to a few levels; their product is the codebook.

    Nothing is learned and nothing can collapse: no commitment, no auxiliary loss.

    Args:
        levels: tuple of int >= 2, of each channel; the latent has as many channels. Defaults to
            `(8, 5, 5, 5)`, 1,000 codes.
        bound: bool, whether a tanh bounds the vectors first. Else they should lie in [-1, 1], whose
            cells of equal width have the levels in their middle; an odd number of levels has half
            a cell at each end. Defaults to `True`.
        **kwargs: passed to `Quantizer`: `gradient`.

    Call arguments:
        parameters: `[z]`, (batch, ..., channels).

    Returns:
        `keras_vae.distributions.Quantized`, with latents in [-1, 1].

    Raises:
        ValueError: if `levels` is not a tuple of integers >= 2, or if there are more than 2^31 - 1
            codes.

    Reference:
        - [Mentzer et al., 2023](https://arxiv.org/abs/2309.15505)
    """

    def __init__(self, levels: Shape = (8, 5, 5, 5), bound: bool = True, **kwargs: Any) -> None:
        ok = isinstance(levels, (tuple, list)) and len(levels) > 0
        if not ok or not all(is_integer(size) and size >= 2 for size in levels):
            raise ValueError(
                "posteriors.FSQ needs levels as a tuple of integers >= 2. "
                f"Received: levels={levels!r}"
            )
        check_num_codes("posteriors.FSQ", math.prod(levels), levels=levels)
        super().__init__(**kwargs)
        self.levels = levels
        self.bound = bound
        self.num_codes = math.prod(levels)

    def latent_shape(self, shapes: Sequence[Shape]) -> Shape:
        """The encoder's output shape.

        Raises:
            ValueError: if it has not as many channels as there are levels.
        """
        check_channels(self, shapes[0], len(self.levels))
        return tuple(shapes[0])

    def straight(self, z: Tensor) -> Tensor:
        """The bounded vectors, in the units of the codes."""
        if not self.bound:
            return z
        sizes = np.array(self.levels, "float64")
        half = (sizes - 1) / 2
        half = half + np.minimum(_MARGIN * half, _MOST_MARGIN)
        shift = np.where(sizes % 2 == 0, 0.5, 0.0)
        # Zero becomes the middle level. The paper has tan for artanh, nearly the same. Two levels
        # have no middle one: zero lies between them.
        middle = np.where(sizes > 2, np.arctanh(np.minimum(shift / half, 0.5)), 0.0)
        scale, shift, middle = map(_tensor, (half, shift, middle))
        return (ops.tanh(z + middle) * scale - shift) / _tensor(sizes // 2)

    def to_codes(self, z: Tensor, training: bool) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """See `Quantizer.to_codes`."""
        steps = _tensor(np.array(self.levels) // 2)
        # In whole steps around the middle level.
        rounded = self._levels(ops.stop_gradient(self.straight(z)))
        none = ops.zeros_like(z[:, 0])
        return rounded / steps + self._shift(), self._index(rounded), none, none

    def embed(self, indices: Tensor) -> Tensor:
        """Vectors of codes, integers (...) -> (..., channels)."""
        indices = ops.expand_dims(ops.cast(indices, "int32"), -1)
        places, sizes = _tensor(self._places(), "int32"), _tensor(self.levels, "int32")
        digits = ops.cast((indices // places) % sizes, "float32")
        steps = _tensor(np.array(self.levels) // 2)
        return (digits - steps) / steps + self._shift()

    def indices_of(self, latents: Tensor) -> Tensor:
        """Codes of latents that `embed` gave, (..., channels) -> int32 (...)."""
        return self._index(self._levels(latents))

    def _shift(self):
        """What lies between the levels and whole steps: half a step of an even number of them."""
        sizes = np.array(self.levels)
        return _tensor(np.where(sizes % 2 == 0, 1 / sizes, 0.0) if not self.bound else 0.0 * sizes)

    def _levels(self, codes):
        """The nearest levels to bounded vectors, whole steps from the middle one."""
        codes = codes - self._shift()
        sizes = np.array(self.levels)
        low, high = _tensor(-(sizes // 2)), _tensor((sizes - 1) // 2)
        return ops.clip(ops.round(codes * _tensor(sizes // 2)), low, high)

    def _index(self, levels):
        digits = ops.cast(levels, "int32") + _tensor(np.array(self.levels) // 2, "int32")
        return ops.sum(digits * _tensor(self._places(), "int32"), axis=-1)

    def _places(self):
        """The value of each channel's digit in the index, the first channel's the smallest."""
        return np.cumprod([1, *self.levels[:-1]])


def _tensor(values, dtype="float32"):
    return ops.convert_to_tensor(np.asarray(values, dtype))


def check_num_codes(owner: str, num_codes: int, **arguments: Any) -> None:
    """Raise a ValueError if there are more codes than an int32 can number."""
    if num_codes > 2**31 - 1:
        given = ", ".join(f"{name}={value!r}" for name, value in arguments.items())
        raise ValueError(
            f"{owner} needs at most 2^31 - 1 codes, for their numbers are int32. "
            f"Received: {given}, {num_codes} codes"
        )


def check_channels(quantizer: Quantizer, shape: Shape, channels: int) -> None:
    """Raise a ValueError unless the encoder's vectors have this many channels."""
    if len(shape) < 1 or shape[-1] != channels:
        raise ValueError(
            f"The posterior {type(quantizer).__name__} needs vectors of {channels} channels. "
            f"Received: an encoder output of shape {tuple(shape)}"
        )
