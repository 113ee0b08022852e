"""What every quantizer gives: a posterior with all probability on one code."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from keras import ops

from keras_vae.distributions import Distribution
from keras_vae.distributions.events import sum_event
from keras_vae.distributions.quantized import Quantized
from keras_vae.posteriors.posterior import Posterior
from keras_vae.typing import Array, ArrayLike, Shape, Tensor


class Quantizer(Posterior):
    """Base of the quantizers: the encoder's vectors (batch, ..., channels) become codes.

    A subclass says in `to_codes(z, training)` what code each vector becomes, in `embed(indices)`
    what vector each code is, and in `num_codes` how many there are.
    """

    parameter_names = ("z",)
    num_codes: int
    #: codes that each vector becomes
    num_levels = 1

    def parameter_shapes(self, latent_shape: Shape) -> dict[str, Shape]:
        """`z`, the encoder's vectors, of the latent's shape."""
        return {"z": tuple(latent_shape)}

    def latent_shape(self, shapes: Sequence[Shape]) -> Shape:
        """The encoder's output shape, the vectors' channels last."""
        return tuple(shapes[0])

    @property
    def code_shape(self) -> Shape:
        """The shape of one latent's indices: its places, and the levels if there are several."""
        levels = () if self.num_levels == 1 else (self.num_levels,)
        return (*self.event_shape[:-1], *levels)

    def to_codes(self, z: Tensor, training: bool) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Codes' vectors, indices and the auxiliary loss of vectors.

        Args:
            z: tensor (vectors, channels).
            training: bool.

        Returns:
            Four tensors: the codes' vectors (vectors, channels); integers (vectors,) or (vectors,
            levels); the commitment and the auxiliary loss (vectors,).
        """
        raise NotImplementedError

    def straight(self, z: Tensor) -> Tensor:
        """What a code's gradient goes to, (vectors, channels): by default `z`."""
        return z

    def embed(self, indices: Tensor) -> Tensor:
        """Vectors of codes, integers (..., *code_shape) -> (..., *event_shape)."""
        raise NotImplementedError

    def indices_of(self, latents: Tensor) -> Tensor:
        """Codes of latents that `embed` gave, (..., *event_shape) -> int32 (..., *code_shape)."""
        raise NotImplementedError

    def call(self, parameters: Any, training: bool = False) -> Distribution:
        (z,) = self.unpack(parameters)
        flat = ops.reshape(z, (-1, z.shape[-1]))
        codes, indices, commitment, auxiliary = self.to_codes(flat, training)
        codes = ops.stop_gradient(codes)
        if training:
            straight = self.straight(flat)
            # The code's value to the last digit, with the encoder's gradient.
            codes = codes + (straight - ops.stop_gradient(straight))
        places = (-1, *self.event_shape[:-1])
        return Quantized(
            ops.reshape(codes, (-1, *self.event_shape)),
            ops.reshape(ops.cast(indices, "int32"), (-1, *self.code_shape)),
            sum_event(ops.reshape(commitment, places), len(places) - 1),
            sum_event(ops.reshape(auxiliary, places), len(places) - 1),
            self.num_codes,
            self.num_levels,
            self.event_ndim,
        )

    def check_indices(self, indices: ArrayLike) -> Array:
        """Indices as an int32 array (n, *code_shape).

        Raises:
            ValueError: if the shape is another, or if a number is no code.
        """
        indices = np.asarray(indices)
        if indices.ndim != len(self.code_shape) + 1 or indices.shape[1:] != self.code_shape:
            wanted = ", ".join(["n", *map(str, self.code_shape)])
            raise ValueError(
                f"indices must have the shape ({wanted}). "
                f"Received: indices of shape {indices.shape}"
            )
        whole = np.all(indices == np.round(indices))
        if not indices.size or not whole or indices.min() < 0 or indices.max() >= self.num_codes:
            raise ValueError(
                f"indices must be integers from 0 to {self.num_codes - 1}, at least one latent's. "
                f"Received: {indices.dtype} values"
                + (f" from {indices.min()} to {indices.max()}" if indices.size else ": none")
            )
        return indices.astype("int32")
