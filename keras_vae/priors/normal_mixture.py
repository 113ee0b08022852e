"""Mixture of normals, all parameters learned (Tomczak and Welling, 2018)."""

from typing import Any

import keras
from keras import ops

from keras_vae import distributions
from keras_vae.distributions import Distribution
from keras_vae.parts import check_count, check_positive
from keras_vae.priors.prior import Prior, log_square
from keras_vae.serialization import register
from keras_vae.typing import Shape, Tensor


@register
class NormalMixture(Prior):
    r"""Mixture of normals with diagonal covariances, all parameters learned.

    $$
    p(z) = \sum_{k=1}^{K} \pi_k\, \mathcal{N}(z;\, \mu_k, \sigma_k^2)
    $$

    Its KL from a posterior has no closed form; the objective estimates it at the drawn latent.

    Args:
        num_components: int, number of components. Defaults to `10`.
        spread: float, standard deviation of the components' initial means; they must differ, or
            all would move alike. Defaults to `1.0`.
        seed: int, of the initial means. Defaults to `None`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if `num_components` or `spread` is not positive.

    Reference:
        - [Tomczak and Welling, 2018](https://arxiv.org/abs/1705.07120), section 4: the "MoG" prior
    """

    def __init__(
        self, num_components: int = 10, spread: float = 1.0, seed: int | None = None, **kwargs: Any
    ) -> None:
        check_count("priors.NormalMixture", num_components=num_components)
        check_positive("priors.NormalMixture", spread=spread)
        super().__init__(**kwargs)
        self.num_components = num_components
        self.spread = spread
        self.seed = seed

    def build(self, event_shape: Shape) -> None:
        super().build(event_shape)
        shape = (self.num_components, *self.event_shape)
        spread = keras.initializers.RandomNormal(stddev=self.spread, seed=self.seed)
        self.logits = self.float32_weight("logits", (self.num_components,), "zeros")
        self.means = self.float32_weight("means", shape, spread)
        self.log_vars = self.float32_weight("log_vars", shape, "zeros")

    def distribution(self, temperature: float = 1.0) -> Distribution:
        """`keras_vae.distributions.Mixture` of `num_components` normals over (latent,)."""
        components = distributions.Normal(
            ops.convert_to_tensor(self.means),
            self.log_vars + log_square(temperature),
            event_ndim=self.event_ndim,
        )
        return distributions.Mixture(
            ops.convert_to_tensor(self.logits), components, event_ndim=self.event_ndim
        )

    def responsibilities(self, z: Tensor) -> Tensor:
        """p(component | z), (..., latent) -> (..., components)."""
        mixture = self.distribution()
        axis = -1 - self.event_ndim
        each = mixture.components.log_prob(ops.expand_dims(z, axis))
        return ops.softmax(ops.log_softmax(mixture.logits, axis=-1) + each, axis=-1)
