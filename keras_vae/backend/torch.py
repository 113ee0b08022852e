"""PyTorch: one process, one device."""

import contextlib
from typing import Any

import keras
import torch

normal = keras.random.normal
uniform = keras.random.uniform
seed_dtype = "int64"
softplus = keras.ops.softplus


def mean_over_batch(values: Any) -> Any:
    """Mean over the first axis, (batch, ...) -> (...)."""
    return torch.mean(values, dim=0)


def sum_over_replicas(values: Any) -> Any:
    """The tensors as they are: there is but one replica."""
    return values


def of_first_replica(value: Any) -> Any:
    """The tensor as it is: there is but one replica."""
    return value


def num_processes() -> Any:
    """Number of processes that share the training."""
    return 1


def num_untied_processes() -> int:
    """Number of processes that would each train a model of their own, unknown to each other."""
    group = torch.distributed
    return group.get_world_size() if group.is_available() and group.is_initialized() else 1


def low_optimization_compile() -> Any:
    """Context of what runs but once: nothing is compiled for it here."""
    return contextlib.nullcontext()


def one_replica_without_sums() -> Any:
    """Context within which traced steps can be freed: always so here."""
    return contextlib.nullcontext()


def contiguous_convolution_gradients(x: Any, compute_dtype: Any) -> Any:
    """Context of a pass over `x` after which every convolution has gradients, on CPUs too.

    For a batch of one and for float16 PyTorch takes kernels there that refuse the channels-last
    weights that Keras gives them ("grad_weight must be contiguous"). Others are faster with them.
    """
    if x.is_cuda or (len(x) > 1 and compute_dtype != "float16"):
        return contextlib.nullcontext()
    return torch.autograd.graph.saved_tensors_hooks(lambda t: t, lambda t: t.contiguous())


def losses_of_this_replica(losses: Any) -> Any:
    """All of them: there is but one replica."""
    return losses


def gradient(function: Any, x: Any) -> Any:
    """Gradient of the scalar `function(x)` by the tensor x, of its shape; differentiable again."""
    # Evaluation runs without gradients, and there x has none.
    with torch.enable_grad():
        x = x if x.requires_grad else x.detach().requires_grad_()
        return torch.autograd.grad(function(x), x, create_graph=True)[0]
