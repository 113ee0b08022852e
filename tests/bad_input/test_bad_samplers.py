"""Samplers that cannot be meant, and latents that they cannot know."""

import keras
import numpy as np
import pytest
from toys import grey, small_vae

from keras_vae import models, samplers

X = grey(8)
Z = np.random.default_rng(0).normal(size=(8, 2))


def fit(sampler, model, **kwargs):
    return lambda: sampler().fit(model(), X, **kwargs)


def small(name, **kwargs):
    return lambda: getattr(models, name)((6,), **{"hidden": (4,), **kwargs})


def conditional():
    return small_vae(models.ConditionalVAE, condition_shape=(3,), prior="conditional_normal")


def generate(sampler, **kwargs):
    return lambda: small_vae().generate(3, sampler=sampler, **kwargs)


def attach(sampler):
    def call():
        small_vae().sampler = sampler

    return call


mixture = samplers.GaussianMixture(2)
known = samplers.GaussianMixture(2).fit_latents(Z, seed=0)
CASES = {
    # constructors
    "components": (
        lambda: samplers.GaussianMixture(0),
        "`num_components` must be a positive integer",
        "=0",
    ),
    "covariance": (lambda: samplers.GaussianMixture(2, "tied"), "one of ['full', 'diag']", "tied"),
    "bandwidth": (lambda: samplers.KDE(0.0), "`bandwidth` must be a number > 0", "bandwidth=0.0"),
    "bandwidth by name": (lambda: samplers.KDE("silverman"), '"scott"', "'silverman'"),
    "points": (lambda: samplers.KDE(num_points=1), "num_points >= 2", "num_points=1"),
    "flows": (
        lambda: samplers.MAF(num_flows=0),
        "`num_flows` must be a positive integer",
        "num_flows=0",
    ),
    "latents of latents": (
        lambda: samplers.TwoStageVAE(latent_dim=0),
        "`latent_dim` must be a positive integer",
        "=0",
    ),
    "widths": (lambda: samplers.TwoStageVAE(hidden=(0,)), "hidden", "(0,)"),
    "pseudo-inputs": (
        lambda: samplers.VampPseudoInputs(0),
        "`num_components` must be a positive integer",
        "=0",
    ),
    "posteriors": (
        lambda: samplers.AggregatePosterior(-1),
        "`num_components` must be a positive integer",
        "=-1",
    ),
    # latents
    "one latent": (lambda: mixture.fit_latents(Z[:1]), "at least two latents", "1 latent(s)"),
    "latents alike": (
        lambda: mixture.fit_latents(np.ones((5, 2))),
        "not all alike",
        "all alike",
    ),
    "latents without a batch": (lambda: mixture.fit_latents(Z[0]), "(n, latent)", "shape (2,)"),
    "NaN": (lambda: mixture.fit_latents(Z * np.nan), "z must be finite", "z[0]"),
    "fewer latents than components": (
        lambda: samplers.GaussianMixture(9).fit_latents(Z),
        "at least as many latents as components",
        "8 latents, num_components=9",
    ),
    "fewer examples than pseudo-inputs": (
        fit(samplers.VampPseudoInputs, small_vae),
        "at least as many examples as pseudo-inputs",
        "8 examples, num_components=500",
    ),
    "draws of q": (
        fit(samplers.KDE, small_vae, num_samples=0),
        "`num_samples` must be a positive integer",
        "num_samples=0",
    ),
    "width of z": (lambda: known.log_prob(Z[:, :1]), "(n, 2)", "(8, 1)"),
    "no draws": (
        lambda: known.sample(0),
        "`num_samples` must be a positive integer",
        "num_samples=0",
    ),
    "unfitted": (lambda: mixture.sample(3), "call sampler.fit(vae, x)", "not been fitted"),
    "unfitted density": (lambda: mixture.log_prob(Z), "call sampler.fit", "not been fitted"),
    "unfitted file": (lambda: mixture.save("m.keras"), "call sampler.fit", "not been fitted"),
    "file's ending": (lambda: known.save("m.h5"), "ends in .keras", "m.h5"),
    # models
    "sphere": (fit(samplers.KDE, small("SVAE", latent_dim=2)), "AggregatePosterior", "on a sphere"),
    "ball": (
        fit(samplers.MAF, small("PoincareVAE", latent_dim=2)),
        "AggregatePosterior",
        "Poincaré ball",
    ),
    "bits": (
        fit(samplers.GaussianMixture, small("BinaryVAE", latent_dim=3)),
        "real numbers",
        "BinaryVAE, whose latents are discrete",
    ),
    "posteriors without noise": (
        fit(samplers.AggregatePosterior, small("RAE")),
        "posteriors with noise",
        "RAE with posteriors Point",
    ),
    "posteriors by flows": (
        fit(samplers.AggregatePosterior, small("PlanarVAE", latent_dim=2)),
        "samplers.KDE",
        "Transformed",
    ),
    "pseudo-inputs of a sphere": (
        lambda: samplers.VampPseudoInputs(3).fit(small("SVAE", latent_dim=2)(), X),
        "a normal posterior",
        "VonMisesFisher",
    ),
    "prior with a condition": (
        fit(samplers.KDE, conditional),
        "without looking at a condition",
        "ConditionalVAE",
    ),
    # generate
    "name": (generate("kde"), ".fit(vae, x)", "sampler='kde'"),
    "class": (generate(samplers.KDE), 'sampler="prior"', "KDE"),
    "temperature": (
        generate(known, temperature=0.5),
        "a temperature for the prior only",
        "temperature=0.5",
    ),
    "sampler not fitted": (generate(mixture), "call sampler.fit(vae, x)", "not been fitted"),
    "latents of another model": (
        lambda: small_vae(latent_dim=3).generate(3, sampler=known),
        "(n, 3)",
        "(3, 2)",
    ),
    "attached to another model": (
        lambda: setattr(small_vae(latent_dim=3), "sampler", known),
        "latents of shape (3,)",
        "of shape (2,)",
    ),
    "attached by name": (attach("prior"), "keras_vae.samplers.Sampler", "'prior'"),
    "attached layer": (attach(keras.layers.Dense(2)), "sample(n, seed)", "Dense"),
}


@pytest.mark.parametrize("name", CASES)
def test_refused_with_expected_and_received(name):
    call, expected, received = CASES[name]
    with pytest.raises(ValueError) as error:
        call()
    assert expected in str(error.value)
    assert received in str(error.value)


def test_codes_have_a_prior_to_fit():
    vae = models.VQVAE((4, 3), latent_dim=2, num_codes=5, filters=(3, 3), blocks=1)
    for sampler in (samplers.KDE(), samplers.AggregatePosterior()):
        with pytest.raises(ValueError, match=r"vae.fit_prior\(x\).*Received: VQVAE"):
            sampler.fit(vae, grey(4, (4, 3)))
