"""Conditional VAE (Sohn et al., 2015)."""

from typing import Unpack

from keras_vae.models.paper import Paper, PaperOptions, Shape


class ConditionalVAE(Paper, family="conditional"):
    """VAE of p(x|condition): the condition goes into encoder and decoder.

    Every other model of the zoo takes `condition_shape=` too. `prior="conditional_normal"` learns
    p(z|condition) as well; the default prior is the same for every condition, which leaves to z
    what the condition does not say.

    Args:
        condition_shape: tuple of int, shape of a condition without batch axis; `(num_classes,)`
            takes labels too.

    Reference: Sohn, Lee and Yan, 2015, "Learning structured output representation using deep
        conditional generative models"

    >>> train = keras_vae.datasets.digits().train
    >>> vae = keras_vae.models.ConditionalVAE((8, 8), condition_shape=(10,), hidden=(64,))
    >>> history = vae.fit({"x": train.x, "condition": train.y}, epochs=1, verbose=0)
    >>> vae.generate(condition=[3, 1, 4], seed=0).shape
    (3, 8, 8)
    """

    def __init__(
        self,
        data_shape: Shape,
        condition_shape: Shape,
        latent_dim: int = 2,
        **kwargs: Unpack[PaperOptions],
    ) -> None:
        super().__init__(data_shape, latent_dim, condition_shape=condition_shape, **kwargs)
