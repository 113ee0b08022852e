"""How like their originals a model's reconstructions are."""

from typing import Any, NamedTuple

import numpy as np
from keras import ops

from keras_vae.evaluation.samples.similarity import mse, ssim
from keras_vae.inputs import MASK
from keras_vae.models.inputs import split_inputs
from keras_vae.parts import check_positive

#: width of the windows of the structural similarity, where images are large enough
_WINDOW = 11
#: least mean squared error for data of range 1, which makes 120 decibels the greatest PSNR
_LEAST_MSE = 1e-12


class ReconstructionQuality(NamedTuple):
    """What `reconstruction_quality` gives, each a mean over examples.

    Args:
        mse: float, mean squared error of an element.
        psnr: float, peak signal-to-noise ratio in decibels, at most 120 for an example.
        ssim: float, structural similarity; None where the data are not images.
    """

    mse: float
    psnr: float
    ssim: float | None


def reconstruction_quality(
    model: Any,
    x: Any,
    data_range: float = 1.0,
    condition: Any = None,
    batch_size: int | None = None,
    verbose: Any = "auto",
) -> Any:
    """MSE, PSNR and SSIM of reconstructions from posterior means.

    Where values are missing, or an encoder's layer marks steps as padding, MSE and PSNR are those
    of the other values, and there is no SSIM.

    SSIM takes windows of 11 pixels, or the largest odd number that fits into smaller images.

    Args:
        model: `keras_vae.VAE`.
        x: array (n, event).
        data_range: float > 0, difference of the greatest and least possible value. Defaults to
            `1.0`.
        condition, batch_size, verbose: as in `model.reconstruct`.

    Returns:
        `ReconstructionQuality`.

    Raises:
        ValueError: if `x` does not fit the model, or `data_range` is not positive.

    Example:

    >>> quality = keras_vae.evaluation.reconstruction_quality(vae, x)
    >>> round(quality.mse, 1), quality.psnr > 5
    (0.2, True)
    """
    check_positive("reconstruction_quality", data_range=data_range)
    inputs = model.prepare(x, condition)
    x, _ = split_inputs(inputs, known=model.field_shapes)
    reconstructed = model.reconstruct(inputs, batch_size=batch_size, verbose=verbose)
    mask = _mask(model, inputs, x)
    x = np.asarray(x, "float64").reshape(reconstructed.shape)
    if mask is not None and not mask.all():
        return _of_observed(x, reconstructed, mask, data_range)
    errors = mse(x, reconstructed)
    return ReconstructionQuality(
        float(errors.mean()), _psnr(errors, data_range), _ssim(x, reconstructed, data_range)
    )


def _mask(model, inputs, x):
    """Which values count, (n, event); None where all do."""
    if model.missing:
        return inputs[MASK]
    if model.padding is None:
        return None
    return ops.convert_to_numpy(model.padding.observed(ops.cast(x, "float32")))


def _of_observed(x, reconstructed, mask, data_range):
    """The quality where x is observed, of examples with any observed value."""
    axes = tuple(range(1, x.ndim))
    count = mask.sum(axis=axes)
    errors = np.sum(np.square(x - reconstructed) * mask, axis=axes)[count > 0] / count[count > 0]
    return ReconstructionQuality(float(errors.mean()), _psnr(errors, data_range), None)


def _psnr(errors, data_range):
    # One perfect reconstruction would make the mean infinite.
    ratios = data_range**2 / np.maximum(errors, _LEAST_MSE * data_range**2)
    return float(10 * np.log10(ratios).mean())


def _ssim(x, reconstructed, data_range):
    if x.ndim not in (3, 4) or min(x.shape[1:3]) < 2:
        return None
    side = min(x.shape[1:3])
    window = min(_WINDOW, side - 1 + side % 2)
    return float(ssim(x, reconstructed, data_range, window).mean())
