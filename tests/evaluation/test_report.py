"""The report, the classifier behind it, and what both leave out."""

import keras
import numpy as np
import pytest
from checks import quick_compile

from keras_vae import VAE, datasets, models
from keras_vae.evaluation import (
    active_units,
    classifier_fid,
    elbo,
    evaluate_generative,
    extract_features,
    log_likelihood,
    reconstruction_quality,
    train_classifier,
)

TRAIN, _, TEST = datasets.digits()
X, Y = TEST.x[:40], TEST.y[:40]


@pytest.fixture(scope="module")
def vae():
    return quick_compile(models.BernoulliVAE((8, 8), latent_dim=3, hidden=(16,), seed=0))


@pytest.fixture(scope="module")
def classifier():
    return train_classifier(TRAIN.x[:600], TRAIN.y[:600], epochs=8, batch_size=100, seed=1)


def test_classifier_learns_and_repeats(classifier):
    _, accuracy = classifier.evaluate(TEST.x, TEST.y.astype("int32"), verbose=0)
    assert accuracy > 0.6  # where chance is 0.1
    twice = [train_classifier(TRAIN.x[:100], TRAIN.y[:100], epochs=2, seed=2) for _ in "ab"]
    for first, again in zip(*(model.get_weights() for model in twice), strict=True):
        np.testing.assert_array_equal(first, again)


def test_classifier_fid_orders_sets(classifier):
    noise = np.random.default_rng(0).uniform(size=(200, 8, 8)).astype("float32")
    real, other = TEST.x[:140], TEST.x[140:280]
    same, halved, random = (
        classifier_fid(real, x, classifier) for x in (other, other[other.mean((1, 2)) > 0.3], noise)
    )
    assert same < halved < random
    assert classifier_fid(real, real, classifier) == pytest.approx(0.0, abs=1e-4 * random)


def test_report_has_what_its_functions_give(vae, classifier):
    report = evaluate_generative(
        vae, X, Y, TRAIN.x[:80], TRAIN.y[:80], classifier=classifier, num_samples=7, seed=3
    )
    assert report["log_likelihood"] == log_likelihood(vae, X, 7, seed=3).mean
    bits = -report["log_likelihood"] / (64 * np.log(2))
    assert report["bits_per_dimension"] == pytest.approx(bits)
    bound = elbo(vae, X, seed=3)
    assert report["rate"] == bound.rate.mean and report["distortion"] == bound.distortion.mean
    assert report["active_units"] == active_units(vae, X).count
    assert report["psnr"] == reconstruction_quality(vae, X).psnr
    generated = vae.generate(40, seed=3)
    assert report["classifier_fid"] == pytest.approx(classifier_fid(X, generated, classifier))
    shares = ("precision", "recall", "linear_probe", "knn_accuracy", "clustering_accuracy", "ssim")
    assert all(0 <= report[name] <= 1 for name in shares)
    assert not report.left_out and "mig" not in report
    lines = str(report).splitlines()
    assert len(lines) == len(report.rows) == len(report.to_dict())
    assert lines[0].startswith("log_likelihood") and "S = 7, 40 examples" in lines[0]
    assert "no paper's FID" in str(report)


def test_report_of_an_autoencoder_says_what_it_has_not():
    vae = models.Autoencoder((8, 8), latent_dim=3, hidden=(16,))
    report = evaluate_generative(vae, X, num_generated=20)
    assert set(report.left_out) == {"log_likelihood", "elbo", "mutual_information"}
    assert "elbo: left out, elbo needs a posterior with a density" in str(report)
    assert report["mse"] > 0 and "20 generated" in str(report)


def test_report_of_a_conditional_model():
    vae = models.ConditionalVAE((8, 8), condition_shape=(10,), latent_dim=2, hidden=(8,), seed=0)
    given = evaluate_generative(vae, X, condition=Y, num_samples=3)
    joined = evaluate_generative(vae, {"x": X, "condition": Y}, num_samples=3)
    assert str(given) == str(joined)


def test_reconstruction_quality_of_vectors_and_of_perfect_ones():
    encoder = keras.Sequential([keras.Input((4,)), keras.layers.Identity()])
    decoder = keras.Sequential([keras.Input((4,)), keras.layers.Identity()])
    vae = VAE(encoder, decoder, "deterministic", likelihood="normal", objective="reconstruction")
    quality = reconstruction_quality(vae, X[:, 0, :4])
    assert quality == pytest.approx((0.0, 120.0, None))


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda vae, c: evaluate_generative(vae, X[:, 0]), r"x_test must have the shape \(n, 8, 8"),
        (lambda vae, c: evaluate_generative(vae, X, Y[:3]), r"y_test as integers \(40,\)"),
        (
            lambda vae, c: evaluate_generative(vae, X, factors=Y),
            r"factors as integers \(n, factors",
        ),
        (lambda vae, c: evaluate_generative(vae, X, x_train=X, y_train=Y[:3]), "y_train as int"),
        (lambda vae, c: train_classifier(X, Y[:3]), r"y as integers \(40,\)"),
        (lambda vae, c: train_classifier(X, 0 * Y), "at least two classes"),
        (lambda vae, c: extract_features(vae, X), 'layer named "features"'),
        (lambda vae, c: extract_features(c, X[:, 0]), r"x must have the shape \(n, 8, 8\)"),
        (
            lambda vae, c: reconstruction_quality(vae, X, data_range=0),
            "`data_range` must be a number > 0",
        ),
    ],
)
def test_bad_arguments(vae, classifier, call, message):
    with pytest.raises(ValueError, match=message):
        call(vae, classifier)
