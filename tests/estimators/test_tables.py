"""The detector on DataFrames with mixed columns and missing values."""

import pickle

import numpy as np
import pandas as pd
import pytest
from estimators.small_estimators import SMALL, line, small_vae
from tables.frames import table, with_holes

from keras_vae.estimators import AnomalyDetector

FRAME = with_holes(table(120))[["weight", "job", "city", "stars", "year", "note"]]
COLUMNS = list(FRAME)


@pytest.fixture(scope="module")
def detector():
    options = {**SMALL, "epochs": 5, "num_samples": 10}
    return AnomalyDetector(unseen="missing", **options).fit(FRAME)


def test_the_strange_value_has_its_column_blamed(detector):
    assert detector.n_features_in_ == 6 and list(detector.feature_names_in_) == COLUMNS
    strange = FRAME[:3].copy()
    strange.loc[1, "weight"] = 300.0
    blame = detector.blame(strange)
    assert list(blame) == COLUMNS and list(blame.index) == [0, 1, 2]
    assert blame.idxmax(axis=1)[1] == "weight" and detector.predict(strange)[1] == -1
    assert (blame[["year", "note"]] == 0).all().all()


def test_scores_are_those_of_the_model_and_do_not_depend_on_the_order(detector):
    scores = detector.score_samples(FRAME[:20])
    other = detector.score_samples(FRAME[:20][::-1][COLUMNS[::-1]])
    np.testing.assert_allclose(other[::-1], scores, rtol=1e-5)
    rows = detector.scaling_.forward(FRAME[:20])
    exact, error = detector.model_.log_likelihood(
        rows, num_samples=1000, seed=1, return_standard_error=True, verbose=0
    )
    own_units = exact - np.where(np.isnan(rows), 0.0, detector.scaling_.log_scale).sum(axis=1)
    # 10 draws: an unbiased estimate of p(x), whose logarithm is low by half of its variance.
    spread = np.sqrt(1000 / 10) * error
    assert (np.abs(scores - own_units) < 5 * spread + 0.5 * spread**2).mean() > 0.9
    again = pickle.loads(pickle.dumps(detector))
    np.testing.assert_allclose(again.score_samples(FRAME[:20]), scores, rtol=1e-6)


def test_what_is_missing_adds_nothing(detector):
    empty = pd.DataFrame({name: FRAME[name][:2] for name in COLUMNS}).astype(object)
    empty.loc[:, :] = None
    assert np.isfinite(detector.score_samples(empty)).all()
    assert (detector.blame(empty) == 0).all().all()
    unseen = FRAME[:2].assign(job="pilot")
    missing = FRAME[:2].assign(job=None).astype({"job": FRAME.job.dtype})
    np.testing.assert_array_equal(detector.score_samples(unseen), detector.score_samples(missing))


def test_what_is_refused(detector):
    with pytest.raises(ValueError, match="X must be a DataFrame .* Received: X of type ndarray"):
        detector.predict(np.zeros((2, 6)))
    with pytest.raises(ValueError, match=r"without \['job'\]"):
        detector.predict(FRAME.drop(columns="job"))
    for model in ("GaussianVAE", small_vae):
        with pytest.raises(ValueError, match="must be a paper of tables"):
            AnomalyDetector(model, **SMALL).fit(FRAME)


def test_frames_of_numbers_alone_are_arrays_with_names():
    frame = pd.DataFrame(line(40), columns=list("abcd"))
    detector = AnomalyDetector(small_vae, **SMALL).fit(frame)
    blame = detector.blame(frame[5:8])
    assert list(blame) == list("abcd") and list(blame.index) == [5, 6, 7]
    same = AnomalyDetector(small_vae, **SMALL).fit(line(40))
    np.testing.assert_allclose(blame, same.blame(line(40)[5:8]), rtol=1e-5)
