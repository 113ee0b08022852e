"""Matrices with orthonormal columns, made of any numbers by reflections."""

from typing import Any

from keras import ops

# Least squared length of a reflection's vector.
_LEAST_SQUARE = 1e-12


def reflections(vectors: Any) -> Any:
    """Product of the reflections along `vectors`, (..., reflections, latent).

    Returns:
        Orthogonal matrix, (..., latent, latent).
    """
    product = ops.eye(vectors.shape[-1], dtype=vectors.dtype)
    for i in reversed(range(vectors.shape[-2])):
        product = _reflect(vectors[..., i, :], product)
    return product


def orthonormal_columns(matrix: Any) -> Any:
    """Orthonormal columns that span those of `matrix`, the first k of them the first k.

    Householder's QR decomposition: orthonormal up to rounding whatever the matrix is, even zero.

    Args:
        matrix: tensor (..., rows, columns), with no more columns than rows.

    Returns:
        Tensor (..., rows, columns).
    """
    rows, columns = matrix.shape[-2:]
    vectors, signs = [], []
    for i in range(columns):
        x = matrix[..., i:, i]
        length = ops.sqrt(ops.maximum(ops.sum(ops.square(x), axis=-1), _LEAST_SQUARE))
        sign = ops.where(x[..., 0] < 0, -1.0, 1.0)
        first = ops.expand_dims(x[..., 0] + sign * length, -1)
        zeros = ops.zeros_like(matrix[..., :i, i])
        vectors.append(ops.concatenate([zeros, first, x[..., 1:]], axis=-1))
        signs.append(-sign)
        matrix = _reflect(vectors[-1], matrix)
    # With these signs the columns are continuous in the matrix, as Gram and Schmidt's are.
    q = ops.eye(rows, columns, dtype=matrix.dtype) * ops.expand_dims(ops.stack(signs, -1), -2)
    for vector in reversed(vectors):
        q = _reflect(vector, q)
    return q


def _reflect(vector, matrix):
    """(I - 2 v v' / v'v) times a matrix (..., rows, columns), for v (..., rows)."""
    square = ops.maximum(ops.sum(ops.square(vector), axis=-1, keepdims=True), _LEAST_SQUARE)
    column = ops.expand_dims(vector, -1)
    along = ops.sum(column * matrix, axis=-2, keepdims=True)  # (..., 1, columns)
    return matrix - ops.expand_dims(2.0 / square, -1) * column * along
