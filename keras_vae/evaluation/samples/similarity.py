"""Likeness of pairs of examples: MSE, PSNR, SSIM (Wang et al., 2004)."""

from typing import Any

import numpy as np

from keras_vae.parts import check_count, check_positive

#: deviation of the Gaussian window in pixels
_SIGMA = 1.5
#: images compared at once
_BLOCK = 256


def mse(a: Any, b: Any) -> Any:
    """Mean squared difference of each pair, over its elements.

    Args:
        a: array (n, ...).
        b: array of the same shape.

    Returns:
        float64 array (n,).

    Raises:
        ValueError: if the shapes differ.

    Example:

    >>> keras_vae.evaluation.mse(np.zeros((2, 4)), np.array([[0, 0, 0, 2], [1, 1, 1, 1]])).tolist()
    [1.0, 1.0]
    """
    a, b = _pair("mse", a, b)
    return np.square(a - b).reshape(len(a), -1).mean(axis=1)


def psnr(a: Any, b: Any, data_range: float = 1.0) -> Any:
    """Peak signal-to-noise ratio of each pair, 10 log10(data_range^2 / MSE), in decibels.

    Take its mean over examples: the ratio of a mean MSE is another number, and smaller.

    Args:
        a: array (n, ...).
        b: array of the same shape.
        data_range: float > 0, difference of the greatest and least possible value. Defaults to
            `1.0`.

    Returns:
        float64 array (n,), infinite for equal pairs.

    Raises:
        ValueError: if the shapes differ, or `data_range` is not positive.

    Example:

    >>> keras_vae.evaluation.psnr(np.zeros((1, 4)), np.full((1, 4), 0.1)).round(6).tolist()
    [20.0]
    """
    check_positive("psnr", data_range=data_range)
    error = mse(a, b)
    with np.errstate(divide="ignore"):
        return 20 * np.log10(data_range) - 10 * np.log10(error)


def ssim(a: Any, b: Any, data_range: float = 1.0, window: int = 11) -> Any:
    """Structural similarity of each pair of images, the mean over windows and channels.

    Windows are Gaussian, of deviation 1.5 pixels, and lie inside the image; the constants are
    those of the paper, (0.01, 0.03) times `data_range`.

    Args:
        a: array (n, height, width), or (n, height, width, channels).
        b: array of the same shape.
        data_range: float > 0, difference of the greatest and least possible value. Defaults to
            `1.0`.
        window: int, odd, width of the windows in pixels. Defaults to `11`, the paper's; smaller
            images need a smaller one, and the numbers then do not compare.

    Returns:
        float64 array (n,) in [-1, 1], 1 for equal pairs.

    Raises:
        ValueError: if the arrays are not images of one shape, or smaller than the window.

    Reference:
        - [Wang et al., 2004](https://doi.org/10.1109/TIP.2003.819861)

    Example:

    >>> keras_vae.evaluation.ssim(x[:2], x[:2], window=7).tolist()
    [1.0, 1.0]
    """
    check_positive("ssim", data_range=data_range)
    check_count("ssim", window=window)
    a, b = _pair("ssim", a, b)
    if a.ndim not in (3, 4) or window % 2 == 0 or min(a.shape[1:3]) < window:
        raise ValueError(
            "ssim needs images (n, height, width[, channels]) of at least `window` pixels a side, "
            f"and an odd window. Received: a of shape {a.shape}, window={window}"
        )
    if a.ndim == 4:  # channels as rows of images of their own
        a, b = (np.moveaxis(image, -1, 1) for image in (a, b))
    blocks = range(0, len(a), _BLOCK)
    parts = [_ssim(a[i : i + _BLOCK], b[i : i + _BLOCK], data_range, window) for i in blocks]
    return np.concatenate(parts)


def _pair(owner, a, b):
    a, b = np.asarray(a, "float64"), np.asarray(b, "float64")
    if a.shape != b.shape or a.ndim < 2 or not a.size:
        raise ValueError(
            f"{owner} needs two arrays (n, ...) of one shape. "
            f"Received: a of shape {a.shape}, b of shape {b.shape}"
        )
    return a, b


def _ssim(a, b, data_range, window):
    rows, columns = (_band(side, window) for side in a.shape[-2:])

    def blur(image: np.ndarray) -> np.ndarray:
        return rows @ image @ columns.T

    mean_a, mean_b = blur(a), blur(b)
    var_a, var_b = blur(a**2) - mean_a**2, blur(b**2) - mean_b**2
    covariance = blur(a * b) - mean_a * mean_b
    c1, c2 = (0.01 * data_range) ** 2, (0.03 * data_range) ** 2
    luminance = (2 * mean_a * mean_b + c1) / (mean_a**2 + mean_b**2 + c1)
    structure = (2 * covariance + c2) / (var_a + var_b + c2)
    return (luminance * structure).reshape(len(a), -1).mean(axis=1)


def _band(size, window):
    """The matrix of a Gaussian average over `window` neighbours, (size - window + 1, size)."""
    offsets = np.arange(window) - window // 2
    gaussian = np.exp(-0.5 * (offsets / _SIGMA) ** 2)
    band = np.zeros((size - window + 1, size))
    for row in range(len(band)):
        band[row, row : row + window] = gaussian / gaussian.sum()
    return band
