"""Tiny models, untrained: the plots do not care."""

import numpy as np

import keras_vae


def labelled_vae():
    """Conditional, of three classes and colour images of 4x4 pixels, with three latents."""
    return keras_vae.models.BernoulliVAE(
        (4, 4, 3), latent_dim=3, hidden=(8,), condition_shape=(3,), seed=0
    )


def vae_with_prior(prior, **kwargs):
    """Of images of 4x4 pixels, with two latents."""
    return keras_vae.models.BernoulliVAE(
        (4, 4), latent_dim=2, hidden=(8,), prior=prior, seed=0, **kwargs
    )


def images(count, *channels):
    """Random images of 4x4 pixels."""
    return np.random.default_rng(0).uniform(size=(count, 4, 4, *channels)).astype("float32")
