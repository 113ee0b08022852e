"""The model inside of an estimator: by name, class, function, or config."""

import random

import keras
import numpy as np
import pytest
from estimators.small_estimators import SMALL, config, line, small_vae
from test_packaging import last_line

from keras_vae import models
from keras_vae.estimators import AnomalyDetector, VAETransformer


@pytest.mark.parametrize(
    "model, made",
    [
        ("GaussianVAE", models.GaussianVAE),
        ("iwae", models.IWAE),
        (models.BetaVAE, models.BetaVAE),
        (small_vae, models.GaussianVAE),
        (config, models.GaussianVAE),
    ],
)
def test_kinds_of_models(model, made):
    model = model() if model is config else model
    detector = AnomalyDetector(model, **SMALL).fit(line(20))
    assert type(detector.model_) is made
    assert np.isfinite(detector.score_samples(line(5, seed=1))).all()


def test_options_reach_the_paper_and_have_no_say_where_it_has_no_place_for_them():
    transformer = VAETransformer(
        "ConvVAE", **SMALL, model_options={"network": "mlp", "hidden": (5,)}
    )
    assert transformer.fit(line(20)).model_.encoder.layers[1].units == 5
    two_levels = VAETransformer("HierarchicalVAE", **SMALL, model_options={"latent_dims": (2, 3)})
    assert two_levels.fit(line(20)).transform(line(3)).shape == (3, 5)


@pytest.mark.parametrize(
    "model, message",
    [
        ("GausianVAE", "GaussianVAE"),
        (3, "must be the name of a model"),
        (lambda shape: keras.Sequential(), "which made a Sequential"),
        (lambda shape: small_vae((3,)), r"must take rows of shape \(4,\)"),
    ],
)
def test_models_that_are_refused(model, message):
    with pytest.raises(ValueError, match=message):
        AnomalyDetector(model, **SMALL).fit(line(10))


def test_a_model_that_is_there_is_refused():
    with pytest.raises(ValueError, match="cannot be fitted anew"):
        AnomalyDetector(small_vae((4,)), **SMALL).fit(line(10))


def test_the_global_seed_is_left_alone():
    state = random.getstate()
    first = VAETransformer(small_vae, **SMALL).fit(line(20)).transform(line(3))
    assert random.getstate() == state
    random.random()
    assert (VAETransformer(small_vae, **SMALL).fit(line(20)).transform(line(3)) == first).all()


def test_without_scikit_learn(tmp_path):
    code = "import keras_vae; keras_vae.VAE; keras_vae.estimators"
    error = last_line(code, tmp_path, keras.backend.backend(), {"sklearn"})
    assert error == (
        "ImportError: keras_vae.estimators needs scikit-learn: pip install keras_vae[sklearn]"
    )
