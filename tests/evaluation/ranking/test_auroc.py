"""The area under the ROC curve, against scikit-learn's."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from keras_vae.evaluation import auroc


@pytest.mark.parametrize("values", [1000, 5])  # the latter with many ties
def test_it_is_the_area_under_the_curve(values):
    rng = np.random.default_rng(0)
    high, low = rng.integers(0, values, 70) + 1, rng.integers(0, values, 40)
    labels = np.repeat([1, 0], [70, 40])
    expected = roc_auc_score(labels, np.concatenate([high, low]))
    assert auroc(high, low) == pytest.approx(expected)
    assert auroc(high, low) + auroc(low, high) == pytest.approx(1.0)


@pytest.mark.parametrize("bad", [[], [[1.0]], [np.nan]])
def test_bad_numbers_are_refused(bad):
    with pytest.raises(ValueError, match="high"):
        auroc(bad, [1.0])
    with pytest.raises(ValueError, match="low"):
        auroc([1.0], bad)
