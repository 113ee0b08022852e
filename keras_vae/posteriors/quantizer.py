"""What every quantizer gives: a posterior with all probability on one code."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vae.checks import is_free
from keras_vae.context import Context
from keras_vae.distributions import Distribution
from keras_vae.distributions.events import last_axes, sum_event
from keras_vae.distributions.quantized import Quantized
from keras_vae.parts import check_choice
from keras_vae.posteriors.gradients import ESTIMATORS
from keras_vae.posteriors.posterior import Posterior
from keras_vae.typing import Array, ArrayLike, Shape, Tensor


class Quantizer(Posterior):
    """Base of the quantizers: the encoder's vectors (batch, ..., channels) become codes.

    A subclass says in `to_codes(z, training)` what code each vector becomes, in `embed(indices)`
    what vector each code is, and in `num_codes` how many there are.

    Args:
        gradient: what gradient the encoder gets through the codes: `"straight_through"`, that of
            its own vectors, or `"rotation"`, turned and scaled as the vector is to its code
            (Fifty et al., 2024, arXiv:2410.06424). Defaults to `"straight_through"`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if `gradient` is unknown.
    """

    parameter_names = ("z",)
    num_codes: int
    #: codes that each vector becomes
    num_levels = 1

    def __init__(self, gradient: str = "straight_through", **kwargs: Any) -> None:
        check_choice(f"posteriors.{type(self).__name__}", list(ESTIMATORS), gradient=gradient)
        super().__init__(**kwargs)
        self.gradient = gradient

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
        # Height and width of a map may be free: then they are those of the vectors.
        *places, channels = last_axes(z, self.event_shape)
        levels = self.code_shape[len(places) :]
        codes, indices, commitment, auxiliary = self.to_codes(flat, training)
        codes = ops.stop_gradient(codes)
        if training:
            codes = ESTIMATORS[self.gradient](self.straight(flat), codes)
        return Quantized(
            ops.reshape(codes, (-1, *places, channels)),
            ops.reshape(ops.cast(indices, "int32"), (-1, *places, *levels)),
            sum_event(ops.reshape(commitment, (-1, *places)), len(places)),
            sum_event(ops.reshape(auxiliary, (-1, *places)), len(places)),
            self.num_codes,
            self.num_levels,
            self.event_ndim,
        )

    @property
    def num_starting_vectors(self) -> int:
        """How many of the encoder's vectors `start` asks for; 0 if nothing starts from data."""
        return 0

    def start(self, vectors: ArrayLike, seed: int = 0) -> Array:
        """Start what is learned from the encoder's vectors.

        Args:
            vectors: array (vectors, channels).
            seed: int. Defaults to `0`.

        Returns:
            What the codes leave of the vectors, (vectors, channels).
        """
        codes, *_ = self.to_codes(ops.convert_to_tensor(vectors), training=False)
        return np.asarray(vectors) - ops.convert_to_numpy(codes)

    def before_fit(self, context: Context, x: Any) -> None:
        """Start from what the encoder makes of evenly spaced examples."""
        if x is not None and self.num_starting_vectors:
            self.start(encoded_vectors(context, x, self.num_starting_vectors))

    def columns(self, indices: Array) -> list[Array]:
        """The codes of each codebook in use, a list of integer arrays (codes,).

        Args:
            indices: integer array (n, *code_shape).
        """
        return list(np.asarray(indices).reshape(-1, self.num_levels).T)

    def check_indices(self, indices: ArrayLike) -> Array:
        """Indices as an int32 array (n, *code_shape).

        Raises:
            ValueError: if the shape is another, or if a number is not a code.
        """
        indices = np.asarray(indices)
        known = zip(self.code_shape, indices.shape[1:], strict=False)
        if indices.ndim != len(self.code_shape) + 1 or any(a not in (None, b) for a, b in known):
            wanted = ", ".join(["n", *("any" if a is None else str(a) for a in self.code_shape)])
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


def encoded_vectors(context: Context, x: Any, count: int) -> Array:
    """About `count` vectors that the encoder makes of evenly spaced examples, (vectors, channels).

    Args:
        context: `Context` of the model.
        x: array (n, event), or a dict of it and its condition.
        count: int.
    """
    examples = len(keras.tree.flatten(x)[0])
    places = context.latent_shape[:-1]
    if is_free(places):
        one = keras.tree.map_structure(lambda a: ops.convert_to_numpy(a[:1]), x)
        places = context.posterior.unpack(context.encoder_outputs(one))[0].shape[1:-1]
    needed = -(-count // int(np.prod(places)))
    rows = np.unique(np.linspace(0, examples - 1, min(needed, examples)).astype(int))
    inputs = keras.tree.map_structure(lambda a: ops.convert_to_numpy(a)[rows], x)
    (z,) = context.posterior.unpack(context.encoder_outputs(inputs))
    return z.reshape(-1, z.shape[-1])
