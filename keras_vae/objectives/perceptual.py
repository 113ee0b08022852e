"""Distances in the features of a network (Zhang et al., 2018), arxiv.org/abs/1801.03924."""

import math
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vae.checks import is_free, refuse
from keras_vae.context import Context
from keras_vae.objectives.around import Around
from keras_vae.objectives.objective import Objective
from keras_vae.parts import Part, check_non_negative
from keras_vae.serialization import register
from keras_vae.typing import Array, Tensor

#: added to the squared length of a place's features, whose root has no slope at zero
_LEAST_SQUARE = 1e-10


@register
class FeatureDistance(Part):
    r"""Distance of images in the maps of features that a network gives, as in LPIPS.

    $$
    d(x, y) = \sum_l \frac{1}{H_l W_l} \sum_{h, w, c} w_{lc}
    \left( \hat f^l_{hwc}(x) - \hat f^l_{hwc}(y) \right)^2 ,
    $$

    where the features $\hat f$ of each place have length 1. The network never moves, and is saved
    with the model.

    Args:
        features: `keras.Model` from images (batch, height, width, channels) to one map of features
            (batch, height, width, channels), or a list of them. `networks.vgg16_features` and
            `networks.feature_network` give some.
        channel_weights: list of arrays (channels,), for each map the weights w >= 0 of its
            channels, such as those of LPIPS. Defaults to `None`: all 1.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if `features` is not such a model, or if the weights do not fit its maps.

    Reference:
        - [Zhang et al., 2018](https://arxiv.org/abs/1801.03924)
    """

    def __init__(
        self,
        features: keras.Model,
        channel_weights: Sequence[Array] | None = None,
        **kwargs: Any,
    ) -> None:
        _check_features(features)
        sizes = [int(output.shape[-1]) for output in features.outputs]
        _check_weights(channel_weights, sizes)
        super().__init__(**kwargs)
        features.trainable = False
        self.features = features
        self.channel_weights = channel_weights
        weights = channel_weights or [np.ones(size) for size in sizes]
        self.weights_of_maps = [
            self.add_weight(
                name=f"channel_weights_{i}",
                shape=(size,),
                initializer=keras.initializers.Zeros(),
                trainable=False,
            )
            for i, size in enumerate(sizes)
        ]
        for variable, values in zip(self.weights_of_maps, weights, strict=True):
            variable.assign(np.asarray(values, "float32"))
        self.built = True

    def check_data_shape(self, data_shape: Any) -> None:
        """Raise a ValueError unless the network takes images of this shape."""
        height, width, channels = self.features.inputs[0].shape[1:]
        sizes = (*data_shape, 1) if len(data_shape) == 2 else tuple(data_shape)
        fits = len(sizes) == 3 and (sizes[2] == channels or sizes[2] == 1)
        sides = zip(sizes[:2], (height, width), strict=True)
        if not fits or any(known not in (None, side) for side, known in sides):
            expected = f"images of shape {(height, width, channels)}, as its features are of"
            refuse("objectives.Perceptual", expected, data_shape=tuple(data_shape))

    def call(self, x: Tensor, y: Tensor) -> Tensor:
        """Distance of each pair of images, (batch,)."""
        distances = [
            ops.mean(ops.sum(weight * ops.square(a - b), axis=-1), axis=(1, 2))
            for a, b, weight in zip(self._maps(x), self._maps(y), self.weights_of_maps, strict=True)
        ]
        return sum(distances[1:], distances[0])

    def _maps(self, x):
        channels = self.features.inputs[0].shape[-1]
        x = x[..., None] if len(x.shape) == 3 else x
        if x.shape[-1] != channels:
            x = ops.repeat(x, channels, axis=-1)  # a grey image
        maps = self.features(x, training=False)
        return [unit_length(one) for one in (maps if isinstance(maps, (list, tuple)) else [maps])]


def unit_length(features: Tensor) -> Tensor:
    """The features of each place divided by their length, (batch, height, width, channels)."""
    features = ops.cast(features, "float32")
    squares = ops.sum(ops.square(features), axis=-1, keepdims=True)
    return features * ops.rsqrt(squares + _LEAST_SQUARE)


@register
class Perceptual(Around):
    """Another objective + weight * the distance of x and its reconstruction in features.

    `perceptual` is the distance of `FeatureDistance`, the mean over the batch. As in latent
    diffusion, it counts once for each element of an image: `weight` balances it with the mean
    absolute error, which the Laplace likelihood of scale 1 has.

    Args:
        features: `keras.Model` from images to maps of features, see `FeatureDistance`. Its weights
            never move, and are saved with the model.
        base: `keras_vae.objectives.Objective`, to which the distance is added. Defaults to `None`:
            `ELBO(beta=1e-6)`.
        weight: float >= 0, for each element of x. Defaults to `1.0`.
        channel_weights: see `FeatureDistance`. Defaults to `None`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if `weight` is negative, or an argument of the wrong kind; when the model is
            made, if the features are not of such images.

    References:
        - [Zhang et al., 2018](https://arxiv.org/abs/1801.03924)
        - [Rombach et al., 2022](https://arxiv.org/abs/2112.10752)
    """

    def __init__(
        self,
        features: keras.Model,
        base: Objective | None = None,
        weight: float = 1.0,
        channel_weights: Sequence[Array] | None = None,
        **kwargs: Any,
    ) -> None:
        check_non_negative("objectives.Perceptual", weight=weight)
        super().__init__(base, **kwargs)
        self.weight = self.moving_weight("perceptual_weight", weight)
        self.distance = FeatureDistance(features, channel_weights, name="distance")
        self.term_names = (*self.base.term_names, "perceptual")

    def bind(self, context: Context) -> None:
        super().bind(context)
        self.distance.check_data_shape(context.data_shape)

    def call(self, trace: Any) -> Any:
        loss, terms = self.base.call(trace)
        distance = trace.mean(self.distance(trace.x, trace.likelihood.mean))
        loss = loss + self.weight * num_elements(trace.x) * distance
        return loss, {**terms, "perceptual": distance}


def num_elements(x: Tensor) -> Any:
    """Number of the elements of one example."""
    shape = tuple(x.shape[1:])
    if not is_free(shape):
        return float(math.prod(shape))
    return ops.cast(ops.prod(ops.convert_to_tensor(ops.shape(x)[1:])), "float32")


def _check_features(features):
    fits = isinstance(features, keras.Model) and len(getattr(features, "inputs", ())) == 1
    if not fits or any(len(t.shape) != 4 for t in (*features.inputs, *features.outputs)):
        refuse(
            "objectives.FeatureDistance",
            "a keras.Model with known inputs, from images (batch, height, width, channels) to maps "
            "of features (batch, height, width, channels)",
            features=features,
        )


def _check_weights(channel_weights, sizes):
    if channel_weights is None:
        return
    arrays = [np.asarray(weights) for weights in channel_weights]
    if [a.shape for a in arrays] != [(n,) for n in sizes] or any((a < 0).any() for a in arrays):
        refuse(
            "objectives.FeatureDistance",
            f"for each map an array of weights >= 0, one for each of its {sizes} channels",
            channel_weights=[a.shape for a in arrays],
        )
