"""JAX: a step sees the whole batch, however many devices share it."""

import contextlib
from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import keras

normal = keras.random.normal
uniform = keras.random.uniform
seed_dtype = "uint32"


@jax.custom_jvp
def softplus(x: Any) -> Any:
    """As `keras.ops.softplus`, in the form that XLA makes a fast loop of on a CPU.

    `jax.nn.softplus` looks after infinities that cannot be here, and takes four times as long.
    """
    return jnp.maximum(x, 0) + jnp.log1p(jnp.exp(-jnp.abs(x)))


softplus.defjvps(lambda tangent, value, x: tangent * jax.nn.sigmoid(x))


def mean_over_batch(values: Any) -> Any:
    """Mean over the first axis, (batch, ...) -> (...)."""
    return jnp.mean(values, axis=0)


def sum_over_replicas(values: Any) -> Any:
    """The tensors as they are: there is but one replica."""
    return values


def of_first_replica(value: Any) -> Any:
    """The tensor as it is: there is but one replica."""
    return value


def num_untied_processes() -> int:
    """Number of processes that would each train a model of their own: one, as Keras ties them."""
    return 1


def num_processes() -> Any:
    """Number of processes that share the training."""
    return jax.process_count()


@contextlib.contextmanager
def low_optimization_compile() -> Iterator[Any]:
    """Within this, programs are compiled with few optimizations: for what runs but once.

    The first draw of each shape compiles a program, which takes longer than all else that a model
    needs to come into being.
    """
    before = jax.config.read("jax_disable_most_optimizations")
    jax.config.update("jax_disable_most_optimizations", True)
    try:
        yield
    finally:
        jax.config.update("jax_disable_most_optimizations", before)


def one_replica_without_sums() -> Any:
    """Context within which traced steps can be freed: always so here."""
    return contextlib.nullcontext()


def contiguous_convolution_gradients(x: Any, compute_dtype: Any) -> Any:
    """Context of a pass over `x` after which every convolution has gradients: always so here."""
    return contextlib.nullcontext()


def losses_of_this_replica(losses: Any) -> Any:
    """All of them: there is but one replica."""
    return losses


def gradient(function: Any, x: Any) -> Any:
    """Gradient of the scalar `function(x)` by the tensor x, of its shape; differentiable again."""
    return jax.grad(function)(x)
