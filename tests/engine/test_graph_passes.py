"""A traced PyTorch step, simplified: the same values, and no slow numbers."""

import keras
import numpy as np
import pytest

import keras_vae

if keras.backend.backend() != "torch":
    pytest.skip("PyTorch's loop", allow_module_level=True)

import torch
from torch.fx.experimental.proxy_tensor import make_fx

from keras_vae.engine.fused_adam import STEPS_BETWEEN, weight_update
from keras_vae.engine.graph_passes import simplify


def targets(graph_module):
    return [str(node.target) for node in graph_module.graph.nodes if node.op == "call_function"]


def step(weights, x, generator=None):
    """A dense layer, its noise, its loss and gradients."""
    kernel, bias = (w.requires_grad_() for w in weights)
    h = torch.tanh(x @ kernel + bias)
    h = h + torch.normal(0.0, torch.ones_like(h), generator=generator)
    loss = torch.mean(torch.sum(h * h, -1)) * torch.tensor(2.0)
    return [loss.detach(), torch.zeros(3) + 1.0, *torch.autograd.grad(loss, (kernel, bias))]


def test_a_lean_graph_gives_the_same_values_by_fewer_kernels():
    generator = torch.Generator().manual_seed(0)
    weights = [torch.rand(4, 3, generator=generator), torch.rand(3, generator=generator)]
    x = torch.rand(5, 4, generator=generator)
    with torch.enable_grad():
        graph = make_fx(lambda w, x: step(w, x, generator))([w.clone() for w in weights], x)
    kernels = len(targets(graph))

    def values():
        generator.manual_seed(0)
        with torch.no_grad():
            return [v.numpy() for v in graph(weights, x)]

    expected = values()
    simplify(graph)
    assert len(targets(graph)) < 0.8 * kernels
    assert "aten.addmm.default" in targets(graph)
    assert not any("detach" in target for target in targets(graph))
    for got, value in zip(values(), expected, strict=True):
        # Rounding is relative to the terms of a sum, not to what is left of them.
        np.testing.assert_allclose(got, value, rtol=1e-6, atol=1e-6 * np.abs(value).max())


def test_noise_stays_noise():
    generator = torch.Generator()
    graph = simplify(make_fx(lambda x: x + torch.rand(3, generator=generator))(torch.zeros(3)))
    assert (graph(torch.zeros(3)) != graph(torch.zeros(3))).all()


def test_an_output_is_never_a_shared_constant():
    graph = simplify(make_fx(lambda x: (x, torch.full((3,), 2.0)))(torch.zeros(3)))
    graph(torch.zeros(3))[1].fill_(7.0)
    assert (graph(torch.zeros(3))[1] == 2.0).all()


def test_dead_units_leave_no_denormal_numbers():
    weight = keras.Variable(np.ones(4, "float32"))
    adam = keras.optimizers.Adam()
    adam.build([weight])
    update = weight_update(adam, [weight])
    with torch.no_grad():
        update([torch.ones(4)])
        for _ in range(4 * STEPS_BETWEEN):
            update([torch.zeros(4)])
            mean = adam._momentums[0].value.abs()
            assert ((mean == 0) | (mean > torch.finfo(torch.float32).tiny)).all()


def test_the_step_of_a_model_is_simplify():
    vae = keras_vae.models.BernoulliVAE((6,), 2, hidden=(5,), seed=0)
    vae.compile("adam")
    vae.fit(np.ones((20, 6), "float32"), batch_size=10, epochs=1, verbose=0)
    ((steps, *_),) = vae._loops.values()
    (replay,) = steps.traces.values()
    names = targets(replay.graph)
    assert "aten.addmm.default" in names
    assert not any("ones_like" in name or "lift_fresh" in name for name in names)
