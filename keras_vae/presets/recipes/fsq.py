"""Codes by rounding, with a PixelCNN over them (Mentzer et al., 2023), Fashion-MNIST."""

import functools

import numpy as np

from keras_vae import datasets, evaluation, models
from keras_vae.presets.recipe import Recipe
from keras_vae.presets.recipes.protocols import FASHION_LICENCE, GREY, cosine_adam


def _model(seed):
    return models.FSQVAE((28, 28), levels=(8, 5, 5, 5), filters=(64, 64), seed=seed)


def _fit_prior(vae, x):
    vae.fit_prior(x, epochs=12, batch_size=100, verbose=2)


def _numbers(vae, part, recipe):
    """Reconstruction, use of the codes, the rate under the prior, and how samples look.

    Reconstruction and rate bound -log p(x). The classifier-FID is a distance in features of a small
    classifier of the training images, trained here: it compares with no paper's FID.
    """
    x, train = part.x, recipe.data().train
    classifier = evaluation.train_classifier(train.x, train.y, seed=recipe.seed)
    distance = functools.partial(evaluation.classifier_fid, x, classifier=classifier)
    log_p = vae.likelihood(vae.encode(x)).log_prob(x)
    reconstruction = -np.asarray(log_p, "float64").mean()
    rate = -vae.prior_layer.log_prob(vae.encode_indices(x)).mean()
    squared = np.square(vae.reconstruct(x) - x).mean()
    return {
        "negative_elbo": float(reconstruction + rate),
        "reconstruction": float(reconstruction),
        "rate_of_the_prior": float(rate),
        "mean_squared_error": float(squared),
        "classifier_fid": {
            "of": f"{len(x)} images each against the test images, 64 features",
            "samples": distance(vae.generate(len(x), seed=recipe.seed)),
            "reconstructions": distance(vae.reconstruct(x)),
            "training_images": distance(train.x[: len(x)]),
        },
        "num_images": len(x),
        **vae.code_usage(x),
    }


RECIPES = [
    Recipe(
        name="fsq_vae_fashion",
        title="FSQ-VAE, 7x7 codes of 1000, with a PixelCNN prior, Fashion-MNIST",
        reference="Mentzer et al., 2023, arXiv:2309.15505",
        data=datasets.fashion_mnist,
        protocol=f"60,000 / 10,000 images; {GREY}",
        licence=FASHION_LICENCE,
        model=_model,
        optimizer=cosine_adam(1e-3, 8),
        epochs=8,
        finish=_fit_prior,
        measure=_numbers,
        differs="the encoder's vectors are normalized, each channel over the batch",
        backend="tensorflow",
    ),
]
