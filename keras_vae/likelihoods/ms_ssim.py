"""Multi-scale structural similarity as reconstruction (Snell et al., 2015), arXiv 1511.06409."""

from typing import Any, NamedTuple

import numpy as np
from keras import ops

from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.parts import check_count, check_positive
from keras_vae.serialization import register
from keras_vae.typing import Seed, Shape, Tensor

#: of the scales, fine to coarse (Wang et al., 2003)
_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
#: similarities below it give no gradient: a power of them would have an infinite slope
_LEAST = 1e-4


@register
class MSSSIM(Likelihood):
    """Perceptual reconstruction: minus `weight` times one less the structural similarity.

    Not a density: nothing normalises it, so `log_prob`, the loss and `log_likelihood` are no
    nats and compare with no other likelihood's; draws are means. For images in [0, 1].

    Args:
        weight: float > 0, of the distance, which lies in [0, 1]. Defaults to `100.0`.
        window: int, odd, width of the windows in pixels, Gaussian of deviation 1.5. Defaults to
            `11`.
        num_scales: int from 1 to 5; each scale but the first halves the image. Defaults to `5`,
            the paper's, for images of 176 pixels or more.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if an argument is out of its range; when built, if the data are not images or
            the coarsest is smaller than the window.

    References:
        - [Wang et al., 2003](https://doi.org/10.1109/ACSSC.2003.1292216), the similarity
        - [Snell et al., 2015](https://arxiv.org/abs/1511.06409), as a loss
    """

    support = (0.0, 1.0)
    is_density = False

    def __init__(
        self, weight: float = 100.0, window: int = 11, num_scales: int = 5, **kwargs: Any
    ) -> None:
        check_positive("likelihoods.MSSSIM", weight=weight)
        check_count("likelihoods.MSSSIM", window=window, num_scales=num_scales)
        if window % 2 == 0 or num_scales > len(_WEIGHTS):
            raise ValueError(
                "likelihoods.MSSSIM needs an odd window and 1 to 5 scales. "
                f"Received: window={window}, num_scales={num_scales}"
            )
        super().__init__(**kwargs)
        self.weight = weight
        self.window = window
        self.num_scales = num_scales

    def build(self, event_shape: Shape) -> None:
        super().build(event_shape)
        least = self.window * 2 ** (self.num_scales - 1)
        image = self.event_shape[:2]
        if self.event_ndim not in (2, 3) or min(image) < least:
            raise ValueError(
                f"likelihoods.MSSSIM with window={self.window} and num_scales={self.num_scales} "
                f"needs images (height, width) or (height, width, channels) of {least} pixels a "
                f"side or more; use a smaller window or fewer scales. Received: {self.event_shape}"
            )

    def parameter_shapes(self, data_shape: Shape) -> Any:
        """`logits`, of the data's shape; their sigmoid is the image."""
        return {"logits": tuple(data_shape)}

    def call(self, parameters: Any, x: Any = None, training: bool = False) -> Any:
        (logits,) = self.unpack(parameters)
        return _Perceived(
            ops.sigmoid(logits), self.weight, self.window, self.num_scales, self.event_ndim
        )


class _Perceived(NamedTuple):
    """What `MSSSIM` gives: in the place of a distribution, without being one."""

    mean: Any
    weight: float
    window: int
    num_scales: int
    event_ndim: int

    @property
    def variance(self) -> Tensor:
        """Zero: there is nothing but the mean."""
        return ops.zeros_like(self.mean)

    def log_prob(self, x: Tensor) -> Tensor:
        """Minus the weighted distance, (..., event) -> (...); not a log-density."""
        similarity = ms_ssim(x, self.mean, self.event_ndim, self.window, self.num_scales)
        return -self.weight * (1.0 - similarity)

    def sample(self, num_samples: int | None = None, seed: Seed = None) -> Tensor:
        """The mean, (..., event), or (num_samples, ..., event)."""
        if num_samples is None:
            return self.mean
        return ops.broadcast_to(self.mean, (num_samples, *ops.shape(self.mean)))


def ms_ssim(a: Any, b: Any, event_ndim: Any, window: int = 11, num_scales: int = 5) -> Any:
    """Multi-scale structural similarity of images in [0, 1], (..., event) -> (...).

    Args:
        a: tensor (..., height, width), or (..., height, width, channels).
        b: tensor that broadcasts to it.
        event_ndim: int, 2 or 3.
        window: int, width of the Gaussian windows. Defaults to `11`.
        num_scales: int. Defaults to `5`.
    """
    if event_ndim == 3:  # channels in front, as images of their own
        a, b = (ops.moveaxis(image, -1, -3) for image in (a, b))
    weights = np.array(_WEIGHTS[:num_scales]) / sum(_WEIGHTS[:num_scales])
    product = 1.0
    for scale, weight in enumerate(weights):
        luminance, contrast = _compare(a, b, window)
        coarsest = scale == num_scales - 1
        similarity = ops.mean(luminance * contrast if coarsest else contrast, axis=(-2, -1))
        product = product * ops.power(ops.maximum(similarity, _LEAST), float(weight))
        if not coarsest:
            a, b = _halve(a), _halve(b)
    return ops.mean(product, axis=-1) if event_ndim == 3 else product


def _compare(a, b, window):
    """Luminance, and contrast with structure, in each window."""
    height, width = a.shape[-2:]
    rows, columns = _band(height, window), _band(width, window)

    def blur(image: Tensor) -> Tensor:
        # Two products with band matrices, in the place of convolutions, which PyTorch cannot
        # differentiate for some batches and JAX runs slowly in loops.
        return ops.matmul(ops.matmul(rows, image), ops.transpose(columns))

    mean_a, mean_b = blur(a), blur(b)
    # Computed on differences from the middle grey: squares of smaller numbers cancel less.
    centred_a, centred_b = a - 0.5, b - 0.5
    shift_a, shift_b = mean_a - 0.5, mean_b - 0.5
    variances = blur(ops.square(centred_a) + ops.square(centred_b))
    variances = variances - ops.square(shift_a) - ops.square(shift_b)
    covariance = blur(centred_a * centred_b) - shift_a * shift_b
    c1, c2 = 0.01**2, 0.03**2
    luminance = (2.0 * mean_a * mean_b + c1) / (ops.square(mean_a) + ops.square(mean_b) + c1)
    return luminance, (2.0 * covariance + c2) / (variances + c2)


def _band(size, window):
    """The matrix of a Gaussian average over `window` neighbours, (size - window + 1, size)."""
    offsets = np.arange(window) - window // 2
    gaussian = np.exp(-0.5 * (offsets / 1.5) ** 2)
    band = np.zeros((size - window + 1, size), "float32")
    for row in range(len(band)):
        band[row, row : row + window] = gaussian / gaussian.sum()
    return ops.convert_to_tensor(band)


def _halve(image):
    """Means over squares of two by two pixels; an odd last row or column is left out."""
    height, width = (side // 2 for side in image.shape[-2:])
    image = image[..., : 2 * height, : 2 * width]
    lead = ops.shape(image)[:-2]
    squares = ops.reshape(image, (*lead, height, 2, width, 2))
    return ops.mean(squares, axis=(-3, -1))
