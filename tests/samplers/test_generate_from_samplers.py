"""`generate` draws latents from what it is given, and better ones than the prior's."""

import keras
import numpy as np
import pytest
from checks import bits, quick_compile
from toys import grey, small_vae

from keras_vae import models, samplers

X = grey(20)


class Fixed:
    """Anything that samples."""

    def __init__(self, z):
        self.z = np.asarray(z, "float32")

    def sample(self, num_samples, seed=None):
        return self.z[:num_samples]


@pytest.fixture(scope="module")
def vae():
    return small_vae()


def test_latents_come_from_the_sampler(vae):
    z = np.random.default_rng(0).normal(size=(5, 2))
    np.testing.assert_array_equal(vae.generate(5, sampler=Fixed(z)), vae.decode(z))


def test_the_attached_sampler_takes_the_priors_place(vae):
    prior = vae.generate(5, seed=0)
    np.testing.assert_array_equal(vae.generate(5, seed=0, sampler=samplers.Prior().fit(vae)), prior)
    vae.sampler = samplers.GaussianMixture(2).fit(vae, X, seed=0)
    z = vae.sampler.sample(5, seed=keras.random.SeedGenerator(0))
    np.testing.assert_array_equal(vae.generate(5, seed=0), vae.decode(z))
    np.testing.assert_array_equal(vae.generate(5, seed=0, sampler="prior"), prior)
    np.testing.assert_array_equal(vae.generate(5, seed=0, sampler=Fixed(z)), vae.decode(z))
    vae.sampler = None
    np.testing.assert_array_equal(vae.generate(5, seed=0), prior)


def test_conditional_models_decode_with_their_condition():
    vae = small_vae(condition_shape=(3,))
    data = {"x": X, "condition": np.arange(20) % 3}
    sampler = samplers.KDE().fit(vae, data, seed=0)
    x = vae.generate(condition=[0, 2], seed=0, sampler=sampler)
    z = sampler.sample(2, seed=keras.random.SeedGenerator(0))
    np.testing.assert_array_equal(x, vae.decode(z, condition=[0, 2]))
    mixed = models.SemiSupervisedVAE((6,), num_classes=2, latent_dim=2, hidden=(4,), seed=0)
    sampler = samplers.AggregatePosterior().fit(mixed, X)
    assert mixed.generate(4, seed=0, sampler=sampler).shape == (4, 6)


def test_a_mixture_of_latents_beats_the_prior_on_two_clusters():
    # An autoencoder puts its latents anywhere: its decoder has seen next to none of the prior.
    x = bits(200, (12,))
    vae = models.Autoencoder((12,), latent_dim=2, hidden=(16,), likelihood="bernoulli", seed=0)
    quick_compile(vae, keras.optimizers.Adam(0.02)).fit(x, epochs=30, batch_size=50, verbose=0)
    sampler = samplers.GaussianMixture(2).fit(vae, x, seed=0)

    def distance(images):
        """Mean distance to the nearer of the two prototypes that the data come from."""
        prototypes = np.round([x[::2].mean(axis=0), x[1::2].mean(axis=0)])
        return np.abs(images[:, None] - prototypes).mean(axis=-1).min(axis=1).mean()

    assert distance(vae.generate(300, seed=0, sampler=sampler)) < distance(
        vae.generate(300, seed=0)
    )
