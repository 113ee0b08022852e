"""Mixed precision: half-precision networks, float32 data, distributions and losses."""

import math
import warnings

import keras
import numpy as np
import pytest
from checks import levels, quick_compile, to_numpy
from toys import grey, small_vae

from keras_vae import likelihoods, models

POLICIES = ["mixed_float16", "mixed_bfloat16"]
every_policy = pytest.mark.parametrize("policy", POLICIES)
CONV = {"data_shape": (6, 6), "filters": (4,), "strides": (2,), "dense": (8,)}


@pytest.fixture
def global_policy():
    """Set Keras' own policy for a test."""
    before = keras.config.dtype_policy()
    yield keras.config.set_dtype_policy
    keras.config.set_dtype_policy(before)


def make(name, **kwargs):
    """A compiled tiny model of the zoo and data for it."""
    if name == "ConvVAE":
        return quick_compile(models.ConvVAE(**CONV, seed=0, **kwargs)), levels(40, shape=(6, 6))
    return small_vae(getattr(models, name), hidden=(16,), **kwargs), levels(40, shape=(6,))


def set_heads(network, **biases):
    """Let a network give constants, whatever its input."""
    for name, bias in biases.items():
        kernel, old = network.get_layer(name).get_weights()
        network.get_layer(name).set_weights([0 * kernel, np.full(old.shape, bias)])


@every_policy
@pytest.mark.parametrize(
    "name, way",
    [
        ("BernoulliVAE", "argument"),
        ("BernoulliVAE", "global"),
        ("GaussianVAE", "argument"),
        ("ConvVAE", "argument"),
    ],
)
def test_trains_and_is_of_the_policy(name, way, policy, global_policy):
    if way == "global":
        global_policy(policy)
    vae, x = make(name, **({"dtype": policy} if way == "argument" else {}))
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)  # of a divergence
        history = vae.fit(x, batch_size=20, epochs=8, validation_data=x[:20], verbose=0).history
    assert np.all(np.isfinite([values for values in history.values()]))
    assert history["loss"][-1] < history["loss"][0]

    assert vae.dtype_policy.name == policy
    for network in (vae.encoder, vae.decoder):
        dtypes = {layer.compute_dtype for layer in network.layers if layer.weights}
        assert dtypes == {policy.removeprefix("mixed_")}
    # Master weights are float32; so is everything that knows probability.
    assert {weight.dtype for weight in vae.trainable_weights} == {"float32"}
    parts = (vae.posterior_layer, vae.prior_layer, vae.likelihood_layer, vae.objective)
    assert {part.compute_dtype for part in parts} == {"float32"}
    scales = isinstance(vae.optimizer, keras.optimizers.LossScaleOptimizer)
    assert scales == (policy == "mixed_float16")


@every_policy
def test_losses_and_distributions_are_float32(policy):
    vae, x = make("BernoulliVAE", dtype=policy)
    trace = vae.trace(x)
    tensors = [trace.x, trace.z, trace.posterior.mean, trace.prior.mean, trace.likelihood.logits]
    tensors += [trace.kl(), trace.log_likelihood(), vae(x), *vae.losses]
    assert len(vae.losses) == 1
    assert {keras.backend.standardize_dtype(tensor.dtype) for tensor in tensors} == {"float32"}


@every_policy
@pytest.mark.parametrize("loop", ["compiled loop", "Keras' loop"])
def test_data_reach_the_likelihood_unrounded(loop, policy):
    vae, x = make("BernoulliVAE", dtype=policy, optimizer=keras.optimizers.SGD(0.0))
    vae.use_compiled_loop = loop == "compiled loop"
    np.testing.assert_array_equal(to_numpy(vae.trace(x).x), x.astype("float64"))
    set_heads(vae.decoder, logits=5.0)
    exact = np.mean(np.sum(math.log1p(math.exp(5.0)) - 5.0 * x.astype("float64"), axis=1))
    # bfloat16 would round x by up to one in 512, and the loss by about 1e-4.
    for result in (
        vae.evaluate(x, return_dict=True, verbose=0)["reconstruction"],
        vae.fit(x, verbose=0).history["reconstruction"][0],
    ):
        assert result == pytest.approx(exact, rel=2e-6)


@every_policy
def test_kl_of_extreme_log_variances(policy):
    # In float16 the KL of 64 latents would be infinite from a log-variance of 8 on.
    vae = small_vae(latent_dim=64, dtype=policy, optimizer=keras.optimizers.SGD(0.0))
    for log_var in (-6e4, -30.0, 8.0, 20.0, 6e4):
        set_heads(vae.encoder, mean=0.0, log_var=log_var)
        bounded = np.clip(log_var, -30, 20)
        expected = 64 * 0.5 * (math.expm1(bounded) - bounded)
        kl = vae.evaluate(grey(8), return_dict=True, verbose=0)["kl"]
        assert kl == pytest.approx(expected, rel=1e-5), log_var
        if log_var < 10 or policy == "mixed_bfloat16":
            assert np.isfinite(vae.fit(grey(8), verbose=0).history["loss"][0]), log_var
        # Beyond, draws of z with a deviation of e^10 no longer fit into float16's 65504.


@every_policy
def test_inference_gives_float32(policy):
    vae, x = make("BernoulliVAE", dtype=policy)
    arrays = [
        vae.encode(x),
        vae.encode(x, num_samples=2, seed=0),
        vae.decode(np.zeros((3, 2))),
        vae.decode(np.zeros((3, 2)), sample=True, seed=0),
        vae.reconstruct(x),
        vae.predict(x, verbose=0),
        vae.generate(3, seed=0),
        vae.interpolate(x[:2], x[2:4], steps=3),
    ]
    assert {array.dtype.name for array in arrays} == {"float32"}
    assert keras.backend.standardize_dtype(vae.posterior(x).mean.dtype) == "float32"
    assert all(np.all(np.isfinite(array)) for array in arrays)
    estimates, errors = vae.log_likelihood(x, 20, return_standard_error=True)
    assert np.all(np.isfinite(estimates)) and np.all(np.isfinite(errors))


@every_policy
def test_losses_are_near_those_of_float32(policy):
    vae, x = make("BernoulliVAE")
    vae.fit(x, epochs=5, verbose=0)
    half, _ = make("BernoulliVAE", dtype=policy)
    half.set_weights(vae.get_weights())
    for model in (vae, half):
        set_heads(model.encoder, log_var=-20.0)  # no noise, whose draws differ
    exact, ours = (model.evaluate(x, return_dict=True, verbose=0) for model in (vae, half))
    # Eight bits of a mantissa, through three layers.
    for name, value in exact.items():
        assert ours[name] == pytest.approx(value, rel=0.01)
    estimates = [model.log_likelihood(x, 5, seed=0).mean() for model in (vae, half)]
    assert estimates[1] == pytest.approx(estimates[0], rel=0.02)


@pytest.mark.parametrize("loop", ["compiled loop", "Keras' loop"])
@pytest.mark.parametrize("scale_loss", [True, False])
def test_loss_scaling_saves_small_gradients(scale_loss, loop):
    # With a deviation of 3e4 the decoder's gradients are about 1e-10; float16 ends at 6e-8.
    vae = small_vae(
        models.GaussianVAE, dtype="mixed_float16", likelihood=likelihoods.Normal(scale=3e4)
    )
    vae.use_compiled_loop = loop == "compiled loop"
    vae.compile(keras.optimizers.SGD(1e8), auto_scale_loss=scale_loss)
    assert isinstance(vae.optimizer, keras.optimizers.LossScaleOptimizer) == scale_loss
    before = vae.decoder.get_weights()
    vae.objective.kl_weight.assign(0.0)
    vae.fit(grey(32), batch_size=32, verbose=0)
    moved = any(np.any(a != b) for a, b in zip(vae.decoder.get_weights(), before, strict=True))
    assert moved == scale_loss
