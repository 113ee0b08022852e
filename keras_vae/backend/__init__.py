"""What `keras.ops` cannot say: one file a backend, the same names in each."""

import importlib

import keras

_backend = importlib.import_module(f"keras_vae.backend.{keras.backend.backend()}")

contiguous_convolution_gradients = _backend.contiguous_convolution_gradients
low_optimization_compile = _backend.low_optimization_compile
gradient = _backend.gradient
losses_of_this_replica = _backend.losses_of_this_replica
mean_over_batch = _backend.mean_over_batch
normal = _backend.normal
num_processes = _backend.num_processes
num_untied_processes = _backend.num_untied_processes
of_first_replica = _backend.of_first_replica
one_replica_without_sums = _backend.one_replica_without_sums
seed_dtype = _backend.seed_dtype
softplus = _backend.softplus
sum_over_replicas = _backend.sum_over_replicas
uniform = _backend.uniform

__all__ = [
    "contiguous_convolution_gradients",
    "low_optimization_compile",
    "gradient",
    "losses_of_this_replica",
    "mean_over_batch",
    "normal",
    "num_processes",
    "num_untied_processes",
    "of_first_replica",
    "one_replica_without_sums",
    "seed_dtype",
    "softplus",
    "sum_over_replicas",
    "uniform",
]
