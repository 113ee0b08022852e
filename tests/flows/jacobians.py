"""Jacobians by the backend's automatic differentiation."""

import numpy as np
from checks import BACKEND, to_numpy
from keras import ops
from toys import tensor


def jacobians(function, z):
    """d function(z) / dz of each row, (rows, latent, latent), and function(z) itself.

    Args:
        function: function of a tensor (rows, latent), that treats the rows apart.
        z: array (rows, latent).
    """
    total = {"jax": _jax, "tensorflow": _tensorflow, "torch": _torch}[BACKEND]
    # Of the sum over the rows: (latent out, rows, latent in).
    matrix, value = total(lambda t: (ops.sum(function(t), axis=0), function(t)), tensor(z))
    return np.moveaxis(to_numpy(matrix), 0, 1), to_numpy(value)


def _jax(function, z):
    import jax

    return jax.jit(jax.jacrev(function, has_aux=True))(z)


def _tensorflow(function, z):
    import tensorflow as tf

    with tf.GradientTape(persistent=True) as tape:
        tape.watch(z)
        total, value = function(z)
    return tape.jacobian(total, z, experimental_use_pfor=False), value


def _torch(function, z):
    import torch

    matrix = torch.autograd.functional.jacobian(lambda t: function(t)[0], z)
    return matrix, function(z)[1]


def gradients(function, arrays):
    """Gradients of sum(function(*tensors)), for the tensors of `arrays`: a list of arrays."""
    tensors = [tensor(a) for a in arrays]
    if BACKEND == "jax":
        import jax

        found = jax.jit(jax.grad(lambda ts: ops.sum(function(*ts))))(tensors)
    elif BACKEND == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape() as tape:
            tape.watch(tensors)
            total = ops.sum(function(*tensors))
        found = tape.gradient(total, tensors, unconnected_gradients="zero")
    else:
        import torch

        tensors = [t.requires_grad_() for t in tensors]
        found = torch.autograd.grad(ops.sum(function(*tensors)), tensors, allow_unused=True)
        found = [
            torch.zeros_like(t) if g is None else g for t, g in zip(tensors, found, strict=True)
        ]
    return [to_numpy(g.detach() if BACKEND == "torch" else g) for g in found]
