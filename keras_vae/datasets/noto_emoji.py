"""Noto Color Emoji, colour pictures with a known factor: the skin tone (Google, 2013 to today)."""

from collections.abc import Sequence

import numpy as np

from keras_vae.checks import check_choice, refuse
from keras_vae.datasets.dataset import Dataset, Split
from keras_vae.datasets.stored import stored_arrays

ORIGIN = "the bitmaps of the font Noto Color Emoji 2.042, github.com/googlefonts/noto-emoji"
KEYS = ("x", "skin_tone", "motif", "split")
SIDE = 64
SIZES = (64, 32, 16)
BACKGROUNDS = {"white": 1.0, "grey": 0.5, "black": 0.0}


def noto_emoji(size: int = 64, background: str | Sequence[float] = "white") -> Dataset:
    """Colour emoji of Google's Noto font: 3,188 to train, 345 to validate and 393 to test.

    The split is the file's own, by motif: all skin tones of one motif are in the same part. 327
    motifs come in five skin tones, which are a known factor. The file `noto_emoji_64.npz` is
    looked for in the folder named by the environment variable `KERAS_VAE_DATA`, then in Keras'
    cache.

    Args:
        size: int, height and width: 64, 32 or 16. The smaller ones are means over squares of
            pixels. Defaults to `64`.
        background: `"white"`, `"grey"`, `"black"`, or three numbers in [0, 1] (red, green, blue),
            what is seen where an emoji is transparent. Defaults to `"white"`.

    Returns:
        `Dataset` of `Split(x, y)`: `x` float32 (samples, size, size, 3) in [0, 1]; `y` int16
        (samples, 2). `y[:, 0]` is the skin tone: 0 none, 1 light to 5 dark, -1 two people of
        different tones. `y[:, 1]` is the number of the motif, the same for all its tones.

    Raises:
        ValueError: `size` or `background` is not one of these, or the file is damaged.
        FileNotFoundError: the data is nowhere.

    Licence: the font SIL OFL 1.1, copyright Google; its pictures Apache-2.0.

    Reference:
        - [Noto Emoji](https://github.com/googlefonts/noto-emoji)

    Example:

    >>> train, validation, test = noto_emoji(size=32)
    >>> train.x.shape, validation.x.shape, test.x.shape
    ((3188, 32, 32, 3), (345, 32, 32, 3), (393, 32, 32, 3))
    """
    check_choice("noto_emoji", SIZES, size=size)
    colour = _colour(background)
    arrays = stored_arrays("noto_emoji_64", KEYS, ORIGIN)
    y = np.stack([arrays["skin_tone"], arrays["motif"]], axis=-1).astype("int16")
    train, validation, test = (
        Split(_composed(arrays["x"][rows], colour, size), y[rows])
        for rows in (arrays["split"] == part for part in range(3))
    )
    return Dataset(train, validation, test)


def _colour(background):
    """Red, green and blue, float32 (3,)."""
    if isinstance(background, str):
        check_choice("noto_emoji", tuple(BACKGROUNDS), background=background)
        return np.full(3, BACKGROUNDS[background], "float32")
    expected = f"one of {list(BACKGROUNDS)}, or three numbers in [0, 1]"
    try:
        colour = np.asarray(background, "float32")
    except (TypeError, ValueError):
        refuse("noto_emoji", expected, background=background)
    if colour.shape != (3,) or not np.all((colour >= 0) & (colour <= 1)):
        refuse("noto_emoji", expected, background=background)
    return colour


def _composed(pixels, colour, size):
    """Float32 images (samples, size, size, 3) in [0, 1] of bytes (samples, 64, 64, 4)."""
    pixels = pixels.astype("float32") / np.float32(255)
    opacity = pixels[..., 3:]
    # Composed first: the mean of colours alone would count what is transparent.
    images = pixels[..., :3] * opacity + colour * (1 - opacity)
    size = int(size)
    square = SIDE // size
    shape = (len(images), size, square, size, square, 3)
    return np.clip(images.reshape(shape).mean(axis=(2, 4), dtype="float32"), 0, 1)
