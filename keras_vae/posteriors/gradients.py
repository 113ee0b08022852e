"""What gradient the encoder gets through a code, which has none of its own."""

from keras import ops

from keras_vae.typing import Tensor

#: below this length a vector has no direction to rotate
_SHORTEST = 1e-6
#: the sum of two vectors of length 1 that float32 does not tell from opposite ones
_OPPOSITE = 1e-3


def straight_through(z: Tensor, codes: Tensor) -> Tensor:
    """The codes, with the gradient of `z` (Bengio et al., 2013, arXiv:1308.3432).

    Args:
        z: tensor (vectors, channels), the encoder's vectors.
        codes: tensor (vectors, channels), constants.
    """
    # The code's value to the last digit.
    return codes + (z - ops.stop_gradient(z))


def rotation(z: Tensor, codes: Tensor) -> Tensor:
    r"""The codes, with the gradient of a rotation (Fifty et al., 2024, arXiv:2410.06424).

    A code q is written as $\lambda R e$ of its vector e, with $\lambda = |q| / |e|$ and the
    rotation $R = I - 2 r r^T + 2 \hat q \hat e^T$, $r \propto \hat e + \hat q$. Both are constants
    in the gradient, which so keeps its angle to the code. Vectors without a direction get the
    straight-through gradient.

    Args:
        z: tensor (vectors, channels), the encoder's vectors.
        codes: tensor (vectors, channels), constants.
    """
    fixed = ops.stop_gradient(z)
    lengths, code_lengths = _length(fixed), _length(codes)
    e, q = fixed / lengths, codes / code_lengths
    # Opposite vectors have no r, and R turns one into the other without it.
    length = _length(e + q)
    r = ops.where(length > _OPPOSITE, (e + q) / length, 0.0)
    turned = z - 2 * _dot(r, z) * r + 2 * _dot(e, z) * q
    has_direction = ops.minimum(lengths, code_lengths) > _SHORTEST
    moved = ops.where(has_direction, turned * (code_lengths / lengths), z)
    return straight_through(moved, codes)


#: by the names that quantizers take
ESTIMATORS = {"straight_through": straight_through, "rotation": rotation}


def _length(vectors: Tensor) -> Tensor:
    squares = ops.sum(ops.square(vectors), axis=-1, keepdims=True)
    return ops.maximum(ops.sqrt(squares), _SHORTEST)


def _dot(a: Tensor, b: Tensor) -> Tensor:
    return ops.sum(a * b, axis=-1, keepdims=True)
