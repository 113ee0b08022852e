"""Layers of counts, and what batch normalization and dropout do in an MLP."""

import keras
import numpy as np
import pytest
from checks import to_numpy
from toys import tensor

from keras_vae import networks

X = np.random.default_rng(0).poisson(3.0, (5, 2, 3)).astype("float32")


def test_logarithms_of_counts():
    np.testing.assert_allclose(to_numpy(networks.LogCounts()(tensor(X))), np.log1p(X), rtol=1e-6)
    scaled = X * 100 / X.sum(axis=(1, 2), keepdims=True)
    layer = networks.LogCounts(total=100.0)
    np.testing.assert_allclose(to_numpy(layer(tensor(X))), np.log1p(scaled), rtol=1e-5)
    assert not to_numpy(layer(tensor(np.zeros((2, 3))))).any()
    with pytest.raises(ValueError, match="total"):
        networks.LogCounts(total=0)


def test_shares_of_an_event_add_up_to_one():
    shares = np.exp(to_numpy(networks.LogShares()(tensor(X))))
    np.testing.assert_allclose(shares.sum(axis=(1, 2)), 1.0, rtol=1e-5)
    ratio = shares[:, 0, 0] / shares[:, 1, 2]
    np.testing.assert_allclose(ratio, np.exp(X[:, 0, 0] - X[:, 1, 2]), rtol=1e-4)


def test_they_keep_large_counts_in_half_precision():
    network = networks.OfCounts(networks.MLP((4,)))
    encoder = network.encoder((3,), {"mean": (2,)}, dtype="mixed_float16")
    assert np.isfinite(to_numpy(encoder(tensor([[1e6, 0.0, 3.0]])))).all()


def test_mlp_with_batch_norm_and_dropout():
    plain, full = networks.MLP((8, 4)), networks.MLP((8, 4), batch_norm=True, dropout=0.5)
    kinds = [
        [type(layer).__name__ for layer in n.encoder((3,), {"mean": (2,)}).layers]
        for n in (plain, full)
    ]
    assert kinds[0] == ["InputLayer", "Dense", "Dense", "Dense"]
    hidden = ["Dense", "BatchNormalization", "Activation", "Dropout"]
    assert kinds[1] == ["InputLayer", *hidden, *hidden, "Dense"]
    decoder = full.decoder((2,), {"logits": (3,)})
    assert not any(isinstance(layer, keras.layers.Dropout) for layer in decoder.layers)
    assert [layer.units for layer in decoder.layers if isinstance(layer, keras.layers.Dense)] == [
        4,
        8,
        3,
    ]
    assert networks.MLP.from_config(full.get_config()) == full != plain
    for dropout in (1.0, -0.1, True):
        with pytest.raises(ValueError, match="dropout"):
            networks.MLP((8,), dropout=dropout)
