"""Models of images whose height and width are free: one for all sizes."""

import keras
import numpy as np
import pytest
from checks import levels, quick_compile

from keras_vae import models, networks

NETWORK = networks.LatentDiffusion((4, 4), groups=2)
SMALL, LARGE = levels(4, (4, 8, 3)), levels(4, (8, 6, 3))


@pytest.fixture(scope="module")
def free():
    return models.AutoencoderKL((None, None, 3), network=NETWORK, seed=0)


def test_every_size_is_that_of_a_model_of_this_size(free):
    for x in (SMALL, LARGE):
        fixed = models.AutoencoderKL(x.shape[1:], network=NETWORK, seed=0)
        fixed.encoder.set_weights(free.encoder.get_weights())
        fixed.decoder.set_weights(free.decoder.get_weights())
        z = fixed.encode(x)
        np.testing.assert_allclose(free.encode(x), z, atol=1e-6)
        np.testing.assert_allclose(free.decode(z), fixed.decode(z), atol=1e-6)
    draws = free.encode(SMALL, 2, seed=0)
    assert draws.shape == (2, 4, 2, 4, 4)
    assert free.decode(draws).shape == (2, *SMALL.shape)


def test_trained_on_one_size_and_saved(free, tmp_path):
    vae = quick_compile(models.AutoencoderKL((None, None, 3), network=NETWORK, seed=0))
    history = vae.fit(SMALL, batch_size=4, verbose=0).history
    assert np.isfinite([history["loss"], history["kl"]]).all()
    assert np.isfinite(vae.log_likelihood(SMALL, 3, seed=0)).all()
    vae.save(tmp_path / "vae.keras")
    again = keras.saving.load_model(tmp_path / "vae.keras")
    np.testing.assert_array_equal(again.encode(LARGE), vae.encode(LARGE))


def test_what_needs_one_size_says_so(free):
    with pytest.raises(ValueError, match=r"divide by 2.*\(5, 8, 3\)"):
        free.encode(levels(4, (5, 8, 3)))
    with pytest.raises(ValueError, match=r"shape \(n, any, any, 3\)"):
        free.encode(levels(4, (4, 8, 1)))
    with pytest.raises(ValueError, match="latents of one size"):
        free.generate(2)
    with pytest.raises(ValueError, match="NormalMixture needs data of one size"):
        models.AutoencoderKL((None, None, 3), network=NETWORK, prior="normal_mixture")
    with pytest.raises(ValueError, match="positive integers"):
        models.AutoencoderKL((None, None, 3), network="conv")
    with pytest.raises(ValueError, match="data_shape"):
        models.AutoencoderKL((None, 3), network=NETWORK)
    with pytest.raises(ValueError, match="divide by 2"):
        models.AutoencoderKL((5, 8, 3), network=NETWORK)
    with pytest.raises(ValueError, match="missing=True"):
        models.AutoencoderKL((None, None, 3), network=NETWORK, missing=True)


@pytest.mark.parametrize(
    ("dtype", "eps"), [("mixed_bfloat16", 2**-7), ("bfloat16", 2**-7), ("mixed_float16", 2**-10)]
)
def test_half_precision_is_near_and_finite(free, dtype, eps):
    half = models.AutoencoderKL((None, None, 3), network=NETWORK, dtype=dtype)
    half.encoder.set_weights(free.encoder.get_weights())
    half.decoder.set_weights(free.decoder.get_weights())
    # Bright images of one colour have next to no variance in a group of channels.
    x = np.concatenate([SMALL, np.ones_like(SMALL)])
    z, again = half.encode(x), half.reconstruct(x)
    assert z.dtype == again.dtype == np.float32
    # Values near one, rounded by each of about thirty layers.
    assert np.max(np.abs(z - free.encode(x))) < 32 * eps
    assert np.max(np.abs(again - free.reconstruct(x))) < 32 * eps
