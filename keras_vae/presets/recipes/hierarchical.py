"""Two levels of latents under a VampPrior (Tomczak and Welling, 2018), dynamic MNIST."""

from keras_vae import callbacks, models, optimizers, priors
from keras_vae.presets.recipe import GATED_DO_NOT_FINE_TUNE, Recipe
from keras_vae.presets.recipes.protocols import FIXED, MNIST_LICENCE, cosine_adam, dynamic_mnist

NUM_COMPONENTS = 500
EPOCHS, WARM_UP = 290, 20


def _model(seed):
    prior = priors.Vamp(NUM_COMPONENTS, seed=seed)
    return models.HierarchicalVAE((28, 28), (40, 40), prior, seed=seed)


def _start_from_images(vae, x):
    vae.prior_layer.top.start_from(x[:NUM_COMPONENTS])


RECIPES = [
    Recipe(
        name="hierarchical_vae_mnist",
        title="two-level gated VAE, z40 and z40, VampPrior 500, dynamic MNIST",
        reference="Tomczak and Welling, 2018, arXiv:1705.07120",
        data=dynamic_mnist,
        protocol=FIXED,
        fine_tunes=GATED_DO_NOT_FINE_TUNE,
        licence=MNIST_LICENCE,
        model=_model,
        optimizer=cosine_adam(2e-3, EPOCHS, optimizers.NormalizedAdam),
        epochs=EPOCHS,
        binarize="dynamic",
        callbacks=lambda: [callbacks.LinearKLWarmup(WARM_UP)],
        patience=100,
        patience_from=WARM_UP,
        prepare=_start_from_images,
        full_every=5,
        published={
            "value": 81.56,
            "what": "negative_log_likelihood",
            "num_samples": 5000,
            "source": "Norouzi et al., 2020, arXiv:2004.04795, table of its repository; mean of "
            "several runs",
        },
        differs=(
            f"{EPOCHS} epochs at a rate that falls along a cosine from 0.002, with a warm-up of "
            f"{WARM_UP}; pseudo-inputs pass through a sigmoid and start from training images; in "
            "the paper's code they are cut off at 0 and 1 and start from noise"
        ),
        # 2.8 million weights, which would take 11 MB.
        significant_bits=9,
    ),
]
