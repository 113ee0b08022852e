"""What a trained model says of images that it does not know."""

import warnings

import numpy as np
import pytest
from checks import quick_compile

from keras_vae import VAE, models

FAR = "far outside of its prior|of another kind"
#: every other pixel on: as unlike a digit as an image can be
STRIPES = np.tile(np.arange(28) % 2, (8, 28, 1)).astype("float32")


@pytest.fixture(scope="module")
def gated():
    vae = VAE.from_preset("hierarchical_vae_mnist")
    quick_compile(vae)
    return vae


def test_evaluate_and_scores_warn_once_where_a_model_is_lost(gated):
    for call in (
        lambda: gated.evaluate(STRIPES, verbose=0),
        lambda: gated.log_likelihood(STRIPES, num_samples=2),
    ):
        with pytest.warns(UserWarning, match=FAR) as told:
            call()
        assert len([one for one in told if "these data" in str(one.message)]) == 1


def test_fit_warns_once():
    vae = models.GaussianVAE((4,), 2, hidden=(4,), seed=0)
    quick_compile(vae)
    x = 1e5 * np.random.default_rng(0).normal(size=(64, 4))
    with pytest.warns(UserWarning, match=FAR) as told:
        vae.fit(x, validation_data=(x,), epochs=3, verbose=0)
    assert len([one for one in told if "far outside" in str(one.message)]) == 1


def test_known_data_give_no_word():
    vae = models.BernoulliVAE((4,), 2, hidden=(4,), seed=0)
    quick_compile(vae)
    x = np.eye(4).repeat(8, axis=0)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        vae.fit(x, validation_data=(x,), epochs=2, verbose=0)
        vae.evaluate(x, verbose=0)
        vae.log_likelihood(x, num_samples=5)
