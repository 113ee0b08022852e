"""Adam on gradients of unit length (Tomczak and Welling, 2018), arxiv.org/abs/1705.07120."""

from typing import Any

import keras
from keras import ops

#: added to a gradient's length, so that a gradient of zero stays zero
_TINY = 1e-7


@keras.saving.register_keras_serializable("keras_vae", "training.NormalizedAdam")
class NormalizedAdam(keras.optimizers.Adam):
    """Adam that first divides each weight's gradient by its Euclidean length.

    "AdamNormGrad" in the VampPrior's code. Steps then depend neither on the scale of the loss nor
    on how large one weight's gradient is beside another's.

    Args:
        learning_rate: float or schedule. Defaults to `5e-4`, the paper's.
        epsilon: float. Defaults to `1e-8`.
        **kwargs: passed to `keras.optimizers.Adam`.

    Reference:
        - [Tomczak and Welling, 2018](https://arxiv.org/abs/1705.07120)

    Example:

    >>> vae.compile(keras_vae.optimizers.NormalizedAdam())
    >>> history = vae.fit(x, verbose=0)
    """

    def __init__(self, learning_rate: Any = 5e-4, epsilon: float = 1e-8, **kwargs: Any) -> None:
        super().__init__(learning_rate=learning_rate, epsilon=epsilon, **kwargs)

    def apply(self, grads: Any, trainable_variables: Any = None) -> None:
        """One step, from gradients in the order of the variables; `None` for those without."""
        grads = [None if grad is None else grad / (_norm(grad) + _TINY) for grad in grads]
        super().apply(grads, trainable_variables)


def _norm(gradient):
    # In float32, where squares do not overflow.
    return ops.cast(ops.norm(ops.cast(gradient, "float32")), gradient.dtype)
