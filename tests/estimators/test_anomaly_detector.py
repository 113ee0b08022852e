"""Scores of rows, labels, and the column to blame."""

import copy
import pickle

import numpy as np
import pytest
from estimators.small_estimators import SMALL, line, mixed_rows, mixed_vae, small_vae
from sklearn.base import clone

from keras_vae.estimators import AnomalyDetector, base


@pytest.fixture(scope="module")
def detector():
    return AnomalyDetector(
        latent_dim=2, hidden=(16,), epochs=150, batch_size=64, random_state=0
    ).fit(line(300))


def test_log_likelihood_is_that_of_the_model(detector):
    x = line(50, seed=1)
    rows = detector.scaling_.forward(x)
    exact, error = detector.model_.log_likelihood(
        rows, num_samples=2000, seed=1, return_standard_error=True, verbose=0
    )
    own_units = exact - np.log(line(300).std(axis=0)).sum()
    few = detector.score_samples(x)
    # 50 draws: an unbiased estimate of p(x), whose logarithm is low by half of its variance.
    weights = np.sqrt(2000 / 50) * error
    assert (np.abs(few - own_units) < 5 * weights + 0.5 * weights**2).mean() > 0.95


@pytest.mark.parametrize("method", ["log_likelihood", "reconstruction_probability"])
def test_scores_are_in_the_units_of_the_data(method):
    scores = [
        AnomalyDetector(small_vae, **SMALL, method=method).fit(x).score_samples(x)
        for x in (line(40), 8.0 * line(40) + 16.0)
    ]
    np.testing.assert_allclose(scores[0] - scores[1], 4 * np.log(8.0), rtol=1e-4)


def test_the_score_of_a_row_does_not_depend_on_its_company(detector):
    x = line(30, seed=1)
    together = detector.score_samples(np.concatenate([x, x[::-1], line(400, seed=2)]))
    np.testing.assert_array_equal(together[:30], together[59:29:-1])
    np.testing.assert_allclose(detector.score_samples(x[3:4]), together[3:4], rtol=1e-5)


def test_the_strange_row_and_its_column(detector):
    strange = np.array([[1.0, 1.0, -3.0, 1.0]])
    assert detector.predict(strange) == [-1]
    assert detector.score_samples(strange) < detector.score_samples(line(300)).min()
    assert detector.blame(strange).argmax() == 2
    assert np.abs(np.median(detector.blame(line(300)), axis=0)).max() < 0.05


def test_columns_are_parts_of_the_reconstruction_probability():
    rows = mixed_rows(60)
    detector = AnomalyDetector(mixed_vae, **SMALL, method="reconstruction_probability").fit(rows)
    parts = detector.blame(rows) - detector._usual()
    np.testing.assert_allclose(-parts.sum(axis=1), detector.score_samples(rows), rtol=1e-5)
    # A count far off is the count's own doing, wherever its likelihood stands in the model.
    rows[0, 0] = 60.0
    assert detector.blame(rows[:1]).argmax() == 0


def test_counts_are_not_rescaled_and_not_accepted_as_fractions():
    detector = AnomalyDetector(mixed_vae, **SMALL).fit(mixed_rows(60))
    np.testing.assert_array_equal(detector.scaling_.scale[[0, 2]], 1.0)
    with pytest.raises(ValueError, match="Poisson needs"):
        AnomalyDetector(mixed_vae, **SMALL).fit(mixed_rows(60) + [0.5, 0, 0])


def test_pickles_hold_the_model_and_copies_do_not_share_it(detector):
    x = line(10, seed=1)
    for other in (pickle.loads(pickle.dumps(detector)), copy.deepcopy(detector)):
        np.testing.assert_array_equal(other.score_samples(x), detector.score_samples(x))
        np.testing.assert_array_equal(other.blame(x), detector.blame(x))
        assert other.model_ is not detector.model_
    assert "model_" not in vars(clone(detector))


def test_the_contamination_is_the_share_of_training_rows():
    x = line(200)
    for share in (0.05, 0.25):
        detector = AnomalyDetector(small_vae, **SMALL, contamination=share)
        assert (detector.fit_predict(x) == -1).mean() == share


def test_models_without_a_density_of_latents_take_the_other_score():
    with pytest.raises(ValueError, match='method="reconstruction_probability"'):
        AnomalyDetector("Autoencoder", **SMALL).fit(line(20))
    other = AnomalyDetector("Autoencoder", **SMALL, method="reconstruction_probability")
    assert other.fit(line(20)).score_samples(line(3)).shape == (3,)


def test_values_far_from_all_data_have_finite_scores(detector):
    far = line(5)
    far[0, 0] = 1e30
    assert np.isfinite(detector.score_samples(far)).all()
    assert detector.score_samples(far).argmin() == 0


def test_it_is_quiet(capfd):
    AnomalyDetector(small_vae, **SMALL).fit(line(20)).predict(line(3))
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize(
    "wrong",
    [
        {"contamination": 0.0},
        {"contamination": 0.6},
        {"contamination": "auto"},
        {"method": "likelihood"},
        {"num_samples": 0},
        {"epochs": 1.5},
        {"batch_size": -1},
        {"learning_rate": 0},
    ],
)
def test_arguments_that_are_refused(wrong):
    (name,) = wrong
    with pytest.raises(ValueError, match=f"Received: {name}="):
        AnomalyDetector(small_vae, **{**SMALL, **wrong}).fit(line(10))


def test_steps_do_not_grow_with_the_rows(monkeypatch):
    monkeypatch.setattr(base, "STEPS", 6)
    settings = {**SMALL, "epochs": None, "batch_size": 20}
    for n, epochs in ((40, 3), (60, 2), (300, 1)):
        assert AnomalyDetector(small_vae, **settings).fit(line(n)).n_iter_ == epochs
