"""Scores of disentanglement: their greatest value on perfect codes, little on rotated ones."""

import numpy as np
import pytest
import scipy.stats
from sklearn.metrics import mutual_info_score

from keras_vae.evaluation import (
    beta_vae_score,
    dci,
    disentanglement_scores,
    factor_vae_score,
    irs,
    mig,
    modularity,
    sap,
)
from keras_vae.evaluation.disentanglement.arrays import in_bins, mutual_information
from keras_vae.evaluation.disentanglement.fixed_factor import FixedFactor

#: a full grid of four factors with four values each
FACTORS = np.stack(np.meshgrid(*[np.arange(4)] * 4), axis=-1).reshape(-1, 4)
#: perfect: each latent is a factor, in another order, scaled, with another sign; and one is idle
PERFECT = np.column_stack([FACTORS[:, [2, 0, 3, 1]] * [1.0, -3.0, 0.5, 2.0], np.zeros(256)])
# A rotation in which each latent has the same share of every factor, so that nothing tells them
# apart; a random one would leave each latent a favourite.
HADAMARD = np.array([[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]]) / 2
ROTATED = (FACTORS - 1.5) @ HADAMARD
#: the same of four bits, for the trees, which take long for several classes
BITS = np.stack(np.meshgrid(*[np.arange(2)] * 4), axis=-1).reshape(-1, 4)[np.arange(320) % 16]
PERFECT_BITS = np.column_stack([BITS[:, [2, 0, 3, 1]] * [1.0, -3.0, 0.5, 2.0], np.zeros(320)])
ROTATED_BITS = (BITS - 0.5) @ HADAMARD
#: rows enough that each score sees the grid several times
ROWS = np.tile(np.arange(256), 4)
FEW = {"num_train": 300, "num_test": 200}

SCORES = {
    "mig": (lambda z, v: mig(z, v), 1.0, 0.1),
    "sap": (lambda z, v: sap(z, v, continuous=True, num_test=1), 1.0, 0.05),
    "factor_vae_score": (lambda z, v: factor_vae_score(z, v, **FEW), 1.0, 0.45),
    "beta_vae_score": (lambda z, v: beta_vae_score(z, v, **FEW), 1.0, 0.4),
    "modularity": (lambda z, v: modularity(z[:, :4], v), 1.0, 0.1),
    "irs": (lambda z, v: irs(z, v), 1.0, 0.4),
}


@pytest.mark.parametrize("name", SCORES)
def test_one_on_perfect_codes_and_low_on_rotated_ones(name):
    score, greatest, low = SCORES[name]
    assert score(PERFECT[ROWS], FACTORS[ROWS]) == pytest.approx(greatest, abs=1e-5)
    assert score(ROTATED[ROWS], FACTORS[ROWS]) < low


def test_sap_of_two_classes_is_a_half_at_most():
    factors = FACTORS[ROWS] // 2
    # The second best latent guesses one of two balanced classes: 1/2, give or take its luck.
    error = 4 * 0.5 / np.sqrt(300)
    assert sap(factors * 2.0, factors) == pytest.approx(0.5, abs=error)


def test_dci_is_one_on_perfect_codes_and_low_on_rotated_ones():
    perfect = dci(PERFECT_BITS, BITS)
    assert perfect[:3] == pytest.approx((1.0, 1.0, 1.0), abs=1e-6)
    rotated = dci(ROTATED_BITS, BITS)
    assert rotated.disentanglement < 0.3 and rotated.completeness < 0.3
    assert rotated.informativeness == 1.0  # which does not ask for axes
    np.testing.assert_allclose(rotated.importance.sum(axis=0), 1.0)


def test_dci_is_the_entropy_of_its_importances():
    rng = np.random.default_rng(0)
    factors = rng.integers(2, size=(90, 3))
    scores = dci(factors @ rng.normal(size=(3, 4)) + rng.normal(size=(90, 4)), factors)
    shares = scores.importance
    each = 1 - scipy.stats.entropy(shares.T, base=3)
    assert scores.disentanglement == pytest.approx(np.average(each, weights=shares.sum(1)))
    each = 1 - scipy.stats.entropy(shares, base=4)
    assert scores.completeness == pytest.approx(np.average(each, weights=shares.sum(0)))


def test_mig_by_hand():
    # Two bits; the first latent is the first bit, the second is their exclusive or.
    factors = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    codes = np.column_stack([factors[:, 0], factors[:, 0] ^ factors[:, 1]])
    assert mig(codes, factors) == pytest.approx(0.5)  # 1 for the first bit, 0 for the second
    assert modularity(codes, factors) == pytest.approx(0.5)


def test_mutual_information_is_that_of_scikit_learn():
    rng = np.random.default_rng(0)
    factors = rng.integers(5, size=(500, 2))
    codes = factors + rng.normal(size=(500, 2))
    edges = [np.histogram(code, 20)[1][:-1] for code in codes.T]
    bins = np.column_stack([np.digitize(c, e) for c, e in zip(codes.T, edges, strict=True)])
    np.testing.assert_array_equal(in_bins(codes, 20), bins - 1)
    expected = [[mutual_info_score(f, b) for f in factors.T] for b in bins.T]
    np.testing.assert_allclose(mutual_information(in_bins(codes, 20), factors), expected)


def test_irs_by_hand():
    factors = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    code = np.array([0.0, 1.0, 4.0, 5.0])  # 4 a + b: strays by 1/2 with a fixed, by 2 with b
    assert irs(code[:, None], factors, quantile=1.0) == pytest.approx(1 - 0.5 / 2.5)


@pytest.mark.parametrize("sides", [1, 2])
def test_batches_fix_one_factor_and_leave_the_others(sides):
    draws = FixedFactor("test", FACTORS.astype(float), FACTORS, seed=0)
    blocks = list(draws.batches(200, 16, sides))
    fixed = np.concatenate([block[0] for block in blocks])
    values = np.concatenate([block[1] for block in blocks])  # the codes are the factors
    axis = 1 if sides == 1 else 2
    same = np.all(values == np.take(values, [0], axis), axis=tuple(range(1, values.ndim - 1)))
    # With two sides, 16 pairs share another factor too once in 4^16.
    np.testing.assert_array_equal(same, np.arange(4) == fixed[:, None])
    others = values.reshape(200, -1, 4)[fixed == 0][:, :, 1:]
    counts = np.bincount(others.astype(int).ravel(), minlength=4)
    assert scipy.stats.chisquare(counts).pvalue > 1e-4


def test_a_sample_of_the_grid_serves_too():
    rows = np.random.default_rng(0).choice(256, 200)
    for score in (factor_vae_score, beta_vae_score):
        assert score(PERFECT[rows], FACTORS[rows], **FEW) > 0.98


def test_latents_without_variance_take_no_part():
    assert factor_vae_score(0.04 * PERFECT[:, 4:], FACTORS, **FEW) == 0.0
    assert irs(PERFECT[:, 4:], FACTORS) == 0.0
    assert modularity(PERFECT, FACTORS) == pytest.approx(4 / 5)  # the idle one counts 0


def test_all_scores_in_one_call_repeat():
    first, again = (disentanglement_scores(PERFECT_BITS, BITS, 200, 100, seed=3) for _ in "ab")
    assert first == again
    low = [name for name, score in first.items() if not score > 0.7]
    assert low == ["sap"]  # whose greatest value is 1/2 here


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: mig(PERFECT, FACTORS[:9]), r"as many rows.*\(256, 5\), factors of shape \(9, 4\)"),
        (lambda: mig(PERFECT[:, :1], FACTORS), r"at least 2 latents"),
        (lambda: sap(PERFECT, FACTORS / 2), r"factors as integers.*dtype float64"),
        (lambda: irs(PERFECT * np.nan, FACTORS), "finite codes"),
        (
            lambda: dci(PERFECT, 0 * FACTORS),
            r"two values or more. Received: factors \[0, 1, 2, 3\]",
        ),
        (lambda: modularity(PERFECT, FACTORS[:, :1]), "at least 2 factors"),
        (lambda: factor_vae_score(PERFECT, FACTORS, batch_size=1), "batch_size >= 2"),
        (
            lambda: beta_vae_score(PERFECT, np.column_stack([FACTORS, np.arange(256)])),
            r"same value of each factor. Received: factors \[4\]",
        ),
    ],
)
def test_bad_arguments(call, message):
    with pytest.raises(ValueError, match=message):
        call()
