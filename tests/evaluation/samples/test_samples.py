"""Distances between sets and pairs, against closed forms, other libraries and counting by hand."""

import math

import numpy as np
import pytest
import scipy.linalg

from keras_vae.evaluation import frechet_distance, mmd, mse, precision_recall, psnr, ssim
from keras_vae.evaluation.samples.mmd import KERNELS

RNG = np.random.default_rng(0)
IMAGES = RNG.uniform(size=(3, 20, 17))
NOISY = np.clip(IMAGES + 0.1 * RNG.normal(size=IMAGES.shape), 0, 1)


def test_mse_and_psnr_by_hand():
    a, b = np.zeros((2, 2, 2)), np.array([[[1.0, 0], [0, 1]], [[0.1] * 2] * 2])
    np.testing.assert_allclose(mse(a, b), [0.5, 0.01])
    np.testing.assert_allclose(psnr(a, b), [10 * math.log10(2), 20])
    np.testing.assert_allclose(psnr(255 * a, 255 * b, data_range=255), psnr(a, b))
    assert psnr(a, a).tolist() == [np.inf, np.inf]


@pytest.mark.parametrize("data_range", [1.0, 255.0])
def test_ssim_is_that_of_scikit_image(data_range):
    metrics = pytest.importorskip("skimage.metrics")
    settings = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
    a, b = IMAGES * data_range, NOISY * data_range
    expected = [
        metrics.structural_similarity(x, y, data_range=data_range, **settings)
        for x, y in zip(a, b, strict=True)
    ]
    np.testing.assert_allclose(ssim(a, b, data_range), expected, rtol=1e-6)


def test_ssim_of_colours_is_the_mean_of_its_channels():
    a, b = (np.stack([images, images**2], axis=-1) for images in (IMAGES, NOISY))
    channels = [ssim(a[..., i], b[..., i]) for i in range(2)]
    np.testing.assert_allclose(ssim(a, b), np.mean(channels, axis=0))
    np.testing.assert_allclose(ssim(a, a), 1.0)


def test_frechet_distance_is_that_of_a_matrix_root():
    a, b = RNG.normal(size=(200, 5)), RNG.normal(size=(90, 5)) @ RNG.normal(size=(5, 5)) + 0.3
    cov_a, cov_b = np.cov(a.T), np.cov(b.T)
    expected = np.sum((a.mean(0) - b.mean(0)) ** 2)
    expected += np.trace(cov_a + cov_b - 2 * scipy.linalg.sqrtm(cov_a @ cov_b).real)
    assert frechet_distance(a, b) == pytest.approx(expected)
    # Fewer points than features: singular covariances.
    assert frechet_distance(a[:3], a[:3] + 2.0) == pytest.approx(5 * 4.0)


def test_frechet_distance_of_one_feature_in_closed_form():
    a = np.array([[-1.0], [1.0]])  # variance 2
    assert frechet_distance(a, 3 * a + 1) == pytest.approx(1 + 2 * (3 - 1) ** 2)


def test_precision_and_recall_by_hand():
    # With one neighbour, a point's ball reaches as far as the nearest other: 1, 1, 1, 3.
    real = np.array([0.0, 1, 2, 5])[:, None]
    generated = np.array([4.0, 7.9, 8.1, 20])[:, None]  # balls of 3.9, 0.2, 0.2, 11.9
    result = precision_recall(real, generated, num_neighbours=1)
    assert result.precision == 0.5  # 4 and 7.9 lie within 3 of 5, the others nowhere
    assert result.recall == 0.75  # 1, 2 and 5 lie within 3.9 of 4, and 0 does not


def test_precision_is_high_and_recall_low_where_modes_are_missing():
    real = np.concatenate([RNG.normal(size=(200, 2)), RNG.normal(size=(200, 2)) + 50])
    result = precision_recall(real, RNG.normal(size=(400, 2)))
    assert result.precision > 0.8 and 0.35 < result.recall <= 0.5
    assert precision_recall(real, real) == (1.0, 1.0)
    assert precision_recall(real, real + 1000) == (0.0, 0.0)


def gaussian_mmd(shift, bandwidth):
    """Squared MMD under `"rbf"` of N(0, 1) and N(shift, 1), in closed form."""
    square = bandwidth**2 + 2.0
    peak = np.prod(np.full(len(shift), bandwidth / math.sqrt(square)))
    return 2.0 * peak * (1.0 - math.exp(-0.5 * np.sum(np.square(shift)) / square))


@pytest.mark.parametrize("shift", [(0.0, 0.0), (1.0, -0.5)])
def test_mmd_is_unbiased(shift):
    estimates = [
        mmd(RNG.normal(size=(20, 2)), RNG.normal(size=(30, 2)) + shift, bandwidth=1.5)
        for _ in range(400)
    ]
    error = np.std(estimates) / math.sqrt(400)
    assert abs(np.mean(estimates) - gaussian_mmd(shift, 1.5)) < 4 * error
    assert min(estimates) < 0 or shift[0]


@pytest.mark.parametrize("kernel", KERNELS)
def test_mmd_of_three_points_by_hand(kernel):
    a, b = np.array([[0.0], [1.0]]), np.array([[3.0], [3.0]])
    k = {
        "rbf": lambda s, t: math.exp(-0.5 * (s - t) ** 2 / 4),
        "laplacian": lambda s, t: math.exp(-abs(s - t) / 2),
        "imq": lambda s, t: 4 / (4 + (s - t) ** 2),
        "polynomial": lambda s, t: (s * t + 1) ** 3,
    }[kernel]
    bandwidth = {} if kernel == "polynomial" else {"bandwidth": 2.0}
    expected = k(0, 1) + k(3, 3) - (k(0, 3) + k(1, 3))
    assert mmd(a, b, kernel, **bandwidth) == pytest.approx(expected)


def test_mmd_measures_in_units_of_the_real_set():
    real, other = RNG.normal(size=(50, 3)), RNG.normal(size=(60, 3)) + 1
    distance = [np.linalg.norm(a - b) for i, a in enumerate(real) for b in real[:i]]
    expected = mmd(real, other, bandwidth=float(np.median(distance)))
    assert mmd(real, other) == pytest.approx(expected, rel=1e-3)
    assert mmd(10 * real, 10 * other) == pytest.approx(mmd(real, other))


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: mse(IMAGES, IMAGES[:2]), r"one shape. Received: a of shape \(3, 20, 17\), b"),
        (lambda: ssim(IMAGES, NOISY, window=19), "window=19"),
        (lambda: ssim(IMAGES, NOISY, window=4), "odd window"),
        (lambda: psnr(IMAGES, NOISY, data_range=0), "`data_range` must be a number > 0"),
        (lambda: frechet_distance(IMAGES[0], IMAGES[:, 0][:, :5]), "equally many features"),
        (lambda: mmd(IMAGES, NOISY, kernel="rfb"), "one of .*'rbf'.*Received: kernel='rfb'"),
        (lambda: mmd(IMAGES[:1], NOISY), "n >= 2"),
        (lambda: precision_recall(IMAGES, NOISY), "n >= 4"),
        (lambda: mmd(IMAGES * np.inf, NOISY), "finite real"),
    ],
)
def test_bad_arguments(call, message):
    with pytest.raises(ValueError, match=message):
        call()
