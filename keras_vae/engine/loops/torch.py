"""The compiled loop on PyTorch: a step traced once into a flat list of kernels, and replayed.

Keras' layers, scopes and metrics cost a small network more than its arithmetic. So the loss, its
gradients and the new values of all other variables are traced once a batch size (`make_fx`, a tenth
of a second, no compiler) and each step replays the kernels. What cannot be traced runs Keras' own
step, without Keras' loop around it.
"""

import contextlib
from collections.abc import Callable, Sequence
from typing import Any

import keras
import torch
from keras import tree
from torch.fx.experimental.proxy_tensor import make_fx

from keras_vae.engine.fused_adam import weight_update
from keras_vae.engine.graph_passes import simplify
from keras_vae.engine.keras_internals import (
    has_own_step,
    loss_tracker,
    numbered_seeds,
    read_numbered_seed,
    seed_generators,
)
from keras_vae.engine.placeholder_dataset import PlaceholderDataset
from keras_vae.typing import Tensor


def placeholder_dataset(example: Any, count: int) -> keras.utils.PyDataset:
    """`count` equal batches, which stand for the blocks of an epoch in Keras' loop."""
    return PlaceholderDataset(example, count)


def to_device(array: Any) -> Any:
    """The array on the default device, once."""
    return keras.ops.convert_to_tensor(array)


def device_bytes() -> int | None:
    """Memory of the default device in bytes, or `None` of a CPU."""
    return torch.cuda.mem_get_info()[1] if torch.cuda.is_available() else None


def keras_function(steps: "CompiledSteps", data: Any) -> Callable:
    """Keras' train or test function `batch -> logs`, for a block of `data`."""
    return lambda batch: steps(data)


class CompiledSteps:
    """Runs blocks of steps over the model's own variables.

    Args:
        model: the model.
        training: bool, whether the steps train, or test.
        scheduled: list of the variables that a block's values are for.
    """

    def __init__(
        self, model: keras.Model, training: bool, scheduled: Sequence[keras.Variable]
    ) -> None:
        self.model = model
        self.training = training
        self.scheduled = [v.value for v in scheduled]
        self.traces: dict[Any, Any] = {}
        self.update = None

    def __call__(self, data: Any) -> Any:
        block = data.plan.next_block()
        rows = list(torch.from_numpy(block.rows).long())
        if len(block.rest):
            rows.append(torch.from_numpy(block.rest).long())
        for batch, values in zip(self._batches(data.data, rows), block.values, strict=True):
            for variable, value in zip(self.scheduled, values.tolist(), strict=True):
                variable.data.fill_(value)
            self._step(batch)
        return self.model.get_metrics_result()

    def _batches(self, data, rows):
        return (tree.map_structure(lambda a, r=r: a[r.to(a.device)], data) for r in rows)

    def _step(self, x):
        trace = self._trace(x)
        if trace is None:
            step = self.model.train_step if self.training else self.model.test_step
            with contextlib.nullcontext() if self.training else torch.no_grad():
                step((x,))
            return
        with torch.no_grad():
            gradients = trace(x)
            if self.training:
                self._apply(gradients)

    def _apply(self, gradients):
        if self.update is None:
            # Not before the first step: the optimizer has its slots only now.
            self.update = weight_update(self.model.optimizer, self.model.trainable_variables)
        self.update(gradients)

    def _trace(self, x):
        structure = tuple(x) if isinstance(x, dict) else ()
        key = (structure, *((tuple(t.shape), t.dtype) for t in tree.flatten(x)))
        if key not in self.traces:
            self.traces[key] = trace_step(self.model, x, self.training)
        return self.traces[key]


def trace_step(model: Any, x: Any, training: bool) -> Any:
    """The step for batches like `x` as a `Replay`, or None where it cannot be traced."""
    if has_own_step(model) or _scales_loss(model):
        return None
    try:
        return Replay(model, x, training)
    except (RuntimeError, TypeError, ValueError):
        # Networks that look at their values, or kernels without a trace: Keras' own step.
        return None


def _scales_loss(model):
    return isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer)


class Replay:
    """A traced step: `replay(x)` updates all but the weights, and gives the weights' gradients.

    Args:
        model: `VAE`.
        x: tensor (batch, event), or a dict of tensors, an example of what it will be called with.
        training: bool.
    """

    def __init__(self, model: Any, x: Any, training: bool) -> None:
        self.weights = model.trainable_variables
        self.others = model.non_trainable_weights + model.metrics_variables
        if not all(torch.is_floating_point(v.value) for v in self.others):
            raise ValueError("An integer state would be baked into the trace.")
        with numbered_seeds(seed_generators(model)) as seeds:
            graph = _trace(_pure_step(model, self.weights, self.others, training), self, x)
        self.noise = _Noise(graph, seeds)
        self.graph = torch.compile(graph) if model.jit_compile else graph

    def __call__(self, x: Any) -> Any:
        self.noise.reseed()
        weights = [v.value for v in self.weights]
        others = [v.value for v in self.others]
        new, gradients = self.graph(weights, others, x)
        changed = [(old, value) for old, value in zip(others, new, strict=True) if old is not value]
        if changed:
            torch._foreach_copy_([old for old, _ in changed], [value for _, value in changed])
        # Contiguous: the fused kernel reads gradients as laid out like the weights, and would
        # misread a strided one silently.
        return [gradient.contiguous() for gradient in gradients]


def _trace(function, replay, x):
    """`function(weights, others, x)` as a graph of kernels, on copies of the variables' values."""
    weights = [v.value.detach().clone() for v in replay.weights]
    others = [v.value.detach().clone() for v in replay.others]
    with torch.enable_grad():
        graph = make_fx(function)(weights, others, x)
    return simplify(graph)


def _pure_step(model, weight_variables, other_variables, training):
    """A function of all variables' values: the others' new values, and the weights' gradients."""

    def step(weights: list[Tensor], others: list[Tensor], x: Any) -> Any:
        weights = [w.requires_grad_(training) for w in weights]
        mapping = [*zip(weight_variables, weights, strict=True)]
        mapping += zip(other_variables, others, strict=True)
        with keras.StatelessScope(state_mapping=mapping, collect_losses=True) as scope:
            y_pred = model(x, training=training)
            loss = model.compute_loss(x, None, y_pred, None, training=training)
            loss_tracker(model).update_state(loss, sample_weight=tree.flatten(x)[0].shape[0])
            model.compute_metrics(x, None, y_pred)
            new = [scope.get_current_value(v) for v in other_variables]
        new = [old if v is None else v.detach() for old, v in zip(others, new, strict=True)]
        if not training:
            return new, []
        return new, torch.autograd.grad(loss, weights)

    return step


class _Noise:
    """Reseeds a graph's random generators as Keras' seed generators would have at this step.

    A trace holds the `torch.Generator` of each draw as a constant. Left alone they would go on
    drawing, but not what the seed generators say, and so a resumed run would not repeat an
    unbroken one.

    Args:
        graph: `torch.fx.GraphModule`.
        seeds: list of pairs of a seed generator and the number of its draws in the graph.
    """

    def __init__(self, graph: Any, seeds: Any) -> None:
        self.states = [(generator.state, count) for generator, count in seeds]
        self.draws = [
            (generator, *read_numbered_seed(generator.initial_seed()))
            for generator in _generators(graph)
        ]

    def reseed(self) -> None:
        """Take the next seeds from the seed generators' states, and move those on."""
        firsts: list[Any] = []
        for variable, count in self.states:
            state = variable.value
            firsts.append(sum(state.tolist()) if count else None)
            state[1] += count
        for generator, owner, draw in self.draws:
            generator.manual_seed((firsts[owner] + draw) & 0xFFFFFFFF)


def _generators(graph):
    """The `torch.Generator`s among a graph's constants."""
    found = []
    for node in graph.graph.nodes:
        for value in (*node.args, *node.kwargs.values()):
            if isinstance(value, torch.fx.Node) and value.op == "get_attr":
                value = getattr(graph, value.target)
            if isinstance(value, torch.Generator):
                found.append(value)
    return found


def compiled_forward(program: Any) -> Callable:
    """A function of a batch, with the program's current weights, without gradients."""

    def run(x: Any) -> Any:
        with torch.no_grad():
            return program.call(tree.map_structure(keras.ops.convert_to_tensor, x))

    return run
