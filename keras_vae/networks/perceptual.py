"""Networks whose features stand for what an image shows: of VGG16, or of a classifier's layers."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import layers

from keras_vae import checks
from keras_vae.typing import Shape

#: the layers of VGG16 that Zhang et al. (2018) compare
VGG16_LAYERS = (
    "block1_conv2",
    "block2_conv2",
    "block3_conv3",
    "block4_conv3",
    "block5_conv3",
)
#: blue, green and red means of ImageNet, which VGG16 subtracts
_MEANS = (103.939, 116.779, 123.68)


def feature_network(classifier: keras.Model, names: Sequence[str] | None = None) -> keras.Model:
    """Network from images to the outputs of some layers of a trained one, for `Perceptual`.

    Args:
        classifier: functional or sequential `keras.Model` of images, such as
            `keras_vae.evaluation.train_classifier` gives.
        names: list of the names of its layers. Defaults to `None`: all convolutions.

    Returns:
        `keras.Model` from images to a list of maps (batch, height, width, channels). It shares its
        weights with the classifier.

    Raises:
        ValueError: if there is no such layer.

    Example:

    >>> classifier = keras_vae.evaluation.train_classifier(x, y, epochs=1)
    >>> features = keras_vae.networks.feature_network(classifier)
    >>> [tuple(output.shape) for output in features.outputs]
    [(None, 4, 4, 16), (None, 2, 2, 32)]
    """
    known = [layer.name for layer in classifier.layers]
    if names is None:
        names = [one.name for one in classifier.layers if isinstance(one, layers.Conv2D)]
    if not names or not set(names) <= set(known):
        checks.refuse("networks.feature_network", f"names of layers, of {known}", names=list(names))
    outputs = [classifier.get_layer(name).output for name in names]
    return keras.Model(classifier.inputs, outputs, name="features")


def vgg16_features(
    image_range: tuple[float, float] = (0.0, 1.0),
    data_shape: Shape = (None, None, 3),  # type: ignore[assignment]
    weights: str | None = "imagenet",
) -> keras.Model:
    """The features of VGG16 that Zhang et al. (2018) compare, for `Perceptual`.

    Keras downloads the weights, 58 MB, unless they are in its cache. They are those of the first
    authors, and differ from torchvision's, for which the published weights of LPIPS were learned.

    Args:
        image_range: pair (low, high), the values that stand for black and white. Defaults to
            `(0, 1)`.
        data_shape: tuple, (height, width, 3); sides may be `None`. Defaults to `(None, None, 3)`.
        weights: `"imagenet"`, a path of a file, or `None`, random ones. Defaults to `"imagenet"`.

    Returns:
        `keras.Model` from images to a list of five maps (batch, height, width, channels).

    Raises:
        ValueError: if `image_range` is no range.

    References:
        - [Simonyan and Zisserman, 2015](https://arxiv.org/abs/1409.1556)
        - [Zhang et al., 2018](https://arxiv.org/abs/1801.03924)
    """
    checks.check_range("networks.vgg16_features", image_range=image_range)
    vgg = keras.applications.VGG16(include_top=False, weights=weights)
    maps = keras.Model(vgg.inputs, [vgg.get_layer(name).output for name in VGG16_LAYERS])
    inputs = keras.Input(data_shape)
    return keras.Model(inputs, maps(_prepared(inputs, image_range)), name="vgg16_features")


def _prepared(x: Any, image_range: tuple[float, float]) -> Any:
    """Blue, green, red in [0, 255] less their means, of red, green, blue in another range."""
    low, high = image_range
    scale = 255.0 / (high - low)
    # As a convolution, which a file keeps: Keras has a function for it, not a layer.
    prepare = layers.Conv2D(3, 1, data_format="channels_last", name="prepared")
    y = prepare(x)
    prepare.set_weights(
        [scale * np.eye(3)[::-1].reshape(1, 1, 3, 3), -scale * low - np.array(_MEANS)]
    )
    return y
