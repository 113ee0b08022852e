"""Vector quantizer with one linear layer (Zhu et al., 2024), arxiv.org/abs/2411.02038."""

import math
from typing import Any

import keras
from keras import ops

from keras_vae.parts import check_count
from keras_vae.posteriors.quantizer import Quantizer
from keras_vae.posteriors.vector_quantizer import nearest
from keras_vae.serialization import register
from keras_vae.typing import Shape, Tensor


@register
class SimVQ(Quantizer):
    """Each vector becomes the nearest one of fixed random vectors under a learned linear map.

    What is learned moves all codes together, also those that no vector is near to. So the codebook
    does not collapse, and there is nothing to restart.

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

    def vectors(self) -> Tensor:
        """The codes' vectors, (codes, channels)."""
        return ops.matmul(self.basis, self.map)

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
