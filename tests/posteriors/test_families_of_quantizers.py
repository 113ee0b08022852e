"""Spherical, residual and grouped quantizers, SimVQ and the rotation trick, against NumPy."""

import itertools

import keras
import numpy as np
import pytest
import scipy.spatial
import scipy.special
import scipy.stats
from checks import quick_compile, shared_out, to_numpy
from test_quantizers import gradient
from toys import tensor

from keras_vae import datasets, evaluation, models, networks, objectives, posteriors
from keras_vae.posteriors.gradients import rotation

RNG = np.random.default_rng(0)


def vectors(batch=6, places=(2,), channels=4, seed=1):
    return np.random.default_rng(seed).normal(size=(batch, *places, channels)).astype("float32")


def built(quantizer, z):
    quantizer.build_once(z.shape[1:])
    return quantizer


def codes_of(quantizer, z, training=False):
    q = built(quantizer, z)([tensor(z)], training=training)
    return to_numpy(q.z), to_numpy(q.indices), q


# ---- gradients -------------------------------------------------------------------------------


def test_rotation_turns_and_scales_the_gradient():
    """R of the paper as a matrix, for usual vectors, opposite ones, and one without direction."""
    e, q = RNG.normal(size=(4, 3)), RNG.normal(size=(4, 3))
    q[2] = -3 * e[2]
    e[3] = 0
    weights = RNG.normal(size=(4, 3))
    expected = weights.copy()
    for i in range(3):
        a, b = e[i] / np.linalg.norm(e[i]), q[i] / np.linalg.norm(q[i])
        r = a + b if i == 2 else (a + b) / np.linalg.norm(a + b)
        turn = np.eye(3) - 2 * np.outer(r, r) + 2 * np.outer(b, a)
        scale = np.linalg.norm(q[i]) / np.linalg.norm(e[i])
        np.testing.assert_allclose(scale * turn @ e[i], q[i])
        expected[i] = scale * turn.T @ weights[i]
    e, q, weights = (a.astype("float32") for a in (e, q, weights))
    np.testing.assert_array_equal(to_numpy(rotation(tensor(e), tensor(q))), q)
    found = gradient(lambda t: keras.ops.sum(rotation(t, tensor(q)) * tensor(weights)), e)
    np.testing.assert_allclose(found, expected, rtol=2e-4, atol=1e-5)


def test_gradients_are_checked():
    with pytest.raises(ValueError, match="FSQ: `gradient` must be one of"):
        posteriors.FSQ(gradient="magic")


# ---- one codebook ----------------------------------------------------------------------------


@pytest.mark.parametrize("ema", [True, False])
def test_cosine_finds_the_code_of_the_greatest_cosine(ema):
    z = vectors() * 50
    quantizer = posteriors.VectorQuantizer(5, cosine=True, ema=ema)
    codes_of(quantizer, z, training=True)
    book = to_numpy(quantizer.vectors())
    codes, indices, q = codes_of(quantizer, z)
    cosine = 1 - scipy.spatial.distance.cdist(z.reshape(-1, 4), book, "cosine")
    # Two codes can have started from one vector: either of them is the nearest.
    chosen = np.take_along_axis(cosine, indices.reshape(-1, 1).astype(int), axis=1)[:, 0]
    np.testing.assert_allclose(chosen, cosine.max(axis=1), atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(codes, axis=-1), 1, rtol=1e-5)
    unit = z / np.linalg.norm(z, axis=-1, keepdims=True)
    squares = ((unit - codes) ** 2).sum(axis=(1, 2))
    np.testing.assert_allclose(to_numpy(q.commitment), squares, rtol=1e-4)
    rest = quantizer.start(z.reshape(-1, 4))
    book = to_numpy(quantizer.vectors())
    distance = scipy.spatial.distance.cdist(unit.reshape(-1, 4), book).min(axis=1)
    np.testing.assert_allclose(np.linalg.norm(rest, axis=1), distance, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("decay_warmup", [True, False])
def test_codes_of_a_cosine_keep_their_length(decay_warmup):
    """Their running averages are shorter than 1, and would shrink to where no direction is."""
    quantizer = posteriors.VectorQuantizer(8, cosine=True, decay_warmup=decay_warmup)
    quantizer.build_once((3,))
    z = np.random.default_rng(0).normal(size=(20, 64, 3)).astype("float32")
    for batch in z:
        quantizer([tensor(batch)], training=True)
    raw = to_numpy(quantizer.codebook) + to_numpy(quantizer.offsets)
    np.testing.assert_allclose(np.linalg.norm(raw, axis=-1), 1.0, rtol=1e-5)


def test_sim_vq_learns_a_map_of_fixed_vectors():
    z = vectors()
    quantizer = posteriors.SimVQ(9)
    codes, indices, q = codes_of(quantizer, z)
    book = to_numpy(quantizer.basis) @ to_numpy(quantizer.map)
    index = scipy.spatial.distance.cdist(z.reshape(-1, 4), book).argmin(axis=1)
    np.testing.assert_array_equal(indices.ravel(), index)
    np.testing.assert_allclose(codes.reshape(-1, 4), book[index], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(to_numpy(q.auxiliary), to_numpy(q.commitment), rtol=1e-5)
    assert [v.name for v in quantizer.trainable_variables] == ["map", "bias"]


def test_sim_vq_starts_with_the_mean_and_covariance_of_the_vectors():
    z = (3 + RNG.normal(size=(500, 4)) @ RNG.normal(size=(4, 4))).astype("float32")
    quantizer = built(posteriors.SimVQ(20000), z[:, None])
    assert quantizer.num_starting_vectors > 0
    rest = quantizer.start(z)
    assert quantizer.num_starting_vectors == 0
    codes = to_numpy(quantizer.vectors())
    error = 5 * np.sqrt(2 / 20000) * np.abs(np.cov(z.T)).max()
    np.testing.assert_allclose(np.cov(codes.T), np.cov(z.T), atol=error)
    np.testing.assert_allclose(codes.mean(axis=0), z.mean(axis=0), atol=error)
    assert np.square(rest).mean() < 0.1 * z.var()


def test_bsq_codes_are_corners_and_entropies_those_of_a_softmax():
    z = vectors(batch=11)
    quantizer = posteriors.BSQ(4, entropy_weight=0.7, diversity=0.6, temperature=0.2)
    codes, indices, q = codes_of(quantizer, z)
    u = z.reshape(-1, 4) / np.linalg.norm(z.reshape(-1, 4), axis=-1, keepdims=True)
    corners = np.array(list(itertools.product([-0.5, 0.5], repeat=4)))
    nearest = corners[scipy.spatial.distance.cdist(u, corners).argmin(axis=1)]
    np.testing.assert_allclose(codes.reshape(-1, 4), nearest, rtol=1e-6)
    bound = 2 - 2 / np.sqrt(4)
    assert np.all(((u - nearest) ** 2).sum(axis=1) <= bound)
    p = scipy.special.softmax(u @ corners.T / 0.2, axis=1)  # the paper's, before it falls apart
    sure, diverse = scipy.stats.entropy(p, axis=1), scipy.stats.entropy(p.mean(axis=0))
    expected = 0.7 * (sure - 0.6 * diverse).reshape(11, 2).sum(axis=1)
    np.testing.assert_allclose(to_numpy(q.auxiliary), expected, rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(to_numpy(quantizer.embed(tensor(indices))), codes, rtol=1e-6)


# ---- several codebooks -----------------------------------------------------------------------


@pytest.mark.parametrize("size", [2, 3, 4, 5])
def test_residual_fsq_refines_the_grid(size):
    quantizer = posteriors.ResidualFSQ((size,), num_levels=3)
    z = np.linspace(-1.5, 1.5, 400, dtype="float32").reshape(-1, 1, 1)
    codes, indices, _ = codes_of(quantizer, z)
    greatest = (0.5 / (size // 2)) ** 3
    assert np.abs(codes - np.tanh(z)).max() == pytest.approx(greatest, rel=0.1)
    assert len(np.unique(np.round(codes, 5))) <= size**3
    np.testing.assert_allclose(to_numpy(quantizer.embed(tensor(indices))), codes, atol=1e-6)
    again = quantizer.embed(quantizer.indices_of(tensor(codes)))
    np.testing.assert_allclose(to_numpy(again), codes, atol=1e-6)


def test_residual_lfq_halves_the_cube():
    z = vectors()
    quantizer = posteriors.ResidualLFQ(4, num_levels=3)
    codes, indices, _ = codes_of(quantizer, z)
    rest, expected = z.copy(), 0.0
    for level in range(3):
        corner = np.where(rest > 0, 1, -1) * 0.5**level
        rest, expected = rest - corner, expected + corner
    np.testing.assert_allclose(codes, expected, rtol=1e-6)
    np.testing.assert_allclose(to_numpy(quantizer.embed(tensor(indices))), codes, rtol=1e-6)


def test_a_product_quantizes_each_group_by_itself():
    z = vectors()
    quantizer = posteriors.ProductQuantizer([posteriors.LFQ(2), posteriors.ResidualLFQ(2, 3)])
    codes, indices, q = codes_of(quantizer, z)
    first, own, p = codes_of(posteriors.LFQ(2), z[..., :2])
    second, others, r = codes_of(posteriors.ResidualLFQ(2, 3), z[..., 2:])
    np.testing.assert_array_equal(codes, np.concatenate([first, second], axis=-1))
    np.testing.assert_array_equal(indices, np.concatenate([own[..., None], others], axis=-1))
    for term in ("commitment", "auxiliary"):
        total = to_numpy(getattr(p, term)) + to_numpy(getattr(r, term))
        np.testing.assert_allclose(to_numpy(getattr(q, term)), total, rtol=1e-5)
    np.testing.assert_array_equal(to_numpy(quantizer.embed(tensor(indices))), codes)
    np.testing.assert_array_equal(to_numpy(quantizer.indices_of(tensor(codes))), indices)
    with pytest.raises(ValueError, match="equally many codes"):
        posteriors.ProductQuantizer([posteriors.LFQ(2), posteriors.LFQ(3)])
    with pytest.raises(ValueError, match="groups divide"):
        quantizer.latent_shape([(2, 5)])


def test_level_dropout_decodes_the_first_levels_of_some_examples():
    z = vectors(batch=400, places=(3,))
    quantizer = posteriors.ResidualLFQ(4, num_levels=3, level_dropout=0.5)
    _, indices, q = codes_of(quantizer, z, training=True)
    each = [
        to_numpy(lfq.embed(tensor(indices[..., level]))) * 0.5**level
        for level, lfq in enumerate(quantizer.quantizers)
    ]
    sums = np.cumsum(each, axis=0)
    fits = np.isclose(to_numpy(q.z), sums, atol=1e-5).all(axis=(2, 3))  # of all places at once
    np.testing.assert_array_equal(fits.sum(axis=0), 1)
    shares = fits.mean(axis=1)
    np.testing.assert_allclose(shares, [0.25, 0.25, 0.5], atol=5 * np.sqrt(0.25 / 400))
    assert np.allclose(codes_of(quantizer, z)[0], sums[-1])


# ---- in models -------------------------------------------------------------------------------

KINDS = {
    "cosine": lambda: posteriors.VectorQuantizer(16, cosine=True),
    "rotation": lambda: posteriors.VectorQuantizer(16, gradient="rotation"),
    "SimVQ": lambda: posteriors.SimVQ(16),
    "BSQ": lambda: posteriors.BSQ(4),
    "ResidualFSQ": lambda: posteriors.ResidualFSQ((3, 3, 3, 3), level_dropout=0.5),
    "ResidualLFQ": lambda: posteriors.ResidualLFQ(4),
    "product": lambda: posteriors.ProductQuantizer(
        [posteriors.VectorQuantizer(8), posteriors.VectorQuantizer(8, ema=False)]
    ),
}


def model(posterior, channels=4):
    network = networks.Residual((16, 16), blocks=1)
    encoder = network.code_encoder((8, 8), channels, True)
    decoder = network.code_decoder((2, 2, channels), {"logits": (8, 8)})
    return models.QuantizedVAE(
        encoder,
        decoder,
        posterior=posterior,
        objective=objectives.Quantized(),
        prior="gated_pixel_cnn",
        seed=0,
    )


@pytest.mark.parametrize("kind", shared_out(KINDS))
def test_models_train_save_and_generate(kind, tmp_path):
    x = datasets.digits().train.x[:64]
    vae = quick_compile(model(KINDS[kind]()))
    history = vae.fit(x, epochs=2, batch_size=32, verbose=0).history
    assert np.isfinite(history["loss"]).all()
    indices = vae.encode_indices(x)
    decoded = vae.decode_indices(indices)
    np.testing.assert_allclose(decoded, vae.reconstruct(x), rtol=1e-4, atol=1e-5)
    if kind == "product":  # others have one level, or a residual quantizer's, tested elsewhere
        vae.fit_prior(x, epochs=1, verbose=0)
        assert vae.generate(2, seed=0).shape == (2, 8, 8)
    vae.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again.encode_indices(x), indices)
    np.testing.assert_allclose(again.decode_indices(indices), decoded, rtol=1e-5, atol=1e-6)


# ---- semantic IDs ----------------------------------------------------------------------------


def test_semantic_ids_tell_items_apart(tmp_path):
    """Items are vectors; some are there twice, and get equal codes and another number."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 12)).astype("float32")
    x = np.concatenate([x, x[:20]])
    vae = models.ResidualVQVAE(
        (12,), 4, 3, 8, network="mlp", hidden=(16,), likelihood="normal", seed=0
    )
    quick_compile(vae).fit(x, epochs=2, verbose=0)
    indices = vae.encode_indices(x)
    assert indices.shape == (80, 3)
    assert 0.25 <= evaluation.collision_rate(indices) < 1
    ids = vae.semantic_ids(x)
    np.testing.assert_array_equal(ids[:, :-1], indices)
    assert evaluation.collision_rate(ids) == 0
    for row in np.unique(indices, axis=0):
        same = ids[(indices == row).all(axis=1), -1]
        np.testing.assert_array_equal(same, np.arange(len(same)))
    names = [f"item {i}" for i in range(80)]
    lines = vae.export_semantic_ids(tmp_path / "items.csv", x, names).read_text().splitlines()
    assert lines[0] == "item,code_0,code_1,code_2,number"
    assert lines[80] == ",".join(["item 79", *map(str, ids[79])])
    with pytest.raises(ValueError, match="a name for each of 80 items"):
        vae.export_semantic_ids(tmp_path / "items.csv", x, names[:3])


def test_codes_of_items_do_not_collapse():
    """Item embeddings with a large common mean: where codebooks of gradients collapse.

    Without k-means, running averages and restarts three quarters of these items share their codes
    with others, and the first of three codebooks uses 17 of its 64 codes (measured by 15 epochs of
    the same networks).
    """
    rng = np.random.default_rng(0)
    centers = rng.normal(size=(8, 64))
    x = 5 + centers[rng.integers(0, 8, 2000)] + 0.3 * rng.normal(size=(2000, 64))
    vae = models.ResidualVQVAE(
        (64,), 16, 3, 64, network="mlp", hidden=(64,), likelihood="normal", seed=0
    )
    quick_compile(vae).fit(x.astype("float32"), epochs=10, batch_size=64, verbose=0)
    indices = vae.encode_indices(x)
    assert evaluation.collision_rate(indices) < 0.2
    assert min(len(np.unique(level)) for level in indices.T) > 25
