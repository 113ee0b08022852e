"""The aggregate posterior of data (Makhzani et al., 2015), arxiv.org/abs/1511.05644."""

from typing import Any

import keras
import numpy as np

from keras_vae.parts import check_count
from keras_vae.samplers.posterior_mixture import PosteriorMixture
from keras_vae.samplers.seeds import numpy_generator
from keras_vae.serialization import register


@register
class AggregatePosterior(PosteriorMixture):
    """The mixture of q(z|x) over the training examples: where the latents of the data really are.

    The density that a prior should match, for every kind of latent. With narrow posteriors its
    draws are little else than the latents of training examples: measure with it, and generate with
    a smoother one.

    Args:
        num_components: int, examples, chosen at random; the model's file holds their posteriors.
            Defaults to `None`, all.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if `num_components` is not a positive integer; on fitting, if the posterior has
            no noise or is made by flows.

    Reference:
        - [Makhzani et al., 2015](https://arxiv.org/abs/1511.05644)

    Example:

    >>> sampler = keras_vae.samplers.AggregatePosterior().fit(vae, x)
    >>> sampler.sample(5, seed=0).shape
    (5, 2)
    """

    def __init__(self, num_components: int | None = None, **kwargs: Any) -> None:
        if num_components is not None:
            check_count("samplers.AggregatePosterior", num_components=num_components)
        super().__init__(**kwargs)
        self.num_components = num_components

    def fit(self, vae: Any, x: Any, condition: Any = None, seed: int | None = None) -> Any:
        """Keep the posteriors of examples.

        Args:
            vae: `keras_vae.VAE`, trained.
            x: array (n, event), the training data.
            condition: array (n, condition) or labels (n,), of conditional models. Defaults to
                `None`.
            seed: int, of the choice of examples. Defaults to `None`.

        Returns:
            The sampler itself.
        """
        self.check_model(vae)
        self.keep(vae, vae.posterior(self._chosen(vae.prepare(x, condition), seed)))
        return self

    def _chosen(self, inputs, seed):
        num_rows = len(keras.tree.flatten(inputs)[0])
        if self.num_components is None or self.num_components >= num_rows:
            return inputs
        rows = numpy_generator(seed).choice(num_rows, size=self.num_components, replace=False)
        return keras.tree.map_structure(lambda part: np.asarray(part)[rows], inputs)
