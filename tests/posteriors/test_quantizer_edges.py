"""Quantizers where they are apt to break: rare codes, few and many levels, huge codebooks."""

import math

import keras
import numpy as np
import pytest
import scipy.spatial
import scipy.stats
from checks import BACKEND, quick_compile, to_numpy
from toys import compute, tensor
from traces import compiled, gradients

from keras_vae import datasets, distributions, models, posteriors
from keras_vae.posteriors.kmeans import nearest_center
from keras_vae.posteriors.vector_quantizer import nearest

RNG = np.random.default_rng(0)


# ---- running averages ------------------------------------------------------------------------


def train(quantizer, z, steps):
    """`steps` steps on the same vectors, in one compiled loop."""
    variables = quantizer.variables

    def body(i, values):
        with keras.StatelessScope(state_mapping=list(zip(variables, values, strict=True))) as scope:
            quantizer.to_codes(z, training=True)
        return [scope.get_current_value(v) for v in variables]

    def loop():
        values = [keras.ops.convert_to_tensor(v) for v in variables]
        return keras.ops.fori_loop(0, steps, body, values)

    if BACKEND == "tensorflow":  # step by step it takes half a minute
        import tensorflow as tf

        loop = tf.function(loop)
    for variable, value in zip(variables, compiled(loop)(), strict=True):
        variable.assign(value)


@pytest.mark.parametrize(
    "decay, residual, at_step",
    [(0.9, False, 1.0), (0.99, True, 2.0), (0.9999, False, 2.0), (0.9999, True, 1.0)],
)
def test_codebook_rests_where_its_vectors_are(decay, residual, at_step):
    """A thousand steps at uneven shares: every vector is its code, and no code may move."""
    code = np.concatenate([np.zeros(993, int), np.arange(1, 8)])  # shares .993 and 7 x .001
    books = [(5.0 + RNG.normal(size=(8, 3))).astype("float32")]
    z, kwargs = books[0][code], {"num_codes": 8, "decay": decay, "restart_below": 0.0}
    shares = [np.bincount(code, minlength=8) / len(code)]
    quantizer = posteriors.VectorQuantizer(**kwargs)
    if residual:
        # Around each first code two vectors, one on each side: their mean is the code.
        quantizer, sides = posteriors.ResidualVQ(2, **kwargs), RNG.normal(0, 0.02, size=(4, 3))
        books.append(np.concatenate([sides, -sides]).astype("float32"))
        second = np.concatenate([code % 4, code % 4 + 4])
        z = np.concatenate([z, z]) + books[1][second]
        shares.append(np.bincount(second, minlength=8) / len(second))
    quantizer.build_once((3,))
    each = quantizer.quantizers if residual else [quantizer]
    for one, book, share in zip(each, books, shares, strict=True):
        one.codebook.assign(book)
        one.shares.assign(share)
        one.started.assign(at_step)
    train(quantizer, tensor(z), 1000)
    for one, book, share in zip(each, books, shares, strict=True):
        np.testing.assert_allclose(to_numpy(one.shares), share, rtol=1e-3)
        np.testing.assert_allclose(to_numpy(one.vectors()), book, atol=1e-5)


def test_rare_codes_do_not_shrink():
    """The finding's numbers: at decay 0.999 rare codes lost 7 % of their norm."""
    book = np.array([[10.0, 0.0], [0.0, 10.0]], "float32")
    z = np.concatenate([np.repeat(book[:1], 999, axis=0), book[1:]])
    quantizer = posteriors.VectorQuantizer(2, decay=0.999, restart_below=0.0)
    quantizer.build_once((2,))
    quantizer.start(book)
    train(quantizer, tensor(z), 1500)
    np.testing.assert_allclose(to_numpy(quantizer.vectors()), book, atol=1e-4)


# ---- nearest codes ---------------------------------------------------------------------------


@pytest.mark.parametrize("offset", [0.0, 300.0, 10_000.0])
def test_nearest_code_far_from_the_origin(offset):
    codes = (offset + RNG.normal(size=(64, 4))).astype("float32")
    z = (offset + RNG.normal(size=(2000, 4))).astype("float32")
    distance = scipy.spatial.distance.cdist(z.astype("float64"), codes.astype("float64"))
    for index in (to_numpy(nearest(tensor(z), tensor(codes))), nearest_center(z, codes)):
        chosen = distance[np.arange(len(z)), index.astype(int)]
        np.testing.assert_allclose(chosen, distance.min(axis=1), rtol=1e-5)


# ---- levels ----------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [2, 3, 4, 5, 8, 1001, 2048, 65_536])
def test_every_number_of_levels_gives_valid_codes(size):
    quantizer = posteriors.FSQ((size,))
    quantizer.build_once((1,))
    z = np.concatenate([[-1e30, -100.0, 100.0, 1e30], np.linspace(-12, 12, 5001)])[:, None]
    q = quantizer([tensor(z)])
    index = to_numpy(q.indices)
    assert index.min() == 0 and index.max() == size - 1
    # They rise with z, and the outermost ones are those of the ends.
    assert np.all(np.diff(index[4:]) >= 0)
    assert index[:2].tolist() == [0, 0] and index[2:4].tolist() == [size - 1] * 2
    np.testing.assert_array_equal(compute(lambda: quantizer.embed(q.indices)), to_numpy(q.z))
    every = np.arange(size)
    back = compute(lambda: quantizer.indices_of(quantizer.embed(every)))
    np.testing.assert_array_equal(back, every)


@pytest.mark.parametrize("size", [2, 3, 4, 5, 8])
def test_few_levels_share_the_vectors_and_have_a_gradient(size):
    quantizer = posteriors.FSQ((size,))
    quantizer.build_once((1,))
    z = RNG.normal(size=(4000, 1))
    shares = np.bincount(to_numpy(quantizer([tensor(z)]).indices).astype(int), minlength=size)
    assert shares.min() > 100
    slope = gradients(
        lambda t: keras.ops.sum(quantizer([t], training=True).z), np.array([[-1.0], [0.0], [1.0]])
    )
    assert slope.min() > 0.1


def test_two_levels_are_used_in_training():
    x = datasets.digits().train.x[:300]
    keras.utils.set_random_seed(0)
    vae = models.FSQVAE((8, 8), levels=(2,) * 5, filters=(16,), blocks=1, seed=0)
    quick_compile(vae, keras.optimizers.Adam(0.002))
    vae.fit(x, epochs=4, batch_size=50, verbose=0)
    # With the shift of the other even numbers it was one code, of 32 here.
    assert vae.code_usage(x)["usage"] > 0.5


HUGE = {
    "fsq": lambda: (posteriors.FSQ((8,) * 9), 9),  # 2^27 codes
    "fsq_wide": lambda: (posteriors.FSQ((16,) * 7), 7),
    "lfq": lambda: (posteriors.LFQ(27), 27),
    "lfq_most": lambda: (posteriors.LFQ(30), 30),
}


@pytest.mark.parametrize("name", ["fsq", "fsq_wide", "lfq", "lfq_most"])
def test_codes_beyond_float32_are_exact(name):
    quantizer, channels = HUGE[name]()
    quantizer.build_once((channels,))
    z = RNG.normal(0, 2, size=(500, channels))
    q = quantizer([tensor(z)])
    np.testing.assert_array_equal(compute(lambda: quantizer.embed(q.indices)), to_numpy(q.z))
    back = compute(lambda: quantizer.indices_of(q.z))
    np.testing.assert_array_equal(back, to_numpy(q.indices))
    assert to_numpy(q.indices).max() > 2**24
    checked = quantizer.check_indices(keras.ops.convert_to_numpy(q.indices))
    np.testing.assert_array_equal(checked, to_numpy(q.indices))


def test_more_codes_than_an_int32_numbers_are_refused():
    with pytest.raises(ValueError, match=r"2\^31 - 1.*levels=\(2147483648,\)"):
        posteriors.FSQ((2**31,))
    with pytest.raises(ValueError, match=r"2\^31 - 1.*num_bits=31"):
        posteriors.LFQ(31)


@pytest.mark.parametrize("num_codes", [40, 2**27])
def test_usage_and_perplexity_take_no_array_of_all_codes(num_codes):
    codes = RNG.geometric(0.1, size=(50, 7, 2)).clip(max=39)
    zeros = tensor(np.zeros(50))
    q = distributions.Quantized(
        None, keras.ops.convert_to_tensor(codes, dtype="int32"), zeros, zeros, num_codes, 2
    )
    used, perplexity = compute(q.usage_and_perplexity)
    columns = codes.reshape(-1, 2).T
    entropy = [scipy.stats.entropy(np.bincount(column)) for column in columns]
    assert used == pytest.approx(np.mean([len(set(c)) for c in columns]) / num_codes, rel=1e-5)
    assert perplexity == pytest.approx(np.mean(np.exp(entropy)), rel=1e-5)


@pytest.mark.parametrize("num_bits", [1, 4, 12])
def test_entropy_of_the_batch_is_that_of_all_corners(num_bits):
    quantizer = posteriors.LFQ(num_bits, temperature=2.0)
    quantizer.build_once((num_bits,))
    z = np.random.default_rng(num_bits).normal(size=(40, num_bits))
    on = 1 / (1 + np.exp(-4 * z / 2.0))
    bits = (np.arange(2**num_bits)[:, None] >> np.arange(num_bits)) & 1  # (codes, bits)
    share = np.mean([np.prod(np.where(bits, p, 1 - p), axis=1) for p in on], axis=0)
    each = scipy.stats.bernoulli(on).entropy().sum(axis=1)
    np.testing.assert_allclose(
        to_numpy(quantizer([tensor(z)]).auxiliary),
        each - scipy.stats.entropy(share),
        rtol=1e-4,
        atol=1e-6,
    )


MODELS = {
    "fsq": lambda: models.FSQVAE((4, 4), (8,) * 9, filters=(4,), blocks=1, seed=0),
    "lfq": lambda: models.LFQVAE((4, 4), 27, filters=(4,), blocks=1, seed=0),
}


@pytest.mark.parametrize("name", MODELS)
def test_model_with_a_huge_codebook_is_made_and_trained(name):
    vae = quick_compile(MODELS[name]())
    assert vae.posterior_layer.num_codes == 2**27 and vae.count_params() < 10_000
    x = RNG.uniform(size=(8, 4, 4)).astype("float32")
    history = vae.fit(x, verbose=0).history
    assert math.isfinite(history["loss"][0])
    indices = vae.encode_indices(x)
    assert 0 < vae.code_usage(x)["usage"] < 1e-6
    np.testing.assert_allclose(vae.decode_indices(indices), vae.reconstruct(x), atol=1e-5)
    with pytest.raises(ValueError, match="codes"):
        vae.fit_prior(x, verbose=0)
