"""Every model of the zoo, and a small one with each part, at a size that trains in no time."""

import functools

from keras_vae import VAE, likelihoods, models, networks, objectives, posteriors, priors

DATA_SHAPE = (4, 3)
SMALL_CONV = {"filters": (3, 3), "strides": (1, 2), "dense": (8,)}


def joined(data_shape=DATA_SHAPE, latent_dim=2, likelihood="bernoulli", dtype=None, **kwargs):
    """`VAE` of a small encoder and decoder."""
    likelihood = likelihoods.get(likelihood)
    encoded = posteriors.Normal().parameter_shapes((latent_dim,))
    decoded = likelihood.parameter_shapes(data_shape)
    encoder = networks.mlp(data_shape, encoded, hidden=(8,), dtype=dtype, name="encoder")
    decoder = networks.mlp((latent_dim,), decoded, hidden=(8,), dtype=dtype, name="decoder")
    return VAE(encoder, decoder, likelihood=likelihood, dtype=dtype, **kwargs)


def small(name, **settings):
    """A model of the zoo as a function of `data_shape`, `latent_dim`, `dtype`, `seed`, ..."""

    def make(data_shape=DATA_SHAPE, **kwargs):
        return getattr(models, name)(data_shape, **settings, **kwargs)

    return make


#: one for each name in `models.__all__`
MODELS = {
    "VAE": joined,
    "BernoulliVAE": small("BernoulliVAE", hidden=(8,)),
    "GaussianVAE": small("GaussianVAE", hidden=(8,)),
    "ConvVAE": small("ConvVAE", **SMALL_CONV),
    "BetaVAE": small("BetaVAE", hidden=(8,)),
    "IWAE": small("IWAE", num_samples=3, hidden=(8,)),
    "MIWAE": small("MIWAE", num_estimates=2, num_samples=2, hidden=(8,)),
    "CIWAE": small("CIWAE", num_samples=3, hidden=(8,)),
    "PIWAE": small("PIWAE", num_estimates=2, num_samples=2, hidden=(8,)),
    "VRVAE": small("VRVAE", num_samples=3, hidden=(8,)),
    "BetaTCVAE": small("BetaTCVAE", hidden=(8,)),
    "DIPVAE": small("DIPVAE", hidden=(8,)),
    "FactorVAE": small("FactorVAE", hidden=(8,), discriminator_hidden=(8,)),
    "AnnealedVAE": small("AnnealedVAE", hidden=(8,)),
    "InfoVAE": small("InfoVAE", lambd=3.0, hidden=(8,)),
    "WAE": small("WAE", weight=1.0, hidden=(8,)),
    "SlicedWAE": small("SlicedWAE", weight=1.0, hidden=(8,)),
    "AdversarialAutoencoder": small(
        "AdversarialAutoencoder", hidden=(8,), discriminator_hidden=(8,)
    ),
    "Autoencoder": small("Autoencoder", hidden=(8,)),
    "DenoisingAutoencoder": small("DenoisingAutoencoder", hidden=(8,)),
    "SparseAutoencoder": small("SparseAutoencoder", hidden=(8,)),
    "RAE": small("RAE", hidden=(8,), penalty="gradient"),
}

LIKELIHOODS = {
    "bernoulli": likelihoods.Bernoulli,
    "continuous_bernoulli": likelihoods.ContinuousBernoulli,
    "normal": functools.partial(likelihoods.Normal, scale=0.3),
    "shared_normal": functools.partial(likelihoods.SharedNormal, initial_scale=0.5),
    "heteroscedastic_normal": likelihoods.HeteroscedasticNormal,
    "optimal_normal": likelihoods.OptimalNormal,
    "laplace": functools.partial(likelihoods.Laplace, initial_scale=0.5),
    "student_t": functools.partial(likelihoods.StudentT, initial_scale=0.5),
    "log_cosh": functools.partial(likelihoods.LogCosh, initial_scale=0.5),
    "discretized_logistic": likelihoods.DiscretizedLogistic,
    "categorical": functools.partial(likelihoods.Categorical, num_levels=4),
    "msssim": functools.partial(likelihoods.MSSSIM, window=3, num_scales=1),
}

PRIORS = {
    "standard_normal": priors.StandardNormal,
    "learned_normal": priors.LearnedNormal,
    "normal_mixture": functools.partial(priors.NormalMixture, num_components=3, seed=0),
}

#: models whose loss two players pull at, and which need not fall
ADVERSARIAL = {"FactorVAE", "AdversarialAutoencoder"}

OTHERS = {
    "conditional": small("BernoulliVAE", hidden=(8,), condition_shape=(3,)),
    "conditional_conv": small("ConvVAE", **SMALL_CONV, condition_shape=(3,)),
    "free_bits": lambda **kwargs: joined(objective=objectives.ELBO(free_bits=0.5), **kwargs),
    "free_bits_groups": lambda **kwargs: joined(
        objective=objectives.ELBO(free_bits=0.5, free_bits_groups=1), **kwargs
    ),
    "dreg": small("IWAE", num_samples=3, gradient="dreg", hidden=(8,)),
    "geco": lambda **kwargs: joined(objective=objectives.GECO(target=5.0), **kwargs),
    "delta_normal": lambda **kwargs: joined(posterior=posteriors.DeltaNormal(0.5), **kwargs),
    "batch_norm": small("ConvVAE", **SMALL_CONV, batch_norm=True),
}


def with_part(family, make_part):
    """`VAE` with this part, made anew for each model."""
    return lambda **kwargs: joined(**{family: make_part()}, **kwargs)


VARIANTS = {
    **MODELS,
    **{f"likelihood={name}": with_part("likelihood", part) for name, part in LIKELIHOODS.items()},
    **{f"prior={name}": with_part("prior", part) for name, part in PRIORS.items()},
    **OTHERS,
}
