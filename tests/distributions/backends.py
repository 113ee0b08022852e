"""Values, derivatives and compilation, the same on each backend."""

import keras
import numpy as np
from keras import ops

BACKEND = keras.backend.backend()


def to_tensor(values):
    return ops.convert_to_tensor(np.asarray(values, "float32"))


def to_numpy(tensor):
    """As float64, so that a test's own arithmetic adds no error."""
    return np.asarray(ops.convert_to_numpy(tensor), "float64")


def evaluate(function):
    """The tensors that `function()` returns, as arrays of float64: one, or a list of them."""
    tensors = _quickly_compiled(function)() if BACKEND == "jax" else function()
    return [to_numpy(t) for t in tensors] if isinstance(tensors, tuple) else to_numpy(tensors)


def _quickly_compiled(function):
    """On jax each new operation compiles alone, and random numbers for long: most of the time."""
    import jax

    no_optimisation = {
        "xla_backend_optimization_level": 0,
        "xla_llvm_disable_expensive_passes": True,
    }
    return jax.jit(function, compiler_options=no_optimisation)


def shapes(function):
    """The shapes of the tensors that `function()` returns, as a list; not computed on jax."""
    if BACKEND == "jax":
        import jax

        return [tensor.shape for tensor in jax.eval_shape(function)]
    return [tuple(tensor.shape) for tensor in function()]


def derivative(function, at, order=1):
    """d^order sum(function(t)) / dt^order at each element of `at`, as an array of its shape.

    For an elementwise function these are the derivatives at each element.
    """
    for _ in range(order):
        function = _gradient(function)
    at = to_tensor(at)
    return evaluate(lambda: function(at))


def _gradient(function):
    """tensor -> gradient of sum(function(tensor)), which can be differentiated again."""
    if BACKEND == "jax":
        import jax

        return jax.grad(lambda t: ops.sum(function(t)))
    return _tensorflow_gradient(function) if BACKEND == "tensorflow" else _torch_gradient(function)


def _tensorflow_gradient(function):
    import tensorflow as tf

    def gradient(t):
        with tf.GradientTape() as tape:
            tape.watch(t)
            total = ops.sum(function(t))
        return tape.gradient(total, t, unconnected_gradients="zero")

    return gradient


def _torch_gradient(function):
    import torch

    def gradient(t):
        t = t if t.requires_grad else t.detach().requires_grad_()
        total = ops.sum(function(t))
        zeros = torch.zeros_like(t)
        if not total.requires_grad:
            return zeros
        (result,) = torch.autograd.grad(total, t, create_graph=True, allow_unused=True)
        # The sum turns torch's symbolic zeros, which have no values, into numbers.
        return zeros if result is None else zeros + result

    return gradient


def compiled(function):
    """The function compiled by the backend; as it is on torch, where Keras does not."""
    if BACKEND == "jax":
        import jax

        return jax.jit(function)
    if BACKEND == "tensorflow":
        import tensorflow as tf

        return tf.function(function, jit_compile=True)
    return function


def without_batch_size(function):
    """`function(tensor)` as a TensorFlow graph of an unknown batch."""
    import tensorflow as tf

    def call(t):
        signature = tf.TensorSpec([None, *t.shape[1:]], t.dtype)
        return tf.function(function, input_signature=[signature])(t)

    return call
