"""A small classifier, trained here, whose features stand for what a picture shows."""

from typing import Any

import keras
import numpy as np
from keras import layers

from keras_vae.evaluation.checks import check_labels, check_points
from keras_vae.models.checks import check_batch_shape
from keras_vae.parts import check_count

#: name of the layer whose outputs are the features
FEATURES = "features"
#: sides from which on images take convolutions
_LEAST_SIDE = 8


def train_classifier(
    x: Any,
    y: Any,
    epochs: int = 5,
    batch_size: int = 128,
    num_features: int = 64,
    seed: int = 0,
    verbose: Any = 0,
) -> Any:
    """A small classifier of labelled examples, for `classifier_fid` and its like.

    Two convolutions of stride 2 (for data that are not images, a dense layer of 256), a dense layer
    of `num_features` named `"features"`, and a linear one; rectifiers between them, trained by Adam
    at 1e-3. Weights and order of examples follow the seed, so that on one machine and backend the
    same arguments give the same classifier; on others it is a similar one.

    Args:
        x: array (n, event), such as images (n, height, width[, channels]) in [0, 1].
        y: integer array (n,), labels from 0.
        epochs: int. Defaults to `5`.
        batch_size: int. Defaults to `128`.
        num_features: int. Defaults to `64`.
        seed: int. Defaults to `0`.
        verbose: as in `keras.Model.fit`. Defaults to `0`.

    Returns:
        Compiled `keras.Model` from x to logits (n, classes); `evaluate(x, y)` gives its
        cross-entropy in nats and its accuracy.

    Raises:
        ValueError: if the arrays do not fit or a count is not a positive integer.

    Example:

    >>> classifier = keras_vae.evaluation.train_classifier(x, y, epochs=1)
    >>> keras_vae.evaluation.extract_features(classifier, x).shape
    (64, 64)
    """
    check_count("train_classifier", epochs=epochs, batch_size=batch_size, num_features=num_features)
    check_points("train_classifier", x=x)
    (y,) = check_labels("train_classifier", len(x), y=y)
    if y.min() < 0 or y.max() < 1:
        raise ValueError(
            "train_classifier needs labels from 0 of at least two classes. "
            f"Received: labels from {y.min()} to {y.max()}"
        )
    x = np.asarray(x, "float32")
    classifier = _network(x.shape[1:], int(y.max()) + 1, num_features, seed)
    classifier.compile(
        keras.optimizers.Adam(1e-3),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    rng = np.random.default_rng(seed)
    for epoch in range(epochs):
        # Keras would shuffle by a generator that everybody shares.
        order = rng.permutation(len(x))
        classifier.fit(
            x[order],
            y[order].astype("int32"),
            batch_size=batch_size,
            initial_epoch=epoch,
            epochs=epoch + 1,
            shuffle=False,
            verbose=verbose,
        )
    return classifier


def _network(data_shape, num_classes, num_features, seed):
    seeds = iter(range(seed, seed + 4))

    def rectified(layer: type[keras.layers.Layer], *args: Any, **kwargs: Any) -> Any:
        start = keras.initializers.HeNormal(seed=next(seeds))
        return layer(*args, activation="relu", kernel_initializer=start, **kwargs)

    inputs = keras.Input(data_shape)
    h = inputs
    if len(data_shape) in (2, 3) and min(data_shape[:2]) >= _LEAST_SIDE:
        h = layers.Reshape((*data_shape[:2], -1))(h)
        h = rectified(layers.Conv2D, 16, 3, strides=2, padding="same")(h)
        h = rectified(layers.Conv2D, 32, 3, strides=2, padding="same")(h)
        h = layers.Flatten()(h)
    else:
        h = rectified(layers.Dense, 256)(layers.Flatten()(h))
    h = rectified(layers.Dense, num_features, name=FEATURES)(h)
    start = keras.initializers.GlorotUniform(seed=next(seeds))
    return keras.Model(inputs, layers.Dense(num_classes, kernel_initializer=start)(h))


def extract_features(classifier: Any, x: Any, batch_size: int = 512, verbose: Any = 0) -> Any:
    """What a classifier's layer `"features"` makes of examples.

    Args:
        classifier: functional `keras.Model` with a layer of that name, as `train_classifier` gives.
        x: array (n, event).
        batch_size: int. Defaults to `512`.
        verbose: as in `keras.Model.predict`. Defaults to `0`.

    Returns:
        Array (n, num_features).

    Raises:
        ValueError: if the classifier has no such layer, or `x` is of another shape.

    Example:

    >>> classifier = keras_vae.evaluation.train_classifier(x, y, epochs=1, num_features=8)
    >>> keras_vae.evaluation.extract_features(classifier, x[:3]).shape
    (3, 8)
    """
    check_count("extract_features", batch_size=batch_size)
    names = [layer.name for layer in getattr(classifier, "layers", [])]
    if FEATURES not in names:
        raise ValueError(
            f'extract_features needs a classifier with a layer named "{FEATURES}". '
            f"Received: {classifier!r} with the layers {names}"
        )
    x = np.asarray(x, "float32")
    check_batch_shape(x, classifier.input_shape[1:], "x")
    network = keras.Model(classifier.inputs, classifier.get_layer(FEATURES).output)
    features = network.predict(x, batch_size=batch_size, verbose=verbose)
    return features.reshape(len(x), -1)
