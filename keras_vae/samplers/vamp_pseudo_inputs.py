"""A VampPrior fitted after training (Tomczak and Welling, 2018), arxiv.org/abs/1705.07120."""

from typing import Any

import keras
import numpy as np

from keras_vae import priors
from keras_vae.models.checks import check_values
from keras_vae.parts import check_count
from keras_vae.samplers.flow import maximize_likelihood
from keras_vae.samplers.posterior_mixture import PosteriorMixture
from keras_vae.samplers.seeds import numpy_generator, seed_of
from keras_vae.serialization import register


@register
class VampPseudoInputs(PosteriorMixture):
    """The mixture of posteriors at pseudo-inputs: a VampPrior for a model that trained without.

    It starts at training examples and moves them so that the latents of all of them become likely;
    encoder and decoder stay as they are. Of a model with `keras_vae.priors.Vamp` it takes the
    pseudo-inputs that the model has learned, and trains nothing.

    `arrays` has `pseudo_inputs` (components, event), and `mean` and `log_var` (components, latent)
    of their posteriors.

    Args:
        num_components: int, pseudo-inputs, unless the model has its own. Defaults to `500`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if `num_components` is not a positive integer; on fitting, if the model's
            posterior is not normal, if it is conditional, or if there are fewer examples.

    Reference:
        - [Tomczak and Welling, 2018](https://arxiv.org/abs/1705.07120)

    Example:

    >>> sampler = keras_vae.samplers.VampPseudoInputs(num_components=8)
    >>> sampler.fit(vae, x, epochs=1, seed=0, verbose=0).sample(5, seed=0).shape
    (5, 2)
    """

    other_arrays = ("pseudo_inputs",)

    def __init__(self, num_components: int = 500, **kwargs: Any) -> None:
        check_count("samplers.VampPseudoInputs", num_components=num_components)
        super().__init__(**kwargs)
        self.num_components = num_components

    def fit(
        self,
        vae: Any,
        x: Any,
        seed: int | None = None,
        epochs: int = 10,
        batch_size: int = 256,
        optimizer: Any = "adam",
        verbose: Any = "auto",
        **kwargs: Any,
    ) -> Any:
        """Fit the pseudo-inputs to a trained model's latents of examples.

        Args:
            vae: `keras_vae.VAE`, trained.
            x: array (n, event), the training data.
            seed: int, of the first pseudo-inputs and the latents. Defaults to `None`.
            epochs: int; 0 leaves them at training examples. Defaults to `10`.
            batch_size: int. Defaults to `256`.
            optimizer: name or `keras.optimizers.Optimizer`. Defaults to `"adam"`.
            verbose: as in `keras.Model.fit`. Defaults to `"auto"`.
            **kwargs: passed to `keras.Model.fit`.

        Returns:
            The sampler itself.
        """
        self.check_model(vae)
        prior = vae.prior_layer
        if not isinstance(prior, priors.Vamp):
            prior = self._start(vae, x, seed)
            z = vae.encode(x, num_samples=1, seed=seed_of(seed))[0]
            options = {"epochs": epochs, "batch_size": batch_size, "verbose": verbose, **kwargs}
            maximize_likelihood(prior, z.astype("float32"), optimizer, seed, **options)
        self.keep(vae, prior.distribution().components)
        self.arrays["pseudo_inputs"] = keras.ops.convert_to_numpy(prior.pseudo_inputs())
        return self

    def _start(self, vae, x, seed):
        """A VampPrior at some of the examples."""
        x = check_values(x, vae.data_shape, "x", vae.likelihood_layer)
        if len(x) < self.num_components:
            raise ValueError(
                f"{self.owner} needs at least as many examples as pseudo-inputs. "
                f"Received: {len(x)} examples, num_components={self.num_components}"
            )
        prior = priors.Vamp(self.num_components)
        prior.bind(vae.context)
        prior.build_once(vae.latent_shape)
        rows = numpy_generator(seed).choice(len(x), size=self.num_components, replace=False)
        prior.start_from(np.asarray(x)[np.sort(rows)])
        return prior
