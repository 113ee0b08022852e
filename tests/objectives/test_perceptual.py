"""Distances in features: LPIPS' formula by NumPy, and a network that never moves."""

import keras
import numpy as np
import pytest
from checks import quick_compile
from toys import compute, grey, tensor
from traces import gradients

from keras_vae import evaluation, models, networks
from keras_vae.objectives import Adversarial, FeatureDistance, Perceptual

X, Y = grey(3, (8, 8, 3)), grey(3, (8, 8, 3), seed=1)


def features(channels=3, seed=0):
    keras.utils.set_random_seed(seed)
    inputs = keras.Input((8, 8, channels))
    first = keras.layers.Conv2D(4, 3, activation="relu")(inputs)
    return keras.Model(inputs, [first, keras.layers.Conv2D(5, 3, strides=2)(first)])


def test_the_distance_is_lpips():
    network, rng = features(), np.random.default_rng(0)
    weights = [rng.uniform(size=4), rng.uniform(size=5)]
    expected = np.zeros(3)
    for layer, w in enumerate(weights):
        a, b = (compute(lambda x=x, i=layer: network(tensor(x))[i]) for x in (X, Y))
        a, b = (f / np.sqrt(np.sum(f**2, axis=-1, keepdims=True) + 1e-10) for f in (a, b))
        expected += np.mean(np.sum(w * (a - b) ** 2, axis=-1), axis=(1, 2))
    distance = FeatureDistance(network, weights)
    np.testing.assert_allclose(compute(lambda: distance(tensor(X), tensor(Y))), expected, rtol=1e-4)


def test_places_without_features_have_a_gradient():
    distance = FeatureDistance(features())
    slope = gradients(lambda y: keras.ops.sum(distance(tensor(X), y)), 0.0 * Y)
    assert np.isfinite(slope).all()


def test_grey_images_pass_a_network_of_colours():
    distance = FeatureDistance(features())
    grey_x = grey(2, (8, 8))
    colours = np.repeat(grey_x[..., None], 3, axis=-1)
    one, other = (
        compute(lambda x=x: distance(tensor(x), tensor(0 * x))) for x in (grey_x, colours)
    )
    np.testing.assert_allclose(one, other, rtol=1e-5)


def test_the_features_stay_and_are_saved_with_the_model(tmp_path):
    network = networks.LatentDiffusion((4,), groups=2, attention=False, image_range=(0, 1))
    vae = models.AutoencoderKL(
        (8, 8, 3), 2, network=network, objective=Perceptual(features()), seed=0
    )
    quick_compile(vae, keras.optimizers.Adam(0.01))
    vae.use_compiled_loop = False  # it costs torch a trace, and has tests
    kept = vae.objective.distance.features.get_weights()
    assert not vae.objective.trainable_variables
    history = vae.fit(X, epochs=3, verbose=0).history
    assert history["perceptual"][-1] < history["perceptual"][0]
    vae.save(tmp_path / "vae.keras")
    loaded = keras.saving.load_model(tmp_path / "vae.keras")
    for model in (vae, loaded):
        assert not model.objective.trainable_variables
        for one, other in zip(kept, model.objective.distance.features.get_weights(), strict=True):
            np.testing.assert_array_equal(one, other)


def test_features_of_a_classifier_trained_here():
    classifier = evaluation.train_classifier(X, np.array([0, 1, 0]), epochs=1)
    network = networks.feature_network(classifier)
    assert [tuple(t.shape[1:]) for t in network.outputs] == [(4, 4, 16), (2, 2, 32)]
    with pytest.raises(ValueError, match="names of layers"):
        networks.feature_network(classifier, ["none"])


def test_vgg16_takes_blue_first_and_less_the_means():
    network = networks.vgg16_features((0, 1), (32, 32, 3), weights=None)
    assert [t.shape[-1] for t in network.outputs] == [64, 128, 256, 512, 512]
    prepared = keras.Model(network.inputs, network.get_layer("prepared").output)
    x = grey(1, (32, 32, 3))
    expected = keras.applications.vgg16.preprocess_input(255.0 * x)
    np.testing.assert_allclose(compute(lambda: prepared(tensor(x))), expected, atol=1e-3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"features": "vgg"}, "`features` must be a keras.Model"),
        ({"features": features(), "channel_weights": [np.ones(4)]}, "for each map an array"),
        ({"features": features(), "weight": -1.0}, "`weight` must be a number >= 0"),
    ],
)
def test_bad_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Perceptual(**arguments)


def test_features_of_other_images_are_refused():
    with pytest.raises(ValueError, match="images of shape"):
        models.AutoencoderKL(
            (8, 16, 3), 2, filters=(4,), groups=2, objective=Perceptual(features())
        )


def test_images_of_free_sizes_train_with_all_losses():
    inputs = keras.Input((None, None, 3))
    network = keras.Model(inputs, keras.layers.Conv2D(4, 3, activation="relu")(inputs))
    objective = Adversarial(Perceptual(network), adaptive=False, filters=2, stages=1)
    kind = networks.LatentDiffusion((4,), groups=2, attention=False)
    vae = models.AutoencoderKL((None, None, 3), 2, network=kind, objective=objective, seed=0)
    quick_compile(vae, jit_compile=False)
    vae.use_compiled_loop = False  # it costs torch a trace
    history = vae.fit(X, verbose=0).history
    assert all(np.isfinite(values).all() for values in history.values())
    with pytest.raises(ValueError, match="looks? at whole examples"):
        models.AutoencoderKL((8, 8, 3), 2, network=kind, objective=Adversarial(), missing=True)
