"""Copies of training examples, against SciPy's distances and its rank test."""

import numpy as np
import pytest
from scipy import stats
from scipy.spatial.distance import cdist

from keras_vae.evaluation import memorisation, shuffled_elements


def sets():
    rng = np.random.default_rng(0)
    return (rng.normal(size=(n, 3, 2)) for n in (40, 200, 60))


def test_it_is_the_rank_test_of_nearest_distances():
    generated, train, test = sets()
    found = memorisation(generated, train, test)
    flat = [values.reshape(len(values), -1) for values in (generated, train, test)]
    own, others = cdist(flat[0], flat[1]), cdist(flat[2], flat[1])
    np.testing.assert_allclose(found.generated, own.min(axis=1), rtol=1e-10)
    np.testing.assert_allclose(found.test, others.min(axis=1), rtol=1e-10)
    np.testing.assert_array_equal(found.rows, own.argmin(axis=1))
    test = stats.mannwhitneyu(
        found.test, found.generated, method="asymptotic", use_continuity=False
    )
    assert found.share == pytest.approx(test.statistic / (40 * 60))
    assert 2 * stats.norm.sf(abs(found.z_score)) == pytest.approx(test.pvalue)


def test_copies_are_found_and_new_examples_are_not():
    generated, train, test = sets()
    copies = memorisation(train[:50], train, test)
    assert copies.share == 1.0 and copies.z_score > 5 and not copies.generated.any()
    assert abs(memorisation(generated, train, test).z_score) < 3


def test_bad_sets_are_refused():
    generated, train, test = sets()
    with pytest.raises(ValueError, match="features"):
        memorisation(generated[:, :2], train, test)
    with pytest.raises(ValueError, match="finite"):
        memorisation(generated, np.full_like(train, np.nan), test)


def test_shuffled_elements_keep_each_element_and_lose_the_rest():
    x = np.random.default_rng(0).normal(size=(4000, 1)) * np.ones((1, 2))
    mixed = shuffled_elements(x, seed=1)
    np.testing.assert_array_equal(np.sort(mixed, axis=0), np.sort(x, axis=0))
    assert abs(np.corrcoef(mixed.T)[0, 1]) < 4 / np.sqrt(4000)
    np.testing.assert_array_equal(mixed, shuffled_elements(x, seed=1))
    assert (mixed != shuffled_elements(x, seed=2)).any()
