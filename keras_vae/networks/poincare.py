"""Out of the Poincaré ball, for decoders that know flat space only."""

from typing import Any

import keras
from keras import ops

from keras_vae.serialization import Configurable, register


@register
class BallToTangent(Configurable, keras.layers.Layer):
    """Normal coordinates of points of the Poincaré ball around its origin.

    The logarithmic map at the origin in an orthonormal frame: the length of the output is the
    point's distance from the origin. Computed in float32 whatever the dtype policy.

    Args:
        curvature: float > 0, c; the ball has the radius 1 / sqrt(c). Defaults to `1.0`.
        **kwargs: Keras' own layer arguments, as `name` and `dtype`.
    """

    def __init__(self, curvature: float = 1.0, dtype: Any = None, **kwargs: Any) -> None:
        # float16 rounds points near the boundary onto it.
        super().__init__(dtype=dtype or "float32", **kwargs)
        self.curvature = curvature

    def call(self, inputs: Any) -> Any:
        """(batch, latent) -> (batch, latent)."""
        squared = self.curvature * ops.sum(ops.square(inputs), axis=-1, keepdims=True)
        s = ops.sqrt(ops.clip(squared, 1e-12, (1 - 1e-5) ** 2))
        return inputs * (2 * ops.arctanh(s) / s)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The input's shape."""
        return input_shape
