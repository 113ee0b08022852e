"""Probes and clusters, by hand and by trying all pairings."""

import itertools

import numpy as np
import pytest

from keras_vae.evaluation import cluster, clustering_scores, knn_accuracy, linear_probe

RNG = np.random.default_rng(0)
CENTRES = np.array([[0.0, 0], [5, 0], [0, 5]])
LABELS = np.arange(90) % 3
POINTS = CENTRES[LABELS] + RNG.normal(size=(90, 2)) / 4


def test_probes_find_separate_classes():
    halves = (POINTS[:45], LABELS[:45], POINTS[45:], LABELS[45:])
    assert linear_probe(*halves) == knn_accuracy(*halves) == 1.0
    # One latent sees two classes of three: those that differ in it.
    assert linear_probe(POINTS[:45, :1], LABELS[:45], POINTS[45:, :1], LABELS[45:]) < 0.8


def test_a_linear_probe_cannot_do_what_neighbours_can():
    bits = np.arange(80)[:, None] // [1, 2] % 2
    points, labels = bits + RNG.normal(size=(80, 2)) / 20, bits[:, 0] ^ bits[:, 1]
    halves = (points[:40], labels[:40], points[40:], labels[40:])
    assert linear_probe(*halves) < 0.8 and knn_accuracy(*halves) == 1.0


def test_neighbours_by_hand():
    z, y = np.array([[0.0], [1], [2], [10]]), np.array([0, 0, 1, 1])
    assert knn_accuracy(z, y, np.array([[1.4], [9.0]]), np.array([0, 0]), num_neighbours=3) == 0.5


def test_clustering_accuracy_is_the_best_of_all_pairings():
    labels, clusters = RNG.integers(4, size=60), RNG.integers(4, size=60)
    pairings = (np.array(p)[clusters] == labels for p in itertools.permutations(range(4)))
    best = max(pairing.mean() for pairing in pairings)
    assert clustering_scores(labels, clusters).accuracy == pytest.approx(best)


def test_clusters_have_no_names():
    assert clustering_scores(LABELS, (LABELS * 7 + 3) % 11) == pytest.approx((1.0, 1.0, 1.0))
    # Each class split in two: half of each counts.
    split = LABELS * 2 + np.arange(90) // 3 % 2
    assert clustering_scores(LABELS, split).accuracy == pytest.approx(0.5, abs=0.02)
    assert abs(clustering_scores(LABELS, RNG.permutation(LABELS)).ari) < 0.1


def test_cluster_finds_separate_groups_and_repeats():
    first, again = cluster(POINTS, 3, seed=1), cluster(POINTS, 3, seed=1)
    np.testing.assert_array_equal(first, again)
    assert clustering_scores(LABELS, first).accuracy == 1.0


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: linear_probe(POINTS, LABELS[:3], POINTS, LABELS), r"y_train as integers \(90,\)"),
        (lambda: linear_probe(POINTS, LABELS, POINTS[:, :1], LABELS), "equally many features"),
        (
            lambda: linear_probe(POINTS, LABELS, POINTS, LABELS, penalty=0),
            "`penalty` must be a number > 0",
        ),
        (lambda: knn_accuracy(POINTS[:2], LABELS[:2], POINTS, LABELS), "n >= 5"),
        (lambda: cluster(POINTS[:2], 3), "n >= 3"),
        (lambda: clustering_scores(LABELS, LABELS / 2), "clusters as integers"),
        (lambda: clustering_scores([], []), "labels as integers"),
    ],
)
def test_bad_arguments(call, message):
    with pytest.raises(ValueError, match=message):
        call()
