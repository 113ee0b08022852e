"""The estimators keep scikit-learn's contract."""

import pytest
from estimators.small_estimators import SMALL, small_vae
from sklearn.utils.estimator_checks import check_estimator

from keras_vae.estimators import AnomalyDetector, VAETransformer


@pytest.mark.parametrize("estimator", [AnomalyDetector, VAETransformer])
def test_check_estimator(estimator):
    results = check_estimator(estimator(small_vae, **SMALL), on_skip=None)
    assert {result["status"] for result in results} <= {"passed", "skipped"}
