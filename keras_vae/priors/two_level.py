"""Prior of two levels of latents (Burda et al., 2015; Tomczak and Welling, 2018)."""

from typing import Any

import keras
from keras import ops

from keras_vae import distributions
from keras_vae.context import Context
from keras_vae.distributions import Distribution
from keras_vae.distributions.seeds import seed_stream
from keras_vae.parts import check_range
from keras_vae.posteriors import TwoLevel as TwoLevelPosterior
from keras_vae.posteriors.two_level import normal_given, normal_sizes
from keras_vae.priors.prior import Prior, log_square
from keras_vae.priors.standard_normal import StandardNormal
from keras_vae.serialization import register
from keras_vae.typing import Seed, Shape, Tensor


@register
class TwoLevel(Prior):
    """Prior p(z2) p(z1|z2) of z = [z2, z1]: any prior of z2, and a normal from a network of it.

    Its posterior is `keras_vae.posteriors.TwoLevel`. The pseudo-inputs of `priors.Vamp` at the
    top pass through q(z2|x), which has to be drawn first then.

    Args:
        network: Keras model of z2 (batch, top) to `[mean, log_var]` of z1, (batch, bottom) each.
        top: `keras_vae.priors.Prior` of z2. Defaults to `None`, a standard normal one.
        log_var_range: pair of float, bounds of z1's log-variance. Defaults to
            `(-30.0, 20.0)`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if the network's input or outputs are not such, if `top` is not a prior, or if
            `log_var_range` is not an increasing pair; in a model, if its posterior does not
            have these two levels.

    References:
        - [Burda et al., 2015](https://arxiv.org/abs/1509.00519)
        - [Tomczak and Welling, 2018](https://arxiv.org/abs/1705.07120)
    """

    def __init__(
        self,
        network: keras.Model,
        top: Prior | None = None,
        log_var_range: tuple[float, float] = (-30.0, 20.0),
        **kwargs: Any,
    ) -> None:
        check_range("priors.TwoLevel", log_var_range=log_var_range)
        if top is not None and not isinstance(top, Prior):
            raise ValueError(
                f"priors.TwoLevel needs top as a Prior, or None. Received: top={top!r}"
            )
        super().__init__(**kwargs)
        (self.top_size,), self.bottom_size = normal_sizes("priors.TwoLevel", network, (1,))
        self.network = network
        self.top = StandardNormal() if top is None else top
        self.log_var_range = log_var_range

    @property
    def conditional(self) -> bool:
        """Whether the top level's prior takes a `condition`."""
        return self.top.conditional

    def bind(self, context: Context) -> None:
        """Bind the top level's prior to the context of z2 alone."""
        posterior = context.posterior
        sizes = posterior.sizes if isinstance(posterior, TwoLevelPosterior) else None
        if sizes != self.sizes:
            raise ValueError(
                f"priors.TwoLevel needs posteriors.TwoLevel with levels of the sizes {self.sizes}. "
                f"Received: posterior={posterior!r} with levels of the sizes {sizes}"
            )
        self.top.bind(
            context.of_level(
                posterior=posterior.first if posterior.top_down else posterior,
                prior=self.top,
                encode=lambda *args, **kwargs: context.encode(*args, **kwargs).first,
                latent_shape=(self.top_size,),
            )
        )

    @property
    def sizes(self) -> tuple[int, int]:
        """The lengths of z2 and z1."""
        return self.top_size, self.bottom_size

    def build(self, event_shape: Shape) -> None:
        super().build(event_shape)
        if self.event_shape != (sum(self.sizes),):
            raise ValueError(
                f"priors.TwoLevel needs latents of shape ({sum(self.sizes)},), as its network has "
                f"{self.sizes}. Received: latents of shape {self.event_shape}"
            )
        self.top.build_once((self.top_size,))

    def distribution(
        self, temperature: float = 1.0, condition: Tensor | None = None
    ) -> Distribution:
        """`keras_vae.distributions.TwoLevel`.

        Args:
            temperature: float, factor on the standard deviations of both levels. Defaults to `1.0`.
            condition: tensor (batch, condition), where the top level's prior takes one. Defaults
                to `None`.
        """
        top = self.top.distribution(temperature, **self._condition(condition))
        return distributions.TwoLevel(top, self._bottom(temperature), self.top_size)

    def sample(
        self,
        num_samples: int,
        seed: Seed = None,
        temperature: float = 1.0,
        condition: Tensor | None = None,
    ) -> Tensor:
        """Draws of z2, and of z1 given them, (num_samples, top + bottom).

        Args:
            num_samples: int.
            seed: int or `keras.random.SeedGenerator`. Defaults to `None`.
            temperature: float >= 0, factor on the standard deviations. Defaults to `1.0`.
            condition: tensor (num_samples, condition), where the top level's prior takes one.
                Defaults to `None`.
        """
        seed = seed_stream(seed)
        z2 = self.top.sample(num_samples, seed, temperature, **self._condition(condition))
        z1 = self._bottom(temperature)(z2).sample(seed=seed)
        return ops.concatenate([z2, z1], axis=-1)

    def _bottom(self, temperature):
        """p(z1|z2), as a function of z2."""

        def given(z2: Tensor) -> distributions.Normal:
            p = normal_given(self.network, z2, log_var_range=self.log_var_range)
            return p._replace(log_var=p.log_var + log_square(temperature))

        return given

    def _condition(self, condition):
        return {"condition": condition} if self.conditional else {}
