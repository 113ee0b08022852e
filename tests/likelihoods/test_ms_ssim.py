"""Multi-scale structural similarity against SciPy's filters and TensorFlow's own."""

import keras
import numpy as np
import pytest
import scipy.signal
from checks import quick_compile
from keras import ops
from toys import compute, tensor
from traces import gradients

from keras_vae import likelihoods, models
from keras_vae.likelihoods.ms_ssim import ms_ssim

RNG = np.random.default_rng(0)
A = RNG.uniform(size=(3, 24, 20))
B = np.clip(A + 0.2 * RNG.normal(size=A.shape), 0, 1)
WEIGHTS = np.array([0.0448, 0.2856, 0.3001, 0.2363, 0.1333])


def by_hand(a, b, window, num_scales):
    """Of two images (height, width), by direct convolution in float64."""
    offsets = np.arange(window) - window // 2
    kernel = np.exp(-0.5 * (offsets[:, None] ** 2 + offsets**2) / 1.5**2)
    kernel /= kernel.sum()

    def blur(image):
        return scipy.signal.correlate2d(image, kernel, mode="valid")

    weights = WEIGHTS[:num_scales] / WEIGHTS[:num_scales].sum()
    product = 1.0
    for scale in range(num_scales):
        mean_a, mean_b = blur(a), blur(b)
        variance_a, variance_b = blur(a * a) - mean_a**2, blur(b * b) - mean_b**2
        covariance = blur(a * b) - mean_a * mean_b
        contrast = (2 * covariance + 0.03**2) / (variance_a + variance_b + 0.03**2)
        if scale == num_scales - 1:
            contrast *= (2 * mean_a * mean_b + 0.01**2) / (mean_a**2 + mean_b**2 + 0.01**2)
        product *= contrast.mean() ** weights[scale]
        if scale < num_scales - 1:
            a, b = halves(a), halves(b)
    return product


def halves(i):
    return (i[::2, ::2] + i[1::2, ::2] + i[::2, 1::2] + i[1::2, 1::2]) / 4


@pytest.mark.parametrize("window, num_scales", [(11, 1), (5, 2), (5, 3), (3, 3)])
def test_similarity_by_direct_convolution(window, num_scales):
    # 24 x 20 halves evenly twice.
    ours = compute(lambda: ms_ssim(tensor(A), tensor(B), 2, window, num_scales))
    exact = [by_hand(a, b, window, num_scales) for a, b in zip(A, B, strict=True)]
    np.testing.assert_allclose(ours, exact, rtol=2e-5)


def test_similarity_is_tensorflows():
    tf = pytest.importorskip("tensorflow")
    a, b = (RNG.uniform(size=(2, 48, 32, 3)).astype("float32") for _ in range(2))
    b = (0.7 * a + 0.3 * b).astype("float32")
    weights = WEIGHTS[:3] / WEIGHTS[:3].sum()
    theirs = tf.image.ssim_multiscale(a, b, 1.0, power_factors=weights, filter_size=7).numpy()
    ours = compute(lambda: ms_ssim(tensor(a), tensor(b), 3, 7, 3))
    np.testing.assert_allclose(ours, theirs, rtol=1e-4)


def test_equal_images_and_opposite_ones():
    same, opposite = compute(lambda: [ms_ssim(tensor(A), tensor(b), 2, 5, 2) for b in (A, 1.0 - A)])
    np.testing.assert_allclose(same, 1.0, rtol=1e-5)
    assert np.all(opposite < 0.05)
    slope = gradients(lambda b: ops.sum(ms_ssim(tensor(A), b, 2, 5, 2)), 1.0 - A)
    assert np.isfinite(slope).all()


def test_log_prob_is_minus_the_weighted_distance_also_of_several_draws():
    likelihood = likelihoods.MSSSIM(weight=10.0, window=5, num_scales=2)
    likelihood.build_once((24, 20))
    logits = tensor(RNG.normal(size=(4, 3, 24, 20)))
    ours, each = compute(
        lambda: [
            likelihood(logits).log_prob(tensor(A)),
            ms_ssim(tensor(A), ops.sigmoid(logits[1]), 2, 5, 2),
        ]
    )
    assert ours.shape == (4, 3)
    np.testing.assert_allclose(ours[1], -10.0 * (1.0 - each), rtol=1e-5)


def test_trains_with_channels_and_a_batch_of_one():
    vae = models.GaussianVAE(
        (12, 12, 2),
        latent_dim=3,
        hidden=(16,),
        likelihood=likelihoods.MSSSIM(window=3, num_scales=2),
        seed=0,
    )
    quick_compile(vae, keras.optimizers.Adam(0.01))
    x = np.round(RNG.uniform(size=(5, 12, 12, 2))).astype("float32")
    history = vae.fit(x, batch_size=4, epochs=15, verbose=0).history
    assert history["reconstruction"][-1] < history["reconstruction"][0]
    assert vae.generate(2, sample=True).shape == (2, 12, 12, 2)


@pytest.mark.parametrize("shape", [(175, 300), (300, 100, 3), (200,)])
def test_small_images_are_refused(shape):
    with pytest.raises(ValueError, match="of 176 pixels a side or more; use a smaller window"):
        likelihoods.MSSSIM().build_once(shape)


def test_bad_arguments():
    for arguments in ({"window": 4}, {"num_scales": 6}):
        with pytest.raises(ValueError, match="an odd window and 1 to 5 scales"):
            likelihoods.MSSSIM(**arguments)
