"""Every model of the zoo, and a small one with each part, at a size that trains in no time."""

import functools

from keras_vae import VAE, likelihoods, models, networks, objectives, posteriors, priors

DATA_SHAPE = (4, 3)
SMALL_MAP = {"filters": (3, 3), "blocks": 1, "activation": "elu"}  # no dead units
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
        return getattr(models, name)(data_shape, **{**settings, **kwargs})

    return make


small_flow = functools.partial(small, latent_dim=2, num_flows=2, hidden=(8,))

#: one for each name in `models.__all__`
MODELS = {
    "VAE": joined,
    "BernoulliVAE": small("BernoulliVAE", hidden=(8,)),
    "GaussianVAE": small("GaussianVAE", hidden=(8,)),
    "ConvVAE": small("ConvVAE", **SMALL_CONV),
    "BetaVAE": small("BetaVAE", hidden=(8,)),
    "ConditionalVAE": small("ConditionalVAE", condition_shape=(3,), hidden=(8,)),
    "SemiSupervisedVAE": small("SemiSupervisedVAE", num_classes=2, latent_dim=2, hidden=(8,)),
    "VampVAE": small("VampVAE", latent_dim=2, num_components=4, hidden=(8,)),
    "HierarchicalVAE": small("HierarchicalVAE", latent_dims=(2, 3), hidden=(8, 8)),
    "TwoLayerVAE": small("TwoLayerVAE", latent_dims=(2, 3), hidden=(8,), top_hidden=(8,)),
    "VaDE": small("VaDE", latent_dim=2, num_clusters=3, hidden=(8,)),
    "PlanarVAE": small_flow("PlanarVAE"),
    "RadialVAE": small_flow("RadialVAE"),
    "SylvesterVAE": small_flow("SylvesterVAE"),
    "IAFVAE": small_flow("IAFVAE", context_dim=3, flow_hidden=(8,)),
    "RealNVPPriorVAE": small_flow("RealNVPPriorVAE", flow_hidden=(8,)),
    "MAFPriorVAE": small_flow("MAFPriorVAE", flow_hidden=(8,)),
    "SVAE": small("SVAE", latent_dim=3, hidden=(8,)),
    "PowerSphericalVAE": small("PowerSphericalVAE", latent_dim=3, hidden=(8,)),
    "PoincareVAE": small("PoincareVAE", latent_dim=2, hidden=(8,)),
    "CategoricalVAE": small("CategoricalVAE", num_variables=3, num_categories=4, hidden=(8,)),
    "BinaryVAE": small("BinaryVAE", latent_dim=4, hidden=(8,)),
    "JointVAE": small("JointVAE", latent_dim=2, num_categories=(3, 2), hidden=(8,)),
    "VQVAE": small("VQVAE", latent_dim=2, num_codes=5, **SMALL_MAP),
    "ResidualVQVAE": small("ResidualVQVAE", latent_dim=2, num_levels=2, num_codes=3, **SMALL_MAP),
    "FSQVAE": small("FSQVAE", levels=(4, 3), **SMALL_MAP),
    "LFQVAE": small("LFQVAE", num_bits=3, **SMALL_MAP),
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

#: likelihoods of data that are not levels in [0, 1]: tests/likelihoods trains and saves them
LIKELIHOODS_OF_OTHER_DATA = {
    "mixture_of_discretized_logistics",
    "ordinal",
    "poisson",
    "negative_binomial",
    "zero_inflated_negative_binomial",
    "multinomial",
    "gamma",
    "log_normal",
    "beta",
    "truncated_normal",
    "von_mises",
    "mixed",
}

PRIORS = {
    "standard_normal": priors.StandardNormal,
    "learned_normal": priors.LearnedNormal,
    "normal_mixture": functools.partial(priors.NormalMixture, num_components=3, seed=0),
    "vamp": functools.partial(priors.Vamp, num_components=3, seed=0),
    "real_nvp": functools.partial(priors.RealNVP, num_flows=2, hidden=(4,)),
    "maf": functools.partial(priors.MAF, num_flows=2, hidden=(4,)),
}

#: priors that fit one posterior only, whose models test them
OWN_PRIORS = {
    "hyperspherical_uniform": "SVAE",
    "wrapped_normal": "PoincareVAE",
    "uniform_categorical": "CategoricalVAE",
    "uniform_bernoulli": "BinaryVAE",
    "joint": "JointVAE",
    "gated_pixel_cnn": "VQVAE",
    "pixel_cnn": "VQVAE",
    "code_transformer": "VQVAE",
    "two_level": "HierarchicalVAE",
}

#: models whose loss need not fall: two players pull at it, or a multiplier or codebook moves
ADVERSARIAL = {"FactorVAE", "AdversarialAutoencoder", "geco", "gradient_codebook"}

OTHERS = {
    "prior=conditional_normal": small(
        "ConditionalVAE", condition_shape=(3,), hidden=(8,), prior="conditional_normal"
    ),
    "conditional": small("BernoulliVAE", hidden=(8,), condition_shape=(3,)),
    "conditional_conv": small("ConvVAE", **SMALL_CONV, condition_shape=(3,)),
    "free_bits": lambda **kwargs: joined(objective=objectives.ELBO(free_bits=0.5), **kwargs),
    "gradient_codebook": small("VQVAE", latent_dim=2, num_codes=5, ema=False, **SMALL_MAP),
    # Made anew for each model: two cannot share a part.
    "code_transformer": lambda **kwargs: small(
        "VQVAE",
        latent_dim=2,
        num_codes=5,
        prior=priors.CodeTransformer(width=8, blocks=1, heads=2),
        **SMALL_MAP,
    )(**kwargs),
    "free_bits_groups": lambda **kwargs: joined(
        objective=objectives.ELBO(free_bits=0.5, free_bits_groups=1), **kwargs
    ),
    "hierarchical_vamp": lambda **kwargs: small(
        "HierarchicalVAE", latent_dims=(2, 3), hidden=(8, 8), prior=priors.Vamp(3, seed=0)
    )(**kwargs),
    "conditional_hierarchical": small(
        "HierarchicalVAE", latent_dims=(2, 3), hidden=(8,), condition_shape=(3,)
    ),
    "conditional_two_layer": small(
        "TwoLayerVAE", latent_dims=(2, 3), hidden=(8,), top_hidden=(8,), condition_shape=(3,)
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
