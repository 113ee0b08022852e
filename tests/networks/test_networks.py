"""What every network builder keeps: shapes, names, saving, precision, channels last, errors."""

import functools

import keras
import numpy as np
import pytest
from checks import shared_out

from keras_vae import networks

small_conv = {"filters": (4, 4), "strides": (1, 2), "dense": (8,)}
ENCODERS = {
    "mlp": functools.partial(networks.mlp, hidden=(8, 6)),
    "gated_mlp": functools.partial(networks.gated_mlp, hidden=(8, 6)),
    "conv": functools.partial(networks.conv_encoder, **small_conv),
    "conv_max": functools.partial(networks.conv_encoder, **small_conv, pooling="max"),
    "conv_average": functools.partial(networks.conv_encoder, **small_conv, pooling="average"),
    "conv_norm": functools.partial(networks.conv_encoder, **small_conv, batch_norm=True),
    "residual": functools.partial(networks.residual_encoder, **small_conv),
    "residual_norm": functools.partial(networks.residual_encoder, **small_conv, batch_norm=True),
}
DECODERS = {
    "mlp": ENCODERS["mlp"],
    "gated_mlp": ENCODERS["gated_mlp"],
    "conv": functools.partial(networks.conv_decoder, **small_conv),
    "conv_pool": functools.partial(networks.conv_decoder, **small_conv, pooling="max"),
    "conv_norm": functools.partial(networks.conv_decoder, **small_conv, batch_norm=True),
    "residual": functools.partial(networks.residual_decoder, **small_conv),
    "residual_norm": functools.partial(networks.residual_decoder, **small_conv, batch_norm=True),
}
IMAGE_ENCODERS = [networks.conv_encoder, networks.residual_encoder]
IMAGE_DECODERS = [networks.conv_decoder, networks.residual_decoder]
NORMAL = {"mean": (3,), "log_var": (3,)}


def data(shape, batch=2, seed=0):
    return np.random.default_rng(seed).uniform(size=(batch, *shape)).astype("float32")


def arrays(outputs):
    outputs = outputs if isinstance(outputs, list) else [outputs]
    return [keras.ops.convert_to_numpy(output) for output in outputs]


@pytest.fixture(
    params=shared_out([("encoder", n) for n in ENCODERS] + [("decoder", n) for n in DECODERS])
)
def build(request):
    """Any builder with its shapes filled in: a small encoder or decoder of odd-sized images."""
    kind, name = request.param
    if kind == "encoder":
        return functools.partial(ENCODERS[name], (7, 5, 2), NORMAL)
    return functools.partial(DECODERS[name], (3,), {"mean": (7, 5, 2), "log_var": (7, 5, 2)})


@pytest.mark.parametrize("name", ["mlp", "conv", "conv_max", "residual"])
@pytest.mark.parametrize(
    "shape", shared_out([(28, 28), (28, 28, 1), (28, 20), (8, 8), (32, 32, 3), (27, 19, 1)])
)
def test_encoder_takes_any_image(name, shape):
    model = ENCODERS[name](shape, NORMAL)
    assert model.built
    assert model.input_shape == (None, *shape)
    assert model.output_names == ["mean", "log_var"]
    assert model.output_shape == [(None, 3), (None, 3)]


@pytest.mark.parametrize("name", ["conv", "conv_pool", "residual"])
@pytest.mark.parametrize(
    "shape",
    shared_out(
        [
            (28, 28),
            (28, 28, 1),
            (28, 20),
            (8, 8),
            (32, 32, 3),
            (27, 19, 1),
            (28, 28, 256),
            (32, 32, 3, 256),
        ]
    ),
)
def test_decoder_gives_any_image(name, shape):
    model = DECODERS[name]((4,), {"logits": shape})
    assert model.built
    assert model.output_names == ["logits"]
    assert model.output_shape == (None, *shape)


def test_outputs_of_a_decoder_may_differ_behind_the_image_axes():
    shapes = {"logits": (9, 7, 3, 4), "mean": (9, 7), "log_var": (9, 7, 3)}
    for name in ("conv", "residual"):
        model = DECODERS[name]((2, 2), shapes)
        assert model.output_names == list(shapes)
        assert [shape[1:] for shape in model.output_shape] == list(shapes.values())


def test_encoder_outputs_may_have_several_axes_or_none():
    for name in ("mlp", "gated_mlp", "conv", "residual"):
        model = ENCODERS[name]((6, 6), {"logits": (4, 10), "scale": ()})
        assert model.output_shape == [(None, 4, 10), (None,)]


def test_fully_connected_networks_take_any_shape():
    for builder in (ENCODERS["mlp"], ENCODERS["gated_mlp"]):
        for shape in [(), (5,), (2, 3, 4, 5)]:
            assert builder(shape, {"out": (2,)})(data(shape)).shape == (2, 2)
        assert builder((5,), {"out": (3,)}, hidden=()).count_params() == 5 * 3 + 3


def test_keras_file_gives_the_same_outputs(build, tmp_path):
    model = build(name="net")
    x = data(model.input_shape[1:])
    model.save(tmp_path / "net.keras")
    loaded = keras.saving.load_model(tmp_path / "net.keras")
    assert loaded.name == "net" and loaded.output_names == model.output_names
    for expected, got in zip(arrays(model(x)), arrays(loaded(x)), strict=True):
        np.testing.assert_array_equal(got, expected)


def test_clone_and_weights(build):
    model = build()
    clone = keras.models.clone_model(model)
    clone.set_weights(model.get_weights())
    x = data(model.input_shape[1:])
    for expected, got in zip(arrays(model(x)), arrays(clone(x)), strict=True):
        np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("dtype", ["float32", "mixed_bfloat16"])
def test_every_layer_has_the_dtype_whatever_the_global_policy(build, dtype):
    before = keras.config.dtype_policy()
    try:
        keras.config.set_dtype_policy("bfloat16")
        model = build(dtype=dtype)
    finally:
        keras.config.set_dtype_policy(before)
    policy = keras.dtype_policies.get(dtype)
    assert model.inputs[0].dtype == policy.variable_dtype
    assert [output.dtype for output in model.outputs] == [policy.compute_dtype] * 2
    for layer in model._flatten_layers(include_self=False):
        if not isinstance(layer, keras.layers.InputLayer):
            assert layer.dtype_policy.name == dtype, layer.name


def test_mixed_precision_runs():
    model = ENCODERS["conv_norm"]((7, 5, 2), NORMAL, dtype="mixed_bfloat16")
    for output in model(data(model.input_shape[1:])):
        assert keras.backend.standardize_dtype(output.dtype) == "bfloat16"


def test_channels_come_last_whatever_keras_is_set_to(build):
    before = keras.config.image_data_format()
    expected = build()
    try:
        keras.config.set_image_data_format("channels_first")
        model = build()
        model.set_weights(expected.get_weights())
        x = data(model.input_shape[1:])
        got = arrays(model(x))
    finally:
        keras.config.set_image_data_format(before)
    for one, other in zip(arrays(expected(x)), got, strict=True):
        np.testing.assert_array_equal(one, other)


def test_training_moves_the_statistics_and_every_weight():
    x, z = data((7, 5), 8), data((3,), 8)
    pairs = [
        (networks.conv_encoder((7, 5), {"mean": (3,)}, **small_conv, batch_norm=True), x, z),
        (networks.residual_decoder((3,), {"mean": (7, 5)}, **small_conv, batch_norm=True), z, x),
    ]
    for model, inputs, targets in pairs:
        before = model.get_weights()
        model.compile(keras.optimizers.SGD(0.01), "mse")
        # Two steps: behind a convolution of zeros no gradient arrives in the first one.
        model.fit(inputs, targets, batch_size=4, epochs=2, verbose=0)
        moved = [np.any(old != new) for old, new in zip(before, model.get_weights(), strict=True)]
        assert all(moved), [v.path for v, m in zip(model.weights, moved, strict=True) if not m]


class TestErrors:
    @pytest.mark.parametrize("hidden", [512, "512", (512, 0), (1.5,), (True,), None, (-1,)])
    @pytest.mark.parametrize("builder", [networks.mlp, networks.gated_mlp])
    def test_hidden(self, builder, hidden):
        with pytest.raises(ValueError, match=r"`hidden` must be a tuple of positive.*Received: h"):
            builder((4,), NORMAL, hidden=hidden)

    @pytest.mark.parametrize("name", ENCODERS)
    def test_shapes(self, name):
        for shape in [28, (28, None), "28", (0, 3)]:
            with pytest.raises(ValueError, match="`input_shape` must be .*Received: input_shape="):
                ENCODERS[name](shape, NORMAL)
        for outputs in [{}, [(3,)], (3,)]:
            with pytest.raises(ValueError, match="`output_shapes` must be .*Received: output_sha"):
                ENCODERS[name]((8, 8), outputs)
        with pytest.raises(ValueError, match=r"`output_shapes\['mean'\]` must be .*=3"):
            ENCODERS[name]((8, 8), {"mean": 3})

    @pytest.mark.parametrize("shape", [(784,), (), (4, 28, 28, 1)])
    @pytest.mark.parametrize("builder", IMAGE_ENCODERS)
    def test_encoder_of_what_is_no_image_points_to_mlp(self, builder, shape):
        with pytest.raises(ValueError, match=r"`input_shape` must be an image.*networks\.mlp.*\("):
            builder(shape, NORMAL)

    @pytest.mark.parametrize("outputs", [{"a": (784,)}, {"a": (28, 28), "b": (28, 20)}])
    @pytest.mark.parametrize("builder", IMAGE_DECODERS)
    def test_decoder_of_what_is_no_image_points_to_mlp(self, builder, outputs):
        with pytest.raises(ValueError, match=r"must all be images.*networks\.mlp.*Received: "):
            builder((4,), outputs)

    @pytest.mark.parametrize("builder", IMAGE_ENCODERS + IMAGE_DECODERS)
    @pytest.mark.parametrize(
        "arguments, message",
        [
            ({"filters": (32, 64)}, r"`filters` and `strides`.*\(32, 64\), strides="),
            ({"filters": (), "strides": ()}, r"at least one\. Received: filters=\(\)"),
            ({"filters": 32}, "`filters` must be a tuple.*Received: filters=32"),
            ({"strides": (2, 0, 2)}, r"`strides` must be a tuple.*\(2, 0, 2\)"),
            ({"kernel_size": 0}, "`kernel_size` must be a positive.*kernel_size=0"),
            ({"kernel_size": (3, 3)}, r"`kernel_size` must be a positive.*\(3, 3\)"),
            ({"dense": 32}, "`dense` must be a tuple.*Received: dense=32"),
        ],
    )
    def test_stages(self, builder, arguments, message):
        shapes = [(8, 8), NORMAL] if builder in IMAGE_ENCODERS else [(4,), {"mean": (8, 8)}]
        with pytest.raises(ValueError, match=message):
            builder(*shapes, **arguments)

    def test_blocks(self):
        with pytest.raises(ValueError, match="`blocks` must be a positive integer.*blocks=0"):
            networks.residual_encoder((8, 8), NORMAL, blocks=0)

    @pytest.mark.parametrize("pooling", ["min", 2, ["max"]])
    def test_unknown_pooling(self, pooling):
        with pytest.raises(ValueError, match=r"one of \['average', 'max'\]. Received: pooling="):
            networks.conv_encoder((8, 8), NORMAL, pooling=pooling)

    def test_pooling_by_more_than_two(self):
        with pytest.raises(ValueError, match=r"stride must be 1 or 2.*strides=\(3,\)"):
            networks.conv_decoder(
                (4,), {"mean": (8, 8)}, filters=(4,), strides=(3,), pooling="average"
            )

    def test_units(self):
        with pytest.raises(ValueError, match="`units` must be a positive integer.*units=-3"):
            networks.GatedDense(-3)
