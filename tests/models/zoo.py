"""Every model of the zoo, and a small one with each part, at a size that trains in no time."""

import functools
import inspect

from keras_vae import VAE, likelihoods, models, networks, objectives, posteriors, priors
from keras_vae.parts import snake_case

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


#: arguments that make a paper small, wherever its constructor has them; a new paper adds no line
#: here unless it has an argument with a size of a new name
TINY = {
    "condition_shape": (3,),
    "context_dim": 3,
    "discriminator_filters": 4,
    "discriminator_hidden": (8,),
    "discriminator_stages": 1,
    "flow_hidden": (8,),
    "latent_dims": (2, 3),
    "levels": (4, 3),
    "num_bits": 3,
    "num_categories": 4,
    "num_classes": 2,
    "num_clusters": 3,
    "num_codes": 5,
    "num_components": 4,
    "num_estimates": 2,
    "num_exemplars": 6,
    "num_flows": 2,
    "num_levels": 2,
    "num_samples": 3,
    "num_topics": 3,
    "num_variables": 3,
    "top_hidden": (8,),
}
#: options that make each kind of network small
TINY_NETWORKS = {
    networks.MLP: {"hidden": (8,)},
    networks.Gated: {"hidden": (8,)},
    networks.Conv: SMALL_CONV,
    networks.Residual: SMALL_MAP,
    networks.LatentDiffusion: {"filters": (4,), "groups": 2, "attention": False},
    networks.Ladder: {"hidden": (8, 8)},
    networks.VeryDeep: {"width": 4, "enc_blocks": "4d4", "dec_blocks": "1x1,4m1"},
    networks.TAESD: {"filters": 4, "blocks": (1,)},
    networks.DeepCompression: {"filters": (4,), "blocks": (1,), "attention": 0},
}
#: what else the tests change of a paper
OWN = {
    "TabularVAE": {"warmup": 0.0},  # the contract wants its loss at full weights
    "AutoencoderKL": {"latent_dim": 2, "beta": 1.0},  # the contract wants the whole KL
    "AutoencoderDC": {"latent_dim": 2},
    "BinaryVAE": {"latent_dim": 4},
    "HierarchicalVAE": {"hidden": (8, 8)},
    "InfoVAE": {"lambd": 3.0},
    "JointVAE": {"num_categories": (3, 2)},
    "PowerSphericalVAE": {"latent_dim": 3},
    "RAE": {"penalty": "gradient"},
    "ResidualVQVAE": {"num_codes": 3},
    "SVAE": {"latent_dim": 3},
    "SlicedWAE": {"weight": 1.0},
    "VQVAE2": {"latent_dim": 2},
    "TinyAutoencoder": {"latent_dim": 2},
    "VDVAE": {"latent_dim": 1},
    # A hinge gives the last bias no gradient while all logits lie within it.
    "VQGAN": {"latent_dim": 2, "discriminator_loss": "non_saturating"},
    "VQModel": {"latent_dim": 2},
    "WAE": {"weight": 1.0},
}
#: papers with the two latents that their golden weights have; others have the paper's number
TWO_LATENTS = (
    "IAFVAE JointVAE MAFPriorVAE PlanarVAE PoincareVAE RadialVAE RealNVPPriorVAE ResidualVQVAE "
    "SemiSupervisedVAE SylvesterVAE VQVAE VaDE VampVAE"
).split()


def tiny(paper):
    """The arguments that make a paper small: of its networks, those in `TINY`, and its own."""
    network = TINY_NETWORKS[type(paper.default("network"))]
    sizes = {name: TINY[name] for name in inspect.signature(paper).parameters if name in TINY}
    latents = {"latent_dim": 2} if paper.__name__ in TWO_LATENTS else {}
    return {**network, **sizes, **latents, **OWN.get(paper.__name__, {})}


#: one for each name in `models.__all__`
MODELS = {
    "VAE": joined,
    **{
        name: small(name, **tiny(getattr(models, name))) for name in models.__all__ if name != "VAE"
    },
}

#: arguments of the likelihoods that the tests change
LIKELIHOOD_OPTIONS = {
    "Normal": {"scale": 0.3},
    "SharedNormal": {"initial_scale": 0.5},
    "Laplace": {"initial_scale": 0.5},
    "StudentT": {"initial_scale": 0.5},
    "LogCosh": {"initial_scale": 0.5},
    "Categorical": {"num_levels": 4},
    "Multinomial": {"total": 12},
    "Ordinal": {"num_levels": 4},
    "MSSSIM": {"window": 3, "num_scales": 1},
}


def named_likelihoods():
    """The likelihoods known by name, as functions that make one."""
    return {
        snake_case(cls.__name__): functools.partial(cls, **LIKELIHOOD_OPTIONS.get(cls.__name__, {}))
        for cls in likelihoods.MEMBERS
    }


LIKELIHOODS = named_likelihoods()

PRIORS = {
    "standard_normal": priors.StandardNormal,
    "learned_normal": priors.LearnedNormal,
    "laplace_dirichlet": functools.partial(priors.LaplaceDirichlet, concentration=0.5),
    "normal_mixture": functools.partial(priors.NormalMixture, num_components=3, seed=0),
    "vamp": functools.partial(priors.Vamp, num_components=3, seed=0),
    "exemplar": functools.partial(priors.Exemplar, num_exemplars=6),
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
    "hierarchical_pixel_cnn": "VQVAE2",
    "code_transformer": "VQVAE",
    "mask_git": "VQVAE",
    "two_level": "HierarchicalVAE",
    "hierarchy": "LadderVAE",
}

#: models whose loss need not fall: two players pull at it, or a multiplier or codebook moves
ADVERSARIAL = {
    "FactorVAE",
    "AdversarialAutoencoder",
    "VQGAN",
    "VAEGAN",
    "SoftIntroVAE",
    "geco",
    "gradient_codebook",
}

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
    "conv_ladder": small(
        "LadderVAE", latent_dims=(2, (2, 2, 2)), hidden=(8, 4), condition_shape=(3,)
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
