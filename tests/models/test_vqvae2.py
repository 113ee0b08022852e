"""VQ-VAE-2: what each level sees, its codes by level, and the prior over them."""

import keras
import numpy as np
import pytest
from checks import levels, quick_compile, to_numpy
from toys import compute, tensor

from keras_vae import evaluation, models, priors
from keras_vae.posteriors.vector_quantizer import nearest

X = levels(24, (4, 4), num_levels=2)
LABELS = np.arange(24) % 3


def model(**kwargs):
    settings = {"latent_dim": 3, "num_codes": 3, "filters": (4,), "blocks": 1, "seed": 0}
    prior = {"prior": priors.HierarchicalPixelCNN(filters=4, blocks=1)}
    return quick_compile(models.VQVAE2((4, 4), **{**settings, **prior, **kwargs}))


def test_each_level_follows_from_the_image_and_the_levels_above():
    vae = model(num_levels=3)
    quantizer = vae.posterior_layer
    vae.fit(X, verbose=0)
    assert quantizer.level_names == ("top", "middle_1", "bottom")
    assert list(quantizer.level_shapes.values()) == [(1, 1, 3), (1, 1, 3), (2, 2, 3)]
    vectors, *features = vae.program("encoder").run(vae.prepare(X))
    z, codes = [], vae.encode_levels(X)
    for level, name in enumerate(quantizer.level_names):
        if level:
            inputs = [*z, features[level - 1]]
            vectors = quantizer.networks[level - 1].predict(inputs, verbose=0)
        book = quantizer.quantizers[level].vectors()
        index = to_numpy(nearest(tensor(vectors.reshape(-1, 3)), book)).astype(int)
        np.testing.assert_array_equal(codes[name].ravel(), index)
        z.append(to_numpy(book)[index].reshape(vectors.shape))
    flat = np.concatenate([part.reshape(24, -1) for part in z], axis=1)
    np.testing.assert_allclose(vae.encode(X), flat, atol=1e-6)
    # What embeds to a latent is found again from it.
    indices = vae.encode_indices(X)
    np.testing.assert_allclose(compute(lambda: quantizer.embed(indices)), flat, atol=1e-6)
    np.testing.assert_array_equal(compute(lambda: quantizer.indices_of(tensor(flat))), indices)


def test_decoder_sees_every_level_and_codes_come_back():
    vae = model()
    vae.fit(X, verbose=0)
    codes = vae.encode_levels(X)
    assert {name: part.shape for name, part in codes.items()} == {
        "top": (24, 1, 1),
        "bottom": (24, 2, 2),
    }
    np.testing.assert_allclose(vae.decode_levels(codes), vae.reconstruct(X), atol=1e-5)
    for name in codes:
        changed = {**codes, name: (codes[name] + 1) % 3}
        assert np.abs(vae.decode_levels(changed) - vae.reconstruct(X)).max() > 1e-6
    wrong = [{"top": codes["top"]}, {**codes, "top": codes["bottom"]}, {**codes, "top": [0]}]
    for given in wrong:
        with pytest.raises(ValueError, match="Codes by level"):
            vae.decode_levels(given)


def test_usage_is_that_of_each_codebook():
    vae = model()
    vae.fit(X, verbose=0)
    shares = [
        np.bincount(part.ravel(), minlength=3) / part.size for part in vae.encode_levels(X).values()
    ]
    usage = np.mean([np.mean(share > 0) for share in shares])
    with np.errstate(divide="ignore", invalid="ignore"):
        entropies = [-np.nansum(share * np.log(share)) for share in shares]
    told = vae.code_usage(X)
    assert told["usage"] == pytest.approx(usage)
    assert told["perplexity"] == pytest.approx(np.mean(np.exp(entropies)))
    batch = vae.posterior(X).usage_and_perplexity()
    np.testing.assert_allclose([float(b) for b in batch], [*told.values()], rtol=1e-5)


def test_prior_adds_up_and_draws_the_top_first(tmp_path):
    vae = model(num_codes=2)
    vae.fit(X, verbose=0)
    uniform = vae.log_likelihood(X, 1)
    vae.fit_prior(X, epochs=2, verbose=0)
    prior = vae.prior_layer
    every = np.array(list(np.ndindex(*(2,) * 5)))
    p = np.exp(prior.log_prob(every))
    assert p.sum() == pytest.approx(1.0, rel=1e-4)
    counts = np.bincount(prior.sample_indices(4000, seed=0) @ [16, 8, 4, 2, 1], minlength=32)
    assert np.all(np.abs(counts / 4000 - p) < 5 * np.sqrt(p * (1 - p) / 4000) + 1e-3)
    # The fitted prior in place of the uniform one.
    change = prior.log_prob(vae.encode_indices(X)) + 5 * np.log(2)
    np.testing.assert_allclose(vae.log_likelihood(X, 1) - uniform, change, atol=1e-3)
    made = vae.generate(3, seed=0)
    vae.save(tmp_path / "vae.keras")
    loaded = keras.saving.load_model(tmp_path / "vae.keras")
    np.testing.assert_allclose(loaded.generate(3, seed=0), made, atol=1e-5)
    np.testing.assert_allclose(loaded.reconstruct(X), vae.reconstruct(X), atol=1e-5)


def test_lower_level_learns_what_the_upper_one_says():
    """Bottom codes that are copies of the top one cost nothing but the top one's log 3."""
    vae = model(condition_shape=(3,))
    vae.fit({"x": X, "condition": LABELS}, verbose=0)
    codes = np.repeat(np.random.default_rng(0).integers(3, size=(96, 1)), 5, axis=1)
    conditions = np.eye(3)[np.arange(96) % 3]
    optimizer = keras.optimizers.Adam(0.03)
    vae.prior_layer.fit(codes, conditions, epochs=30, batch_size=32, optimizer=optimizer, verbose=0)
    log_p = vae.prior_layer.log_prob(codes, condition=conditions)
    assert -log_p.mean() < np.log(3) + 0.3
    assert vae.generate(condition=[0, 1, 2], seed=0).shape == (3, 4, 4)


def test_any_prior_over_codes_fits():
    vae = model(prior=priors.MaskGIT(width=8, blocks=1, heads=2))
    vae.fit(X, verbose=0)
    vae.fit_prior(X, epochs=1, verbose=0)
    assert vae.generate(2, seed=0).shape == (2, 4, 4)


@pytest.mark.parametrize(
    "wrong, message",
    [
        ({"num_levels": 1}, "num_levels >= 2"),
        ({"strides": (1,)}, "every stride is 2"),
        ({"posterior": "vector_quantizer"}, "levels of codes"),
    ],
)
def test_wrong_arguments_are_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        models.VQVAE2((8, 8), 3, **{"filters": (4,), **wrong})
    with pytest.raises(ValueError, match="HierarchicalVQ as posterior"):
        models.VQVAE((4, 4), 3, prior="hierarchical_pixel_cnn", filters=(4,))


def test_latents_have_the_levels_of_every_hierarchy():
    vae = model()
    z, by_level = vae.encode(X), vae.encode(X, by_level=True)
    assert {name: part.shape[1:] for name, part in by_level.items()} == vae.level_shapes
    np.testing.assert_array_equal(vae.join_levels(by_level), z)
    with pytest.raises(ValueError, match="follows from those above at once"):
        vae.reconstruct(X, num_levels=1)
    with pytest.raises(evaluation.NotApplicable):
        evaluation.kl_per_level(vae, X)
