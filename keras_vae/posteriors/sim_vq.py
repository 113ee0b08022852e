"""Vector quantizer with one linear layer (Zhu et al., 2024), arxiv.org/abs/2411.02038."""

import math
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vae.parts import check_count
from keras_vae.posteriors.quantizer import Quantizer
from keras_vae.posteriors.vector_quantizer import nearest
from keras_vae.serialization import register
from keras_vae.typing import Array, ArrayLike, Shape, Tensor

#: encoder's vectors that a mean and a covariance are taken of
_LEAST_VECTORS = 4096


@register
class SimVQ(Quantizer):
    """Each vector becomes the nearest one of fixed random vectors under a learned linear map.

    What is learned moves all codes together, also those that no vector is near to, so that there is
    nothing to restart. Where `fit` is given arrays, the map starts such that the codes have the
    mean and the covariance of the encoder's vectors; the paper starts it at random, and then a few
    codes can be nearer to all vectors than the others are.

    Args:
        num_codes: int. Defaults to `512`.
        **kwargs: passed to `Quantizer`: `gradient`.

    Call arguments:
        parameters: `[z]`, (batch, ..., channels).

    Returns:
        `keras_vae.distributions.Quantized`; its auxiliary loss is the squared distance of the
        codes to the vectors, which the linear map learns by.

    Raises:
        ValueError: if `num_codes` is not a positive integer.

    Reference:
        - [Zhu et al., 2024](https://arxiv.org/abs/2411.02038)
    """

    def __init__(self, num_codes: int = 512, **kwargs: Any) -> None:
        check_count("posteriors.SimVQ", num_codes=num_codes)
        super().__init__(**kwargs)
        self.num_codes = num_codes

    def build(self, event_shape: Shape) -> None:
        super().build(event_shape)
        channels = event_shape[-1]
        spread = keras.initializers.RandomNormal(stddev=1 / math.sqrt(channels))
        common = {"dtype": "float32", "autocast": False}
        self.basis = self.add_weight(
            name="basis",
            shape=(self.num_codes, channels),
            initializer=spread,
            trainable=False,
            **common,
        )
        # A rotation: the first codes are spread as the fixed vectors are.
        self.map = self.add_weight(
            name="map", shape=(channels, channels), initializer="orthogonal", **common
        )
        self.bias = self.add_weight(name="bias", shape=(channels,), initializer="zeros", **common)
        self.started = self.add_weight(
            name="started", shape=(), initializer="zeros", trainable=False, **common
        )

    def vectors(self) -> Tensor:
        """The codes' vectors, (codes, channels)."""
        return ops.matmul(self.basis, self.map) + self.bias

    @property
    def num_starting_vectors(self) -> int:
        """How many of the encoder's vectors the map starts from; 0 if it has started."""
        return 0 if float(ops.convert_to_numpy(self.started)) else _LEAST_VECTORS

    def start(self, vectors: ArrayLike, seed: int = 0) -> Array:
        """Give the codes the mean and the covariance of vectors; see `Quantizer.start`."""
        vectors = np.asarray(vectors, "float64")
        mean = vectors.mean(axis=0)
        variances, axes = np.linalg.eigh(np.cov(vectors.T, bias=True).reshape(len(mean), -1))
        deviations = np.sqrt(np.maximum(variances, 0.0))
        # The fixed vectors have the variance 1 / channels.
        self.map.assign(math.sqrt(len(mean)) * deviations[:, None] * axes.T)
        self.bias.assign(mean)
        self.started.assign(1.0)
        return super().start(vectors.astype("float32"), seed)

    def embed(self, indices: Tensor) -> Tensor:
        """Vectors of codes, integers (...) -> (..., channels)."""
        return ops.take(self.vectors(), ops.cast(indices, "int32"), axis=0)

    def indices_of(self, latents: Tensor) -> Tensor:
        """Codes of latents that `embed` gave, (..., channels) -> int32 (...)."""
        flat = ops.reshape(latents, (-1, latents.shape[-1]))
        return ops.reshape(nearest(flat, self.vectors()), ops.shape(latents)[:-1])

    def to_codes(self, z: Tensor, training: bool) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """See `Quantizer.to_codes`."""
        vectors = self.vectors()
        indices = nearest(z, vectors)
        codes = ops.take(vectors, indices, axis=0)
        commitment = ops.sum(ops.square(z - ops.stop_gradient(codes)), axis=-1)
        auxiliary = ops.sum(ops.square(ops.stop_gradient(z) - codes), axis=-1)
        return codes, indices, commitment, auxiliary
