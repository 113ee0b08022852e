"""Spectral regularization of convolutions (Vahdat and Kautz, 2020), arxiv.org/abs/2007.03898."""

import math
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vae.checks import check_count, check_non_negative


@keras.saving.register_keras_serializable("keras_vae", "networks.SpectralRegularizer")
class SpectralRegularizer(keras.regularizers.Regularizer):
    """Adds to the loss a factor times the largest singular value of a kernel, as a matrix.

    The kernel (..., inputs, outputs) is taken as a matrix with one column for each output. Its
    largest singular value comes from a power iteration, which always begins at the same vector: so
    there is no state, and the value is a little too small where the two largest are close.

    Args:
        factor: float >= 0.
        iterations: int, of the power iteration. Defaults to `5`.

    Raises:
        ValueError: if an argument is out of its range.

    Reference:
        - [Vahdat and Kautz, 2020](https://arxiv.org/abs/2007.03898), section 3.2
    """

    def __init__(self, factor: float, iterations: int = 5) -> None:
        check_non_negative("networks.SpectralRegularizer", factor=factor)
        check_count("networks.SpectralRegularizer", iterations=iterations)
        self.factor = factor
        self.iterations = iterations

    def __call__(self, x: Any) -> Any:
        """The penalty of a kernel, a scalar."""
        return self.factor * self.norm(x)

    def norm(self, kernel: Any) -> Any:
        """The largest singular value of a kernel (..., inputs, outputs), a scalar."""
        outputs = kernel.shape[-1]
        matrix = ops.reshape(kernel, (math.prod(kernel.shape[:-1]), outputs))
        start = np.random.default_rng(0).normal(size=outputs).astype("float32")
        fixed = ops.stop_gradient(matrix)
        right = ops.cast(ops.convert_to_tensor(start), matrix.dtype)
        for _ in range(self.iterations):
            left = _unit(ops.matmul(fixed, right))
            right = _unit(ops.matmul(left, fixed))
        # Its gradient is the outer product of both, as that of the singular value.
        return ops.sum(left * ops.matmul(matrix, right))

    def get_config(self) -> dict[str, Any]:
        """Keras' hook: the constructor's arguments."""
        return {"factor": self.factor, "iterations": self.iterations}


def _unit(vector):
    return vector / (ops.sqrt(ops.sum(ops.square(vector))) + 1e-12)
