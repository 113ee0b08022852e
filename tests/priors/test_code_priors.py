"""Priors over codes: what each output may see, what they learn, and how they are kept."""

import h5py
import keras
import numpy as np
import pytest
from checks import BACKEND, levels, quick_compile, shared_out
from toys import compute, tensor
from traces import gradients

from keras_vae import VAE, models, networks, priors
from keras_vae.distributions import LearnedCodes, UniformCodes, kl_divergence

X = levels(24, (4, 4), num_levels=2)
PRIORS = {
    "gated_pixel_cnn": lambda: priors.GatedPixelCNN(filters=6, blocks=1),
    "pixel_cnn": lambda: priors.PixelCNN(filters=8, blocks=1),
    "code_transformer": lambda: priors.CodeTransformer(width=8, blocks=1, heads=2),
}
every = pytest.mark.parametrize("name", PRIORS)


def model(prior, cls=models.VQVAE, **kwargs):
    kwargs = {"latent_dim": 3, "num_codes": 3, "filters": (4,), "blocks": 1, **kwargs}
    return quick_compile(cls((4, 4), prior=prior, seed=0, **kwargs))


NETWORKS = {
    "gated_pixel_cnn": lambda: networks.gated_pixel_cnn((3, 4), 5, filters=8, blocks=2),
    "pixel_cnn": lambda: networks.pixel_cnn((3, 4), 5, filters=8, blocks=2),
    "causal_transformer": lambda: networks.causal_transformer(12, 5, width=8, blocks=2, heads=2),
    "levels": lambda: networks.code_levels_pixel_cnn([(2, 2), (2, 4)], 5, filters=8, blocks=2),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_outputs_see_the_codes_before_them_only(name):
    network = NETWORKS[name]()
    rng = np.random.default_rng(0)
    for weight in network.trainable_weights:
        weight.assign(rng.normal(0, 0.5, weight.shape))
    shape = network.input_shape[1:]
    codes = rng.integers(5, size=(1, *shape))
    changed = np.repeat(codes, 12, axis=0).reshape(12, 12)
    changed[np.arange(12), np.arange(12)] = (changed[np.arange(12), np.arange(12)] + 1) % 5
    both = np.concatenate([codes, changed.reshape(12, *shape)])
    logits = network.predict(both, verbose=0).reshape(13, 12, 5)
    moved = np.abs(logits[1:] - logits[0]).max(axis=-1) > 1e-6  # (changed place, output)
    assert not np.tril(moved).any()  # neither itself nor any before it
    assert moved[np.arange(11), np.arange(1, 12)].mean() > 0.7  # but the next one, as in a row


#: on torch, which compiles nothing, also a map that takes a deep network
SIZES = [(5, 9), (7, 7), *[(16, 16)] * (BACKEND == "torch")]


@pytest.mark.parametrize("size", SIZES)
def test_gated_network_sees_every_code_before(size):
    """By gradients: a difference of the outputs far away would drown in rounding."""
    keras.utils.set_random_seed(0)
    network = networks.gated_pixel_cnn(size, 3, filters=16)  # not all of the last are dead
    embedding = next(la for la in network.layers if isinstance(la, keras.layers.Embedding))
    behind = keras.Model(embedding.output, network.output)
    count = size[0] * size[1]
    outputs = np.unique([0, 1, size[1] - 1, size[1], count // 2, count - size[1], count - 1])
    x = np.random.default_rng(0).normal(size=(len(outputs), *size, 16)).astype("float32")
    chosen = np.eye(count, dtype="float32")[outputs].reshape(len(outputs), *size, 1)
    slope = gradients(lambda t: keras.ops.sum(behind(t) * tensor(chosen)), x)
    seen = np.abs(slope).reshape(len(outputs), count, 16).max(axis=-1) > 0
    np.testing.assert_array_equal(seen, np.arange(count) < outputs[:, None])


@every
def test_probabilities_add_up_and_draws_follow_them(name):
    # Four places with three codes: all 81 latents can be counted.
    vae = model(PRIORS[name]())
    vae.fit(X, verbose=0)
    vae.fit_prior(X, epochs=2, verbose=0)
    every_code = np.array(list(np.ndindex(3, 3, 3, 3))).reshape(-1, 2, 2)
    p = np.exp(vae.prior_layer.log_prob(every_code))
    assert p.sum() == pytest.approx(1.0, rel=1e-4)
    draws = vae.prior_layer.sample_indices(4000, seed=0).reshape(4000, 4)
    counts = np.bincount(draws @ [27, 9, 3, 1], minlength=81)
    error = np.sqrt(p * (1 - p) / 4000)
    assert np.all(np.abs(counts / 4000 - p) < 5 * error + 1e-3)
    likeliest = vae.prior_layer.sample_indices(3, seed=0, temperature=0.0)
    assert np.all(likeliest == likeliest[0])


@every
def test_prior_learns_the_codes(name):
    vae = model(PRIORS[name]())
    quantizer = vae.posterior_layer
    first = np.random.default_rng(0).integers(3, size=(96, 1, 1))
    codes = np.broadcast_to(first, (96, 2, 2)).copy()  # all four alike
    before = [v.path for v in vae.trainable_variables]
    history = vae.prior_layer.fit(
        codes, epochs=25, batch_size=32, optimizer=keras.optimizers.Adam(0.02), verbose=0
    )
    # log 3 for the first and nothing for the others would be log(3) / 4 = 0.27 a code.
    assert history.history["loss"][-1] < history.history["loss"][0]
    assert -vae.prior_layer.log_prob(codes).mean() / 4 < 0.7
    assert [v.path for v in vae.trainable_variables] == before
    assert quantizer.num_codes == 3


@every
@pytest.mark.parametrize("cls", [models.VQVAE, models.ResidualVQVAE])
def test_generate_needs_a_fitted_prior_and_keeps_it(name, cls, tmp_path):
    vae = model(PRIORS[name](), cls)
    vae.fit(X, verbose=0)
    with pytest.raises(ValueError, match="fit_prior"):
        vae.generate(2)
    vae.fit_prior(X, epochs=1, verbose=0)
    made = vae.generate(3, seed=0)
    assert made.shape == (3, 4, 4) and np.isfinite(made).all()
    vae.save(tmp_path / "vae.keras")
    loaded = keras.saving.load_model(tmp_path / "vae.keras")
    np.testing.assert_allclose(loaded.generate(3, seed=0), made, rtol=1e-4, atol=1e-5)
    # It goes on training as if there were no prior.
    assert np.isfinite(vae.fit(X, verbose=0).history["loss"][0])


def test_prior_needs_a_quantizer():
    encoder = networks.mlp((6,), {"mean": (2,), "log_var": (2,)})
    decoder = networks.mlp((2,), {"logits": (6,)})
    with pytest.raises(ValueError, match="quantizer"):
        VAE(encoder, decoder, prior="pixel_cnn")
    with pytest.raises(ValueError, match="heads"):
        priors.CodeTransformer(width=10, heads=4)


# ---- the model's side --------------------------------------------------------------------------


def labelled(prior, cls=models.VQVAE, **kwargs):
    return model(prior, cls, condition_shape=(3,), **kwargs)


LABELS = np.arange(24) % 3


SCORED = [
    ("gated_pixel_cnn", True, models.VQVAE),
    ("gated_pixel_cnn", False, models.ResidualVQVAE),
    ("pixel_cnn", False, models.VQVAE),
    ("pixel_cnn", True, models.ResidualVQVAE),
    ("code_transformer", True, models.VQVAE),
    ("code_transformer", False, models.ResidualVQVAE),
]


@pytest.mark.parametrize("name, conditional, cls", shared_out(SCORED))
def test_log_likelihood_is_that_of_the_fitted_prior(name, conditional, cls):
    given = {"condition": LABELS} if conditional else {}
    vae = (labelled if conditional else model)(PRIORS[name](), cls)
    vae.fit({"x": X, **given} if conditional else X, verbose=0)
    assert isinstance(vae.prior(**given), UniformCodes)
    before = vae.log_likelihood(X, num_samples=1, **given)
    vae.fit_prior(X, epochs=2, verbose=0, **given)
    after = vae.log_likelihood(X, num_samples=3, **given)
    z, codes = vae.encode(X, **given), vae.encode_indices(X, **given)
    p = vae.likelihood(z, **given)
    log_likelihood = compute(lambda: p.log_prob(tensor(X)))
    uniform = codes[0].size * np.log(3)
    np.testing.assert_allclose(before, log_likelihood - uniform, rtol=1e-4)
    # By hand, from the network's logits: one code after the other.
    inputs = codes.reshape(24, *vae.prior_layer.size)
    network = vae.prior_layer.network
    logits = network.predict([inputs, np.eye(3)[LABELS]] if conditional else inputs, verbose=0)
    log_p = logits - np.logaddexp.reduce(logits, axis=-1, keepdims=True)
    chosen = np.take_along_axis(log_p, inputs[..., None], axis=-1).reshape(24, -1).sum(axis=1)
    np.testing.assert_allclose(after, log_likelihood + chosen, rtol=1e-4)
    prior, q = vae.prior(**given), vae.posterior(X, **given)
    assert isinstance(prior, LearnedCodes)
    np.testing.assert_allclose(compute(lambda: kl_divergence(q, prior)), -chosen, rtol=1e-4)
    if cls is models.VQVAE:  # whose latents tell their codes
        np.testing.assert_allclose(compute(lambda: prior.log_prob(q.z)), chosen, rtol=1e-4)


@pytest.mark.parametrize("name", shared_out(PRIORS))
def test_conditional_prior_draws_what_the_condition_asks_for(name, tmp_path):
    vae = labelled(PRIORS[name]())
    vae.fit({"x": X, "condition": LABELS}, verbose=0)
    codes = np.broadcast_to(np.arange(3)[LABELS][:, None, None], (24, 2, 2)).copy()
    vae.prior_layer.fit(
        codes,
        np.eye(3)[LABELS],
        epochs=60,
        batch_size=24,
        optimizer=keras.optimizers.Adam(0.03),
        verbose=0,
    )
    wanted = np.repeat([0, 1, 2], 20)
    draws = vae.prior_layer.sample_indices(60, seed=0, condition=np.eye(3)[wanted])
    assert np.mean(draws == wanted[:, None, None]) > 0.9
    made = vae.generate(condition=wanted, seed=0)
    vae.save(tmp_path / "vae.keras")
    loaded = keras.saving.load_model(tmp_path / "vae.keras")
    np.testing.assert_allclose(loaded.generate(condition=wanted, seed=0), made, atol=1e-5)
    for wrong in (None, np.eye(3)[:2]):
        with pytest.raises(ValueError, match="condition"):
            vae.prior_layer.sample_indices(4, condition=wrong)


def test_network_is_made_when_it_is_asked_for(tmp_path):
    vae = model(PRIORS["gated_pixel_cnn"]())
    few = vae.count_params()
    assert vae.prior_layer.network is None
    vae.fit(X, verbose=0)
    vae.save_weights(tmp_path / "unfitted.weights.h5")
    vae.fit_prior(X, epochs=1, verbose=0)
    network = vae.prior_layer.network
    assert vae.count_params() == few + network.count_params()
    assert not network.trainable_weights
    fitted = vae.log_likelihood(X, 1)
    vae.save_weights(tmp_path / "fitted.weights.h5")
    # Weights of either state into a model of the other one, which has run before.
    other = model(PRIORS["gated_pixel_cnn"]())
    other.log_likelihood(X, 1)
    other.load_weights(tmp_path / "fitted.weights.h5")
    np.testing.assert_allclose(other.log_likelihood(X, 1), fitted, rtol=1e-5)
    other.load_weights(tmp_path / "unfitted.weights.h5")
    assert other.prior_layer.network is None and other.count_params() == few
    assert np.all(other.log_likelihood(X, 1) != fitted)


#: the weights of the two priors of version 0.1 in its files, under `layers/<prior>/network/layers`
FORMER = {
    "pixel_cnn": {
        **{f"conv2d{k}": 2 for k in ("", "_1", "_2")},
        **{f"masked_conv2d{k}": 2 for k in ("", "_1")},
        "embedding": 1,
    },
    "code_transformer": {
        **{f"dense{k}": 2 for k in ("", "_1", "_2")},
        **{f"layer_normalization{k}": 2 for k in ("", "_1", "_2")},
        **{f"multi_head_attention/{k}_dense": 2 for k in ("query", "key", "value", "output")},
        "embedding": 1,
        "positions": 1,
    },
}


@pytest.mark.parametrize("name", FORMER)
@pytest.mark.parametrize("fitted", [True, False])
def test_files_of_version_0_1_load(name, fitted, tmp_path):
    """They hold the network of every prior, fitted or not, and it never sees the condition."""
    vae = labelled(PRIORS[name]())
    vae.fit({"x": X, "condition": LABELS}, verbose=0)
    prior = vae.prior_layer
    prior._attach(prior._new_network(sees_condition=False), sees_condition=False)
    prior.fitted.assign(float(fitted))
    path = tmp_path / "vae.weights.h5"
    vae.save_weights(path)
    keys = []
    with h5py.File(path) as file:
        file[f"layers/{name}/network/layers"].visit(keys.append)
    layers = [key.rpartition("/vars/")[0] for key in keys if "/vars/" in key]
    assert {layer: layers.count(layer) for layer in layers} == FORMER[name]
    loaded = labelled(PRIORS[name]())
    loaded.load_weights(path)
    assert (loaded.prior_layer.network is not None) == fitted
    if fitted:
        draws = {"condition": LABELS, "seed": 0}
        np.testing.assert_allclose(loaded.generate(**draws), vae.generate(**draws), atol=1e-5)


def test_weights_of_another_prior_leave_this_one_as_it_is(tmp_path):
    model(PRIORS["pixel_cnn"]()).save_weights(tmp_path / "vae.weights.h5")
    other = model(PRIORS["gated_pixel_cnn"]())
    with pytest.warns(UserWarning, match="has no prior GatedPixelCNN"):
        other.load_weights(tmp_path / "vae.weights.h5")


def test_prior_of_huge_codebooks_is_refused():
    vae = models.FSQVAE((4, 4), (8,) * 9, filters=(4,), blocks=1, seed=0)
    with pytest.raises(ValueError, match="at most 1048576 codes"):
        vae.fit_prior(X, verbose=0)
