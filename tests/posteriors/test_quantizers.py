"""Quantizers against NumPy: nearest codes, running averages, k-means, bijections, entropies."""

import itertools
import math

import keras
import numpy as np
import pytest
import scipy.cluster.vq
import scipy.spatial
import scipy.stats
from checks import BACKEND, levels, quick_compile, shared_out, to_numpy
from toys import compute, tensor

from keras_vae import datasets, models, objectives, posteriors
from keras_vae.posteriors.kmeans import kmeans

RNG = np.random.default_rng(0)
CODEBOOK = RNG.normal(size=(5, 3)).astype("float32")


def vectors(batch=7, places=(2, 2), channels=3, seed=1):
    """Encoder outputs, (batch, *places, channels)."""
    return np.random.default_rng(seed).normal(size=(batch, *places, channels)).astype("float32")


def started(shares=None, **kwargs):
    """A vector quantizer with a known codebook."""
    quantizer = posteriors.VectorQuantizer(5, **kwargs)
    quantizer.build_once((2, 2, 3))
    quantizer.codebook.assign(CODEBOOK)
    quantizer.shares.assign(np.full(5, 0.2) if shares is None else shares)
    quantizer.started.assign(1.0)
    return quantizer


def nearest(z, codebook):
    return scipy.spatial.distance.cdist(z.reshape(-1, z.shape[-1]), codebook).argmin(axis=1)


def gradient(function, at):
    """Of a scalar function of one tensor, and of a layer's weights where `at` is a variable."""
    if BACKEND == "jax":
        import jax

        return np.asarray(jax.grad(function)(tensor(at)))
    if BACKEND == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape() as tape:
            t = tensor(at)
            tape.watch(t)
            value = function(t)
        return tape.gradient(value, t).numpy()
    t = tensor(at).requires_grad_()
    function(t).backward()
    return t.grad.numpy()


# ---- vector quantizer ------------------------------------------------------------------------


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("ema", [True, False])
def test_each_vector_becomes_the_nearest_code(training, ema):
    z, quantizer = vectors(), started(ema=ema)
    q = quantizer([tensor(z)], training=training)
    index = nearest(z, CODEBOOK)
    np.testing.assert_array_equal(to_numpy(q.indices).ravel(), index)
    np.testing.assert_allclose(to_numpy(q.z).reshape(-1, 3), CODEBOOK[index], rtol=1e-6)
    squared = ((z.reshape(-1, 3) - CODEBOOK[index]) ** 2).reshape(7, -1).sum(axis=1)
    np.testing.assert_allclose(to_numpy(q.commitment), squared, rtol=1e-5)
    np.testing.assert_allclose(to_numpy(q.auxiliary), 0 if ema else squared, rtol=1e-5)
    used, perplexity = (float(t) for t in q.usage_and_perplexity())
    shares = np.bincount(index, minlength=5) / len(index)
    assert used == pytest.approx(np.mean(shares > 0))
    assert perplexity == pytest.approx(math.exp(scipy.stats.entropy(shares)), rel=1e-5)


def test_gradients_go_straight_through_and_to_the_commitment():
    z, weights = vectors(), vectors(seed=2)
    quantizer = started()
    codes = CODEBOOK[nearest(z, CODEBOOK)].reshape(z.shape)

    def trained(t):
        # Its state changes are of no matter here.
        with keras.StatelessScope():
            return keras.ops.sum(quantizer([t], training=True).z * tensor(weights))

    def commitment(t):
        return keras.ops.sum(quantizer([t]).commitment)

    np.testing.assert_allclose(gradient(trained, z), weights, rtol=1e-6)
    np.testing.assert_allclose(gradient(commitment, z), 2 * (z - codes), rtol=1e-4, atol=1e-6)


#: the decays of three steps with 28, 4 and 16 vectors for 5 codes: at the end, as of older files,
#: and as they rise, (1 + t) / (10 + t) but for the second, whose batch is small: 1 - 4 / (2 * 5)
DECAYS = {1.0: (0.9, 0.9, 0.9), 2.0: (0.1, 0.6, 3 / 12), 102.0: (0.9, 0.9, 0.9)}


@pytest.mark.parametrize("at_step", DECAYS)
def test_running_averages_are_numpys(at_step):
    quantizer = started(restart_below=0.0, decay=0.9)
    quantizer.started.assign(at_step)
    counts, sums = np.full(5, 0.2), 0.2 * CODEBOOK.astype("float64")
    codebook = CODEBOOK.astype("float64")
    for step, batch in enumerate((7, 1, 4)):
        z = vectors(batch, seed=step)
        quantizer([tensor(z)], training=True)
        flat, one_hot = z.reshape(-1, 3), np.eye(5)[nearest(z, codebook)]
        decay = DECAYS[at_step][step]
        counts = decay * counts + (1 - decay) * one_hot.mean(axis=0)
        sums = decay * sums + (1 - decay) * one_hot.T @ flat / len(flat)
        codebook = sums / counts[:, None]
        np.testing.assert_allclose(to_numpy(quantizer.shares), counts, rtol=1e-5)
        np.testing.assert_allclose(to_numpy(quantizer.vectors()), codebook, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("ema", [True, False])
def test_dead_codes_are_replaced_by_vectors_of_the_batch(ema):
    far = CODEBOOK.copy()
    far[[1, 3]] = 1e3  # where no vector goes
    quantizer = started(shares=[0.3, 0.015, 0.3, 0.385, 0.0], ema=ema)
    quantizer.codebook.assign(far)
    z = vectors()
    quantizer([tensor(z)], training=True)
    new = to_numpy(quantizer.vectors())
    distance = scipy.spatial.distance.cdist(new, z.reshape(-1, 3)).min(axis=1)
    assert distance[1] < 1e-4  # below a tenth of the average share
    assert np.all(np.abs(new[3]) > 900)  # not yet
    np.testing.assert_allclose(to_numpy(quantizer.shares)[1], 0.2, rtol=1e-6)


def test_first_batch_starts_the_codebook():
    quantizer = posteriors.VectorQuantizer(5)
    quantizer.build_once((2, 2, 3))
    z = vectors()
    q = quantizer([tensor(z)], training=True)
    distance = scipy.spatial.distance.cdist(to_numpy(q.z).reshape(-1, 3), z.reshape(-1, 3))
    assert distance.min(axis=1).max() < 1e-5
    assert quantizer.has_started


@pytest.mark.parametrize("from_data", [True, False])
@pytest.mark.parametrize("decay_warmup", [True, False])
def test_decay_rises_from_the_start_of_the_codebook(from_data, decay_warmup):
    quantizer = posteriors.VectorQuantizer(5, decay_warmup=decay_warmup)
    quantizer.build_once((2, 2, 3))
    if from_data:
        quantizer.start(vectors().reshape(-1, 3))
    for _ in range(4):
        quantizer([tensor(vectors())], training=True)
    steps = 4 if from_data else 3
    assert float(quantizer.started) == (2.0 + steps if decay_warmup else 1.0)


def test_kmeans_is_scipys():
    z = np.concatenate([RNG.normal(c, 0.1, (50, 2)) for c in (0, 3, 7)]).astype("float32")
    centers, index = kmeans(z, 3, seed=4)
    order = np.random.default_rng(4).permutation(len(z))[:3]
    expected, labels = scipy.cluster.vq.kmeans2(z, z[order], iter=10, minit="matrix")
    np.testing.assert_allclose(centers, expected, rtol=1e-4)
    np.testing.assert_array_equal(index, labels)
    few, _ = kmeans(z[:2], 4)
    assert few.shape == (4, 2) and np.isfinite(few).all()


# ---- residual, finite scalar, lookup-free ------------------------------------------------------


def test_residual_codes_add_up():
    quantizer = posteriors.ResidualVQ(3, 5)
    quantizer.build_once((2, 2, 3))
    books = [CODEBOOK / 2**level for level in range(3)]
    for one, book in zip(quantizer.quantizers, books, strict=True):
        one.codebook.assign(book)
    z = vectors()
    q = quantizer([tensor(z)])
    rest, total, commitment, index = z.reshape(-1, 3), 0, 0, []
    for book in books:
        index.append(nearest(rest, book))
        rest, total = rest - book[index[-1]], total + book[index[-1]]
        commitment = commitment + (rest**2).sum(axis=1)
    assert quantizer.code_shape == (2, 2, 3)
    np.testing.assert_array_equal(to_numpy(q.indices).reshape(-1, 3), np.transpose(index))
    np.testing.assert_allclose(to_numpy(q.z).reshape(-1, 3), total, rtol=1e-5, atol=1e-6)
    sums = commitment.reshape(7, -1).sum(axis=1)
    np.testing.assert_allclose(to_numpy(q.commitment), sums, rtol=1e-5)
    again = compute(lambda: quantizer.embed(q.indices))
    np.testing.assert_allclose(again, to_numpy(q.z), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("levels", [(2,), (3, 4), (8, 5, 5, 5), (2, 3, 4, 5)])
def test_finite_scalar_codes_are_a_bijection_with_indices(levels):
    quantizer = posteriors.FSQ(levels)
    quantizer.build_once((len(levels),))
    count = math.prod(levels)
    assert quantizer.num_codes == count
    codes = compute(lambda: quantizer.embed(np.arange(count)))
    assert len(np.unique(codes, axis=0)) == count
    grid = [(np.arange(size) - size // 2) / (size // 2) for size in levels]
    expected = {tuple(np.float32(point)) for point in itertools.product(*grid)}
    assert {tuple(np.float32(code)) for code in codes} == expected
    # And from vectors: every code is reached, and is its own.
    z = np.random.default_rng(0).normal(0, 4, size=(1000 * count, len(levels)))
    q = quantizer([tensor(z)])
    index = to_numpy(q.indices).astype(int)
    np.testing.assert_allclose(to_numpy(q.z), codes[index], atol=1e-6)
    assert set(index) == set(range(count)) or count > 100


def test_finite_scalar_gradient_is_that_of_the_bounded_vectors():
    quantizer = posteriors.FSQ((4, 5))
    quantizer.build_once((2,))
    z = vectors(6, (), 2)
    slope = gradient(lambda t: keras.ops.sum(quantizer([t], training=True).z), z)
    bounded = gradient(lambda t: keras.ops.sum(quantizer.straight(t)), z)
    np.testing.assert_allclose(slope, bounded, rtol=1e-5)
    assert np.all(slope > 0)


def test_lookup_free_codes_are_signs_with_their_entropies():
    quantizer = posteriors.LFQ(3, entropy_weight=0.5, diversity=2.0, temperature=0.7)
    quantizer.build_once((2, 2, 3))
    z = vectors()
    q = quantizer([tensor(z)])
    np.testing.assert_array_equal(to_numpy(q.z), np.sign(z))
    corners = compute(lambda: quantizer.embed(np.arange(8)))
    assert len(np.unique(corners, axis=0)) == 8
    np.testing.assert_array_equal(corners[to_numpy(q.indices).astype(int)], np.sign(z))
    # The soft assignment to all corners, as the paper has it.
    flat = z.reshape(-1, 3).astype("float64")
    logits = -scipy.spatial.distance.cdist(flat, corners, "sqeuclidean") / 0.7
    p = np.exp(logits - np.logaddexp.reduce(logits, axis=1, keepdims=True))
    each = scipy.stats.entropy(p, axis=1) - 2.0 * scipy.stats.entropy(p.mean(axis=0))
    np.testing.assert_allclose(
        to_numpy(q.auxiliary), 0.5 * each.reshape(7, 4).sum(axis=1), rtol=1e-4
    )


# ---- models ------------------------------------------------------------------------------------

X = levels(24, (4, 4), num_levels=2)
SMALL = {"filters": (4,), "blocks": 1, "seed": 0}
MODELS = {
    "VQVAE": {"latent_dim": 3, "num_codes": 6},
    "ResidualVQVAE": {"latent_dim": 3, "num_codes": 6, "num_levels": 2},
    "FSQVAE": {"levels": (3, 4)},
    "LFQVAE": {"num_bits": 3},
}
every = pytest.mark.parametrize("name", shared_out(MODELS))


def model(name="VQVAE", optimizer="adam", **kwargs):
    keras.utils.set_random_seed(1)  # the same networks each time
    made = getattr(models, name)((4, 4), **{**MODELS[name], **SMALL, **kwargs})
    return quick_compile(made, optimizer)


@pytest.mark.parametrize("ema", [True, False])
def test_losses_do_not_depend_on_the_batch_size(ema):
    """Others sum the commitment over the batch: its weight then changes with the batch size."""
    vae = model(ema=ema)
    vae.fit(X, verbose=0)
    one, all_ = (vae.evaluate(X, batch_size=b, verbose=0, return_dict=True) for b in (3, 24))
    for name in ("loss", "reconstruction", "commitment"):
        np.testing.assert_allclose(one[name], all_[name], rtol=1e-5)


@every
def test_terms_are_those_of_the_parts(name):
    vae = model(name)
    vae.fit(X, verbose=0)
    logs = vae.evaluate(X, batch_size=24, verbose=0, return_dict=True)
    z, q = vae.encode(X), vae.posterior(X)
    p = vae.likelihood(z)
    log_prob = compute(lambda: p.log_prob(tensor(X)))
    np.testing.assert_allclose(logs["reconstruction"], -log_prob.mean(), rtol=1e-4)
    commitment, auxiliary = to_numpy(q.commitment).mean(), to_numpy(q.auxiliary).mean()
    np.testing.assert_allclose(logs["commitment"], commitment, rtol=1e-4, atol=1e-6)
    weight = vae.objective.commitment_weight
    total = logs["reconstruction"] + weight * commitment + auxiliary
    np.testing.assert_allclose(logs["loss"], total, rtol=1e-4)
    for term, value in vae.code_usage(X).items():
        np.testing.assert_allclose(logs[term], value, rtol=1e-4)


WITHOUT_CODEBOOK = [("FSQVAE", {"levels": (5, 5, 5)}), ("LFQVAE", {"num_bits": 6})]


@pytest.mark.parametrize("name, kwargs", shared_out(WITHOUT_CODEBOOK))
def test_codes_without_a_codebook_do_not_collapse(name, kwargs):
    """With vectors as they come, 34 to 86 % of the codes are in use."""
    x = datasets.digits().train.x
    vae = getattr(models, name)((8, 8), filters=(16,), blocks=1, seed=0, **kwargs)
    quick_compile(vae, keras.optimizers.Adam(0.002))
    vae.fit(x, epochs=5, batch_size=50, verbose=0)
    assert vae.code_usage(x)["usage"] > 0.9


@pytest.mark.parametrize("name", ["FSQVAE", "LFQVAE"])
def test_vectors_are_normalized_or_left_as_they_come(name):
    still = keras.optimizers.SGD(0.0)  # so that the running averages catch up
    normalized, plain = (model(name, still, normalize=normalize) for normalize in (True, False))
    assert len(normalized.get_weights()) == len(plain.get_weights()) + 2  # mean and variance
    normalized.fit(X, epochs=100, batch_size=24, verbose=0)
    z, raw = (to_numpy(vae.encoder(tensor(X))) for vae in (normalized, plain))
    over_batch = {"axis": (0, 1, 2), "keepdims": True}
    expected = (raw - raw.mean(**over_batch)) / np.sqrt(raw.var(**over_batch) + 0.001)
    np.testing.assert_allclose(z, expected, atol=0.01)


@every
def test_indices_and_back(name):
    vae = model(name)
    vae.fit(X, verbose=0)
    indices = vae.encode_indices(X)
    assert indices.shape == (24, *vae.code_shape) and indices.dtype == "int32"
    assert vae.code_shape[:2] == (2, 2)
    decoded = vae.decode_indices(indices)
    np.testing.assert_allclose(decoded, vae.reconstruct(X), rtol=1e-4, atol=1e-5)
    for bad in (indices[0], indices + 1000, indices - 1000, indices + 0.5):
        with pytest.raises(ValueError, match="indices must"):
            vae.decode_indices(bad)


@pytest.mark.parametrize("ema", [True, False])
def test_codebook_starts_from_kmeans_and_moves_in_the_compiled_loop(ema):
    runs = {}
    for fast_loop in (True, False):
        vae = model(ema=ema)
        vae.use_compiled_loop = fast_loop
        vae.posterior_layer.restart_below = 0.0
        history = vae.fit(X, epochs=3, batch_size=8, shuffle=False, verbose=0).history
        runs[fast_loop] = to_numpy(vae.posterior_layer.vectors()), history
        assert vae.posterior_layer.has_started
    np.testing.assert_allclose(runs[True][0], runs[False][0], rtol=1e-3, atol=1e-4)
    for term in runs[True][1]:
        np.testing.assert_allclose(runs[True][1][term], runs[False][1][term], rtol=1e-3, atol=1e-4)
    # K-means over all vectors, as the untrained encoder makes them.
    vae = model(ema=ema, optimizer=keras.optimizers.SGD(0.0))
    z = vae.program("encoder").run(X).reshape(-1, 3)
    vae.posterior_layer.before_fit(vae.context, X)
    codes = to_numpy(vae.posterior_layer.vectors())
    np.testing.assert_allclose(codes, kmeans(z, 6)[0], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("size", [1, 17])
def test_every_batch_size_works(size):
    history = model().fit(X[:17], batch_size=size if size == 1 else 16, verbose=0).history
    assert np.isfinite([values[0] for values in history.values()]).all()


@pytest.mark.skipif(BACKEND != "torch", reason="only torch traces steps")
@every
def test_steps_are_traced(name):
    from keras_vae.engine.loops.torch import trace_step

    for training in (True, False):
        assert trace_step(model(name), tensor(X[:4]), training) is not None


def test_bound_is_that_of_uniform_codes():
    """With a deterministic posterior log p(x) >= log p(x|z) - places * log(codes)."""
    vae = model()
    vae.fit(X, verbose=0)
    p = vae.likelihood(vae.encode(X))
    log_prob = compute(lambda: p.log_prob(tensor(X)))
    bound = vae.log_likelihood(X, num_samples=2)
    np.testing.assert_allclose(bound, log_prob - 4 * math.log(6), rtol=1e-4)


@pytest.mark.parametrize("make", [models.BernoulliVAE, models.ConvVAE])
def test_quantized_objective_needs_a_quantizer(make):
    with pytest.raises(ValueError, match="quantizer"):
        make((4, 4), objective=objectives.Quantized())


@pytest.mark.parametrize(
    "make",
    [
        lambda: posteriors.VectorQuantizer(0),
        lambda: posteriors.VectorQuantizer(decay=1.0),
        lambda: posteriors.ResidualVQ(num_levels=0),
        lambda: posteriors.FSQ((1, 5)),
        lambda: posteriors.LFQ(40),
        lambda: objectives.Quantized(-1.0),
    ],
)
def test_arguments_are_checked(make):
    with pytest.raises(ValueError, match="needs|must be"):
        make()
