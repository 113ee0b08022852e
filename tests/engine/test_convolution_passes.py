"""Convolutions in a traced PyTorch step, simplified: the same values and gradients."""

import keras
import numpy as np
import pytest

import keras_vae

if keras.backend.backend() != "torch":
    pytest.skip("PyTorch's loop", allow_module_level=True)

import torch
from torch.fx.experimental.proxy_tensor import make_fx

from keras_vae.engine.graph_passes import simplify

aten = torch.ops.aten


def images(*shape):
    return torch.from_numpy(np.random.default_rng(0).random(shape, "float32"))


def count(graph, target):
    return len(graph.graph.find_nodes(op="call_function", target=target))


def trace_layers(layers, x):
    """The outputs of a stack of layers, and all gradients of a function of them, as a graph."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input(x.shape[1:]), *layers])
    weights = [v.value.detach().clone() for v in model.trainable_variables]

    def step(weights, x):
        weights = [w.requires_grad_() for w in weights]
        mapping = list(zip(model.trainable_variables, weights, strict=True))
        with keras.StatelessScope(state_mapping=mapping):
            outputs = model(x)
        return [outputs.detach(), *torch.autograd.grad(torch.sum(torch.sin(outputs)), weights)]

    with torch.enable_grad():
        return make_fx(step)([w.clone() for w in weights], x), weights


def assert_lean_is_same(layers, x):
    """Compare values before and after; return the lean graph."""
    graph, weights = trace_layers(layers, x)
    with torch.no_grad():
        expected = [value.numpy() for value in graph(weights, x)]
        simplify(graph)
        got = [value.numpy() for value in graph(weights, x)]
    for value, other in zip(got, expected, strict=True):
        np.testing.assert_allclose(value, other, rtol=1e-4, atol=1e-4 * np.abs(other).max())
    return graph


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("strides", [1, 2, 3])
@pytest.mark.parametrize("kernel", [1, 2, 3, 4, (5, 2)])
def test_crops_and_layouts_keep_all_values(kernel, strides, padding):
    x = images(3, 7, 6, 2)
    settings = {"strides": strides, "padding": padding}
    layers = [
        keras.layers.Conv2D(4, kernel, **settings, activation="relu"),
        keras.layers.Conv2DTranspose(5, kernel, **settings, activation="relu"),
        keras.layers.Conv2DTranspose(3, kernel, **settings),
    ]
    graph = assert_lean_is_same(layers, x)
    assert count(graph, aten.slice_backward.default) == 0


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_layouts_between_networks_of_all_kinds(data_format):
    settings = {"padding": "same", "data_format": data_format}
    x = images(3, 8, 8, 8)
    layers = [
        keras.layers.SeparableConv2D(4, 3, **settings),
        keras.layers.BatchNormalization(axis=-1 if data_format == "channels_last" else 1),
        keras.layers.Conv2D(8, 3, dilation_rate=2, groups=2, **settings),
        keras.layers.MaxPooling2D(2, data_format=data_format),
        keras.layers.Flatten(),
        keras.layers.Dense(32, activation="tanh"),
        keras.layers.Reshape((4, 4, 2) if data_format == "channels_last" else (2, 4, 4)),
        keras.layers.UpSampling2D(2, data_format=data_format),
        keras.layers.Conv2DTranspose(3, 3, dilation_rate=2, **settings),
        keras.layers.LayerNormalization(),
    ]
    assert_lean_is_same(layers, x)


@pytest.mark.parametrize("rank", [1, 3])
def test_convolutions_of_other_ranks(rank):
    conv = getattr(keras.layers, f"Conv{rank}D")
    transposed = getattr(keras.layers, f"Conv{rank}DTranspose")
    settings = {"strides": 2, "padding": "same"}
    x = images(3, *(6,) * rank, 2)
    assert_lean_is_same([conv(4, 3, **settings), transposed(2, 3, **settings)], x)


def test_the_usual_transposed_convolution_crops_in_its_kernel():
    layers = [keras.layers.Conv2DTranspose(4, 3, padding="same", activation="relu")]
    graph = assert_lean_is_same(
        [*layers, keras.layers.Conv2D(2, 3, padding="same")], images(2, 5, 5, 2)
    )
    for target in (aten.slice.Tensor, aten.slice_backward.default, aten.constant_pad_nd.default):
        assert count(graph, target) == 0


def test_copies_in_other_layouts_go_unless_somebody_else_may_write_to_them():
    def step(kernel, x):
        copy = x.permute(0, 3, 1, 2).clone(memory_format=torch.contiguous_format)
        other = x.permute(0, 3, 1, 2).clone(memory_format=torch.contiguous_format)
        return torch.conv2d(copy, kernel), torch.conv2d(other, kernel), other.view(-1)

    kernel, x = images(3, 2, 3, 3), images(4, 5, 5, 2)
    graph = simplify(make_fx(step)(kernel, x))
    assert count(graph, aten.clone.default) == 1
    before = x.clone()
    graph(kernel, x)[-1].zero_()
    assert torch.equal(x, before)


def test_graphs_that_write_to_their_tensors_stay_as_they_are():
    def step(kernel, x):
        copy = x.clone()
        y = torch.conv2d(copy, kernel)
        x.add_(1.0)
        return y, torch.conv2d(copy, kernel)

    kernel, x = images(3, 2, 3, 3), images(4, 2, 5, 5)
    first, second = simplify(make_fx(step)(kernel, x.clone()))(kernel, x.clone())
    assert torch.equal(first, second)


def test_gradients_are_laid_out_like_the_weights():
    vae = keras_vae.models.ConvVAE((8, 8, 3), 2, filters=(8, 8), strides=(2, 1), seed=0)
    vae.compile("adam")
    x = images(20, 8, 8, 3)
    vae.fit(x.numpy(), batch_size=10, epochs=1, verbose=0)
    ((steps, *_),) = vae._loops.values()
    (replay,) = steps.traces.values()
    with torch.no_grad():
        gradients = replay(x[:10])
    assert all(gradient.is_contiguous() for gradient in gradients)
    assert count(replay.graph, aten.clone.default) == 0


def test_equals_keras_loop():
    def fitted(fast):
        keras.utils.set_random_seed(0)
        vae = keras_vae.models.ConvVAE((8, 8, 3), 2, filters=(8, 8), strides=(2, 1), seed=0)
        vae.compile("adam")
        vae.use_compiled_loop = fast
        vae.fit(images(21, 8, 8, 3).numpy(), batch_size=8, epochs=3, shuffle=False, verbose=0)
        return vae.get_weights()

    for weight, other in zip(fitted(True), fitted(False), strict=True):
        np.testing.assert_allclose(weight, other, rtol=1e-4, atol=1e-5)
