"""Missing values: NaN in x or a mask beside it; what is not there changes nothing."""

import keras
import numpy as np
import pytest
from checks import (
    BACKEND,
    evaluate_by_keras,
    levels,
    perturb,
    quick_compile,
    shared_out,
    state,
    suited,
    to_numpy,
)
from zoo import LIKELIHOODS, MODELS, VARIANTS, joined

from keras_vae import VAE, evaluation, likelihoods, models, networks
from keras_vae.backend import gradient
from keras_vae.distributions import Normal, OneHotCategorical, Product
from keras_vae.distributions.observed import Observed

SHAPE = (4, 3)
MASK = np.random.default_rng(5).uniform(size=(12, *SHAPE)) < 0.6
X = levels(12)
HOLED = np.where(MASK, X, np.nan).astype("float32")
NETWORKS = {
    "mlp": {"hidden": (8,)},
    "gated": {"hidden": (8,)},
    "conv": {"filters": (3,), "dense": (4,)},
    "residual": {"filters": (3,), "blocks": 1, "dense": (4,)},
}
#: those whose elements depend on each other
WHOLE = {"multinomial", "msssim"}


def gaussian(**kwargs):
    keras.utils.set_random_seed(0)
    return models.GaussianVAE(SHAPE, 2, **{"hidden": (8,), "missing": True, "seed": 0, **kwargs})


def trained(data, compiled=True, **kwargs):
    vae = gaussian(**kwargs)
    vae.use_compiled_loop = compiled
    quick_compile(vae)
    vae.fit(data, epochs=2, batch_size=5, verbose=0, shuffle=False)
    return vae


def assert_same(a, b):
    for one, other in zip(state(a).values(), state(b).values(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("compiled", [True, False], ids=["compiled", "keras"])
def test_values_under_the_mask_change_nothing(compiled):
    first = trained(HOLED, compiled)
    hidden = np.resize([7.0, 1e30, np.inf, np.nan], X.shape)
    assert_same(first, trained({"x": np.where(MASK, X, hidden), "mask": MASK}, compiled))
    assert np.all(np.isfinite(first.encode(HOLED)))


@pytest.mark.parametrize("network", shared_out(NETWORKS))
def test_in_every_kind_of_network(network):
    keras.utils.set_random_seed(0)
    vae = models.ConvVAE(SHAPE, 2, network=network, missing=True, **NETWORKS[network])
    encoded = vae.encode(HOLED)
    other = {"x": np.where(MASK, X, 3.0), "mask": MASK}
    np.testing.assert_array_equal(encoded, vae.encode(other))
    # The mask is seen: a zero that is observed is another thing than a missing one.
    perturb(vae)
    assert np.any(vae.encode(np.zeros_like(X[:1])) != vae.encode(np.full_like(X[:1], np.nan)))


@pytest.mark.parametrize("name", shared_out(LIKELIHOODS))
def test_every_likelihood_scores_what_is_observed(name):
    if name in WHOLE:
        with pytest.raises(ValueError, match="scores each element by itself"):
            VARIANTS[f"likelihood={name}"](missing=True)
        return
    vae = VARIANTS[f"likelihood={name}"](missing=True, seed=0)
    x = suited(X, vae.likelihood_layer).astype("float32")

    def observed(z, mask, hidden=0.0):
        values = keras.ops.array(np.where(mask, x, hidden).astype("float32"))
        mask = keras.ops.array(mask.astype("float32"))
        return vae.decoded(z, values, mask=mask).log_prob(values)

    def scores(z):
        # Those of complementary parts add up to that of the whole.
        both = observed(z, MASK), observed(z, ~MASK, np.nan)
        slope = gradient(lambda z: keras.ops.sum(observed(z, MASK, np.inf)), z)
        whole = vae.decoded(z, x).log_prob(keras.ops.array(x))
        return both[0] + both[1], whole, slope

    parts, whole, slope = evaluate_by_keras(scores, np.ones((len(x), 2), "float32"))
    np.testing.assert_allclose(parts, whole, rtol=1e-5, atol=1e-4)
    assert np.all(np.isfinite(slope)) and np.any(slope)


# One pass each, of which what differs between backends is tested above.
@pytest.mark.parametrize("name", list(MODELS) if BACKEND == "torch" else ["HierarchicalVAE"])
def test_every_model_takes_holes_or_says_why_not(name):
    try:
        vae = MODELS[name](missing=True, seed=0)
    except ValueError as error:
        reasons = (
            "does not see which values are missing",
            "scores each element by itself",
            "whole examples",
        )
        assert "missing=True" in str(error) and any(why in str(error) for why in reasons)
        return
    inputs = {"x": keras.ops.array(HOLED), "mask": keras.ops.array(MASK)}
    if vae.condition_shape is not None:
        inputs["condition"] = keras.ops.zeros((len(X),), "int32")
    for part in vae.parts():
        part.before_fit(vae.context, inputs)
    vae(inputs)
    assert all(np.isfinite(to_numpy(loss)) for loss in vae.losses)


def test_columns_are_checked_and_scored_where_they_are_observed():
    columns = {"a": ("gamma", 1), "b": ("poisson", 1), "c": ("optimal_normal", 2)}
    rng = np.random.default_rng(0)
    x = np.stack([rng.gamma(2, size=9), rng.poisson(3, 9), *rng.normal(size=(2, 9))], axis=1)
    x[rng.uniform(size=x.shape) < 0.4] = np.nan
    x[0] = np.nan  # a row of which nothing is known
    mixed = likelihoods.Mixed(columns)
    vae = models.GaussianVAE((4,), 2, likelihood=mixed, missing=True, hidden=(4,), seed=0)
    quick_compile(vae)
    assert np.isfinite(vae.fit(x, verbose=0).history["loss"][0])
    np.testing.assert_allclose(vae.log_likelihood(x[:1], 50, seed=0), 0.0, atol=0.7)
    bad = np.where(np.isnan(x), np.nan, -np.abs(x))
    with pytest.raises(ValueError, match="likelihood Gamma needs"):
        vae.fit(bad, verbose=0)
    with pytest.raises(ValueError, match="values that are infinite"):
        vae.fit(np.where(np.isnan(x), np.inf, x), verbose=0)


def test_the_optimal_variance_is_that_of_observed_values():
    layer = likelihoods.OptimalNormal()
    layer.build_once((3,))
    x = np.array([[1.0, 2.0, 9.0], [3.0, 9.0, 9.0]], "float32")
    observed = np.array([[1, 1, 0], [1, 0, 0]], "float32")
    p = layer(keras.ops.zeros((2, 3)), x=x, training=True, observed=keras.ops.array(observed))
    np.testing.assert_allclose(to_numpy(p.variance)[0], (1 + 4 + 9) / 3, rtol=1e-6)


def test_one_hot_elements_count_if_all_of_them_is_observed():
    normals = Normal(keras.ops.zeros((2, 2)), keras.ops.zeros((2, 2)))
    q = Product((normals, OneHotCategorical(keras.ops.zeros((2, 1, 4)))))
    x = np.array([[0.0, 0.0, 1, 0, 0, 0], [0.0, 0.0, 0, 1, 0, 0]], "float32")
    mask = np.ones_like(x)
    mask[0, 0] = mask[1, 4] = 0
    log_prob = to_numpy(Observed(q, keras.ops.array(mask), 0.0).log_prob(keras.ops.array(x)))
    normal = -0.5 * np.log(2 * np.pi)
    np.testing.assert_allclose(log_prob, [normal - np.log(4), 2 * normal], rtol=1e-5)


def containers():
    import pandas as pd

    data = HOLED[:, :, 0]
    yield "pandas", pd.DataFrame(data)
    yield "masked", np.ma.masked_array(X[:, :, 0], ~MASK[:, :, 0])
    yield "integers", {"x": np.rint(3 * X[:, :, 0]).astype(int), "mask": MASK[:, :, 0]}
    yield "lists", {"x": X[:, :, 0].tolist(), "mask": MASK[:, :, 0].tolist()}


def test_containers_and_data_sets():
    vae = models.GaussianVAE((4,), 2, hidden=(4,), likelihood="normal", missing=True, seed=0)
    quick_compile(vae)
    expected = vae.encode(HOLED[:, :, 0])
    for name, data in containers():
        encoded = vae.encode(data)
        if name != "integers":
            np.testing.assert_allclose(encoded, expected, rtol=1e-6, err_msg=name)
    batches = [{"x": X[i : i + 4, :, 0], "mask": MASK[i : i + 4, :, 0]} for i in (0, 4, 8)]
    np.testing.assert_allclose(vae.encode(iter(batches)), vae.encode(HOLED[:, :, 0]), rtol=1e-6)
    vae.fit(iter(batches), verbose=0)
    vae.fit((HOLED[i : i + 4, :, 0] for i in (0, 4, 8)), verbose=0)


def test_tensorflow_data_sets():
    tf = pytest.importorskip("tensorflow")
    vae = models.GaussianVAE((4,), 2, hidden=(4,), likelihood="normal", missing=True, seed=0)
    quick_compile(vae)
    x, mask = X[:, :, 0], MASK[:, :, 0]
    for data in ({"x": (3 * x).astype("uint8"), "mask": mask}, HOLED[:, :, 0]):
        dataset = tf.data.Dataset.from_tensor_slices(data).batch(5)
        assert np.isfinite(vae.fit(dataset, verbose=0).history["loss"][0])
    with pytest.raises(ValueError, match="takes no target"):
        vae.fit(tf.data.Dataset.from_tensor_slices((x, x)).batch(5), verbose=0)


def test_conditions_files_and_methods(tmp_path):
    vae = models.ConditionalVAE(SHAPE, (2,), 2, hidden=(8,), missing=True, seed=0)
    quick_compile(vae)
    labels = np.arange(len(X)) % 2
    vae.fit({"x": HOLED, "condition": labels}, verbose=0)
    vae.save(tmp_path / "vae.keras")
    again = keras.saving.load_model(tmp_path / "vae.keras")
    assert again.missing
    common = {"condition": labels}
    np.testing.assert_allclose(
        again.encode(HOLED, **common), vae.encode(HOLED, **common), rtol=1e-5
    )
    assert vae.reconstruct(HOLED, **common).shape == X.shape
    assert vae.reconstruct(HOLED, num_samples=2, **common).shape == (2, *X.shape)
    assert vae.evaluate({"x": HOLED, "condition": labels}, verbose=0, return_dict=True)["kl"] >= 0


def test_whole_data_are_those_of_the_mask_of_ones():
    vae = gaussian()
    ones = {"x": X, "mask": np.ones_like(X)}
    np.testing.assert_array_equal(vae.encode(X), vae.encode(ones))
    a, b = (vae.log_likelihood(x, 4, seed=1) for x in (X, ones))
    np.testing.assert_array_equal(a, b)


def test_evaluation_takes_holes():
    vae = gaussian()
    for function in (evaluation.elbo, evaluation.log_likelihood):
        result = function(vae, HOLED, num_samples=2)
        assert np.all(np.isfinite(getattr(result, "elbo", result).values))
    quality = evaluation.reconstruction_quality(vae, HOLED)
    errors = np.square(vae.reconstruct(HOLED) - X) * MASK
    mean = np.mean(errors.sum((1, 2)) / MASK.sum((1, 2)))
    np.testing.assert_allclose(quality.mse, mean, rtol=1e-5)
    assert quality.ssim is None
    annealed = evaluation.annealed_log_likelihood(vae, HOLED[:2], num_chains=2, num_steps=3)
    assert np.all(np.isfinite(annealed.values))
    with pytest.raises(ValueError, match="impute"):
        evaluation.evaluate_generative(vae, HOLED)


def test_networks_of_ones_own_may_see_the_mask_or_not():
    shapes = {"mean": (2,), "log_var": (2,)}
    decoder = networks.mlp((2,), {"mean": SHAPE}, hidden=(4,))
    for missing in (False, True):
        encoder = networks.mlp(SHAPE, shapes, hidden=(4,), missing=missing)
        vae = VAE(encoder, decoder, likelihood="normal", missing=True)
        assert vae.encode(HOLED).shape == (12, 2)


def test_refusals():
    with pytest.raises(ValueError, match="made with missing=True"):
        gaussian(missing=False).encode(HOLED)
    with pytest.raises(ValueError, match="made with missing=True"):
        gaussian(missing=False).encode({"x": X, "mask": MASK})
    with pytest.raises(ValueError, match="`missing` must be True or False"):
        gaussian(missing="yes")
    vae = gaussian()
    with pytest.raises(ValueError, match="no metrics"):
        vae.compile(metrics=["mse"])
    vae.compile("adam")
    with pytest.raises(ValueError, match="takes no target"):
        vae.fit(HOLED, X + 1, verbose=0)
    with pytest.raises(ValueError, match="mask must hold 0 and 1"):
        vae.encode({"x": X, "mask": 2 * MASK})
    with pytest.raises(ValueError, match="mask needs a row"):
        vae.encode({"x": X, "mask": MASK[:3]})
    with pytest.raises(ValueError, match="leave it out of fields"):
        joined(missing=True, fields={"mask": SHAPE})
