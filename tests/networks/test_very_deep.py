"""Very deep networks, against a small reimplementation of the paper's code in NumPy."""

import math

import keras
import numpy as np
import pytest
import scipy.linalg
import scipy.special
import scipy.stats
from checks import perturb, quick_compile, to_numpy
from toys import compute, tensor

from keras_vae import models, networks
from keras_vae.networks.block_strings import Block, default_heights, parse_blocks

BLOCKS = {"enc_blocks": "8x1,8d2,4x2,4d4,1x1", "dec_blocks": "1x1,4m1,4x1,8m4"}
#: the same, as the reimplementation reads them: height and smaller maps that are mixed in
DECODER = [(1, None), (4, 1), (4, None), (8, 4)]


def vdvae(residual=False, **kwargs):
    options = {"latent_dim": 2, "width": 6, "bottleneck": 0.5, **BLOCKS, "residual": residual}
    return models.VDVAE((8, 8), **{**options, **kwargs}, seed=0)


# ---- the paper's code, in NumPy, channels last ---------------------------------------------------


def convolve(x, kernel, bias):
    """Cross-correlation with zeros around, (n, height, width, in) -> (..., out)."""
    size, out = kernel.shape[0], np.zeros((*x.shape[:3], kernel.shape[3]))
    pad = size // 2
    padded = np.pad(x, [(0, 0), (pad, pad), (pad, pad), (0, 0)])
    for i in range(size):
        for j in range(size):
            out += padded[:, i : i + x.shape[1], j : j + x.shape[2]] @ kernel[i, j]
    return out + bias


def gelu(x):
    return x * 0.5 * (1 + scipy.special.erf(x / math.sqrt(2)))


def block(x, weights):
    """Four convolutions from pairs of kernel and bias, a GELU in front of each."""
    for _ in range(4):
        x = convolve(gelu(x), next(weights), next(weights))
    return x


def enlarge(x, factor):
    return x.repeat(factor, axis=1).repeat(factor, axis=2)


def shrink(x, factor):
    n, height, width, channels = x.shape
    parts = x.reshape(n, height // factor, factor, width // factor, factor, channels)
    return parts.mean(axis=(2, 4))


def weights_of(network):
    return iter([w.astype("float64") for w in network.get_weights()])


def encoder_maps(x, weights):
    """The encoder's last maps of each height."""
    x = convolve(x[..., None], next(weights), next(weights))
    maps = {8: x}
    for rate in (1, 2, 1, 1, 4, 1):
        x = shrink(x + block(x, weights), rate)
        maps[x.shape[1]] = x
    return maps


def normal_kl(mean, log_scale, other_mean, other_log_scale):
    """The paper's code: KL of normals from logarithms of their deviations."""
    squares = np.exp(log_scale) ** 2 + (mean - other_mean) ** 2
    return -0.5 + other_log_scale - log_scale + 0.5 * squares / np.exp(other_log_scale) ** 2


def bound(vae, x, z, residual):
    """KL of each level, (levels, n), and log p(x|z), (n,), at given draws, a list of maps."""
    maps, decoder = encoder_maps(x, weights_of(vae.encoder)), vae.decoder
    states = {int(k): np.repeat(v.get_weights(), len(x), 0) for k, v in decoder.biases.items()}
    kls = []
    for i, (height, mixin) in enumerate(DECODER):
        state = states[height]
        if mixin is not None:
            state = state + enlarge(states[mixin], height // mixin)
        both = np.concatenate([state, maps[height]], axis=-1)
        said = np.split(block(both, weights_of(decoder.posteriors[i])), 2, axis=-1)
        features = block(state, weights_of(decoder.priors[i]))
        p = np.split(features[..., :4], 2, axis=-1)
        q = [a + b for a, b in zip(p, said, strict=True)] if residual else said
        kls.append(normal_kl(*q, *p).sum(axis=(1, 2, 3)))
        state, weights = state + features[..., 4:], weights_of(decoder.moves[i])
        state = state + convolve(z[i], next(weights), next(weights))
        states[height] = state + block(state, weights)
    gain, bias, kernel, offset = weights_of(decoder.output_network)
    logits = convolve(states[8] * gain + bias, kernel, offset)[..., 0]
    log_p = scipy.stats.bernoulli.logpmf(x, scipy.special.expit(logits)).sum(axis=(1, 2))
    return np.stack(kls), log_p


@pytest.mark.parametrize("residual", [False, True])
def test_bound_is_that_of_the_papers_code(residual):
    vae = perturb(vdvae(residual), scale=0.2)
    x = (np.random.default_rng(0).uniform(size=(3, 8, 8)) < 0.3).astype("float32")

    def terms():
        trace = vae.trace(tensor(x), seed=0)
        loss, terms = vae.objective(trace=trace)
        each = [terms[f"kl_{name}"] for name in vae.level_shapes]
        return trace.z, trace.kl(), trace.log_likelihood(), trace.log_ratio(), *each

    z, kl, log_p, ratio, *each = compute(terms)
    expected, expected_log_p = bound(vae, x, list(vae.split_levels(z).values()), residual)
    assert expected.min() > 1e-3
    np.testing.assert_allclose(kl, expected.sum(axis=0), rtol=1e-4)
    np.testing.assert_allclose(each, expected.mean(axis=1), rtol=1e-4)
    np.testing.assert_allclose(log_p, expected_log_p, rtol=1e-4)
    # The decoder by itself, and the prior by itself, go the same way again.
    again, log_ratio = compute(
        lambda: (
            vae.decoded(tensor(z)).log_prob(tensor(x)),
            vae.encoded(tensor(x)).log_prob(tensor(z)) - vae.prior_of().log_prob(tensor(z)),
        )
    )
    np.testing.assert_allclose(again, log_p, rtol=1e-4)
    np.testing.assert_allclose(log_ratio, ratio, rtol=1e-3, atol=1e-3)


def test_a_step_goes_down_once():
    """Posterior, prior and likelihood share the way through the levels."""
    vae, calls = vdvae(), []
    at = vae.decoder.at
    object.__setattr__(vae.decoder, "at", lambda *args: calls.append(args[0]) or at(*args))
    loss = vae.objective(trace=vae.trace(tensor(np.zeros((2, 8, 8))), seed=0))[0]
    assert np.isfinite(to_numpy(loss)) and calls == [0, 1, 2, 3]


def test_first_weights():
    """Last convolutions in front of a sum have 1 / N of the variance, and priors begin at zero."""
    vae = models.VDVAE((8, 8), latent_dim=2, width=64, **BLOCKS, seed=0)
    kernels = [w for w in vae.decoder.moves[1].get_weights() if w.ndim == 4]
    for kernel, depth in ((kernels[0], 4), (kernels[-1], 4), (kernels[1], 1)):
        limit = math.sqrt(1 / depth / math.prod(kernel.shape[:3]))
        assert 0.8 * limit < np.abs(kernel).max() <= limit
    assert not np.any(vae.decoder.priors[1].get_weights()[-2])


def test_spectral_penalty_is_the_largest_singular_value():
    """SciPy's, of each kernel in a block, and it is in the loss and in files."""
    kernel = np.random.default_rng(0).normal(size=(3, 3, 4, 5)).astype("float32")
    found = to_numpy(networks.SpectralRegularizer(2.0, iterations=100)(tensor(kernel)))
    expected = scipy.linalg.svdvals(kernel.reshape(36, 5))[0]
    np.testing.assert_allclose(found, 2 * expected, rtol=1e-4)
    vae = quick_compile(vdvae(spectral=0.1), keras.optimizers.SGD(0.0))
    kernels = [v for v in vae.trainable_variables if v.regularizer is not None]
    assert len(kernels) == 4 * (6 + 3 * 4)  # in six blocks of the encoder, and three times four
    penalty = 0.1 * sum(to_numpy(networks.SpectralRegularizer(1.0)(v.value)) for v in kernels)
    logs = vae.evaluate(np.zeros((2, 8, 8), "float32"), verbose=0, return_dict=True)
    difference = logs["loss"] - logs["kl"] - logs["reconstruction"]
    np.testing.assert_allclose(difference, penalty, rtol=1e-3)


def test_blocks_as_strings():
    assert parse_blocks("dec_blocks", "1x2, 4m1,32d2,8") == [
        *(Block(1), Block(1), Block(4, mixin=1)),
        *(Block(32, rate=2), Block(8)),
    ]
    assert default_heights(28) == [28, 14, 7, 1] and default_heights(32) == [32, 16, 8, 4, 1]
    levels = networks.VeryDeep().level_shapes((28, 28, 3), 16)
    assert list(levels)[:4] == ["1x1", "7x7_1", "7x7_2", "7x7_3"] and len(levels) == 10
    assert networks.VeryDeep().level_shapes((4, 3), 2)["4x3_1"] == (4, 3, 2)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"dec_blocks": "1x1,4q1"}, "dec_blocks.*pieces such as"),
        ({"enc_blocks": "4x1"}, "begin at the height of the data"),
        ({"dec_blocks": "1x1,8m4"}, "mixes in those that come before"),
        ({"dec_blocks": "1x1,2m1,8m2"}, "of the heights"),
        ({"dec_blocks": "1x1,4m1"}, "end at the height of the data"),
        ({"width": 0}, "width"),
        ({"bottleneck": 2.0}, "bottleneck"),
        ({"latent_dim": (2,)}, "latent_dim"),
    ],
)
def test_bad_arguments(options, message):
    with pytest.raises(ValueError, match=message):
        vdvae(**options)


def test_a_condition_reaches_prior_and_posterior_and_files(tmp_path):
    vae = quick_compile(perturb(vdvae(condition_shape=(3,)), scale=0.2))
    x, labels = np.zeros((6, 8, 8), "float32"), np.arange(6) % 3
    cold = vae.generate(condition=[0, 1, 2], temperature=0.0)
    assert np.abs(cold[0] - cold[1]).max() > 1e-4
    assert np.isfinite(vae.fit({"x": x, "condition": labels}, verbose=0).history["loss"]).all()
    assert vae.log_likelihood(x, 3, condition=labels).shape == (6,)
    vae.save(tmp_path / "vae.keras")
    loaded = keras.saving.load_model(tmp_path / "vae.keras")
    np.testing.assert_array_equal(
        loaded.encode(x, condition=labels), vae.encode(x, condition=labels)
    )


def test_mixed_precision_has_float32_terms():
    small = {"enc_blocks": "8d8", "dec_blocks": "1x1,8m1"}
    vae = quick_compile(vdvae(dtype="mixed_bfloat16", **small))
    history = vae.fit(np.zeros((4, 8, 8), "float32"), verbose=0).history
    assert np.isfinite([values[0] for values in history.values()]).all()
    assert {v.dtype for v in vae.weights} == {"float32"}
    assert vae.encode(np.zeros((2, 8, 8), "float32")).dtype == "float32"
