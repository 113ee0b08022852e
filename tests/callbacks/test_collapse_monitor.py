"""The monitor of active units."""

import warnings

import keras
import numpy as np
import pytest
from toys import grey, small_vae

from keras_vae.callbacks import CollapseMonitor

X = grey(32)


def still_vae(*scales):
    """A model that does not learn, whose latents' means vary with these scales."""
    vae = small_vae(optimizer=keras.optimizers.SGD(0.0), hidden=(), latent_dim=len(scales))
    kernel = np.zeros((6, len(scales)))
    kernel[0] = scales
    vae.encoder.get_layer("mean").set_weights([kernel, np.ones(len(scales))])
    return vae


@pytest.mark.parametrize("factor, active", [(1.1, 1), (0.9, 0)])
def test_an_element_is_active_above_the_threshold(factor, active):
    # Such that the second element's mean has about the variance 0.01.
    monitor = CollapseMonitor(X)
    monitor.set_model(still_vae(0.0, factor * 0.1 / X[:, 0].std()))
    assert monitor.active_units() == active


def test_number_is_in_the_history_and_a_collapse_is_told_once():
    with pytest.warns(RuntimeWarning, match="The posterior has collapsed: after epoch 1") as told:
        history = still_vae(0.0, 0.0).fit(X, epochs=3, callbacks=[CollapseMonitor(X)], verbose=0)
    assert history.history["active_units"] == [0, 0, 0]
    assert sum("has collapsed" in str(warning.message) for warning in told) == 1
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message="The posterior has collapsed")
        history = still_vae(5.0, 0.0).fit(X, epochs=2, callbacks=[CollapseMonitor(X)], verbose=0)
    assert history.history["active_units"] == [1, 1]


def test_bad_arguments():
    with pytest.raises(ValueError, match="`threshold` must be a number > 0"):
        CollapseMonitor(X, threshold=0.0)
    with pytest.raises(ValueError, match="`every` must be a positive integer"):
        CollapseMonitor(X, every=0)
