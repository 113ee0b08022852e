"""Residual networks with a RealNVP as prior (Xu et al., 2019), dynamic MNIST."""

from keras_vae import callbacks, models, networks, priors
from keras_vae.presets.recipe import Recipe
from keras_vae.presets.recipes.protocols import (
    FIXED,
    MNIST_LICENCE,
    constant_adam,
    dynamic_mnist,
)

LATENT = 40


def _model(seed):
    encoded, decoded = {"mean": (LATENT,), "log_var": (LATENT,)}, {"logits": (28, 28)}
    stages = {"filters": (32, 64), "strides": (2, 2), "dense": (128,), "activation": "elu"}
    encoder = networks.residual_encoder((28, 28), encoded, **stages, name="encoder")
    decoder = networks.residual_decoder((LATENT,), decoded, **stages, name="decoder")
    prior = priors.RealNVP(num_flows=20, hidden=(64, 64))
    return models.VAE(encoder, decoder, prior=prior, seed=seed)


RECIPES = [
    Recipe(
        name="real_nvp_prior_vae",
        title="residual VAE, z40, RealNVP prior, dynamic MNIST",
        reference="Xu et al., 2019, arXiv:1905.13452",
        data=dynamic_mnist,
        protocol=FIXED,
        licence=MNIST_LICENCE,
        model=_model,
        optimizer=constant_adam(1e-3),
        epochs=400,
        binarize="dynamic",
        callbacks=lambda: [callbacks.LinearKLWarmup(50)],
        patience=50,
        patience_from=50,
        num_samples=1000,
        published={
            "value": 78.49,
            "what": "negative_log_likelihood",
            "num_samples": 1000,
            "source": "Xu et al., 2019",
        },
        differs="narrower residual networks, and 20 couplings without invertible dense layers",
        # 1.3 million weights, which would take 5 MB.
        significant_bits=16,
        backend="tensorflow",
    ),
]
