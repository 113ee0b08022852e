"""Prior of any number of levels, each given those above it (Sønderby et al., 2016)."""

from collections.abc import Mapping
from typing import Any

from keras import ops

from keras_vae import distributions
from keras_vae.checks import check_non_negative, refuse
from keras_vae.context import Context
from keras_vae.distributions.hierarchy import Memory
from keras_vae.distributions.seeds import seed_stream
from keras_vae.parts import check_count
from keras_vae.posteriors import Hierarchy as HierarchyPosterior
from keras_vae.priors.prior import Prior, log_square
from keras_vae.serialization import register
from keras_vae.typing import Seed, Tensor

#: latents drawn at once, whose states fill the memory
ROWS = 500


@register
class Hierarchy(Prior):
    """Prior p(z_L) p(z_L-1|z_L) ... of the levels of `keras_vae.posteriors.Hierarchy`.

    The model's decoder knows it, a `keras_vae.networks.TopDown`. This part has no weights.

    Args:
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: in a model, if its posterior is not `keras_vae.posteriors.Hierarchy`.

    References:
        - [Sønderby et al., 2016](https://arxiv.org/abs/1602.02282)
        - [Child, 2021](https://arxiv.org/abs/2011.10650)
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        # A function, for Keras would save the posterior as a part of the prior.
        object.__setattr__(self, "_posterior", None)

    def bind(self, context: Context) -> None:
        """Take the levels of the model's posterior."""
        if not isinstance(context.posterior, HierarchyPosterior):
            raise ValueError(
                "priors.Hierarchy needs posteriors.Hierarchy. "
                f"Received: posterior={context.posterior!r}"
            )
        object.__setattr__(self, "_posterior", lambda: context.posterior)

    @property
    def conditional(self) -> bool:
        """Whether the decoder takes a `condition`."""
        if self._posterior is None:
            return False
        return self._posterior().network().condition_shape is not None

    def distribution(
        self,
        temperature: float | Mapping[str, float] = 1.0,
        condition: Tensor | None = None,
    ) -> distributions.Hierarchy:
        """`keras_vae.distributions.Hierarchy`.

        Args:
            temperature: float >= 0, factor on the standard deviations, or a dict of it by level;
                levels that it leaves out have 1. Defaults to `1.0`.
            condition: tensor (batch, condition), where the decoder takes one. Defaults to `None`.

        Raises:
            ValueError: if a temperature is negative, or names no level.
        """
        self.check_temperature("The prior", temperature)
        posterior = self._posterior()
        given = temperature if isinstance(temperature, Mapping) else {}
        other = 1.0 if isinstance(temperature, Mapping) else temperature
        return distributions.Hierarchy(
            posterior.network(),
            condition=condition,
            shifts=tuple(log_square(given.get(name, other)) for name in posterior.level_shapes),
            normal=posterior.normal,
            memory=Memory(),
        )

    def check_temperature(self, owner: str, temperature: Any) -> None:
        """See `Prior.check_temperature`; here it may be a dict by level."""
        if not isinstance(temperature, Mapping):
            check_non_negative(owner, temperature=temperature)
            return
        levels = self._posterior().level_shapes
        if not set(temperature) <= set(levels):
            refuse(
                owner, f"a number, or a dict by level, of {list(levels)}", temperature=temperature
            )
        for name, value in temperature.items():
            check_non_negative(owner, **{f"temperature[{name!r}]": value})

    def sample(
        self,
        num_samples: int,
        seed: Seed = None,
        temperature: float | Mapping[str, float] = 1.0,
        condition: Tensor | None = None,
    ) -> Tensor:
        """Draws of all levels, (num_samples, latent).

        Args:
            num_samples: int.
            seed: int or `keras.random.SeedGenerator`. Defaults to `None`.
            temperature: float >= 0, or a dict of it by level. Defaults to `1.0`.
            condition: tensor (num_samples, condition), where the decoder takes one. Defaults to
                `None`.
        """
        check_count("The prior", num_samples=num_samples)
        seed = seed_stream(seed)
        draws = []
        for start in range(0, num_samples, ROWS):
            stop = min(start + ROWS, num_samples)
            if condition is None:
                p, count = self.distribution(temperature), stop - start
            else:
                p, count = self.distribution(temperature, condition[start:stop]), None
            draws.append(p.sample(count, seed=seed))
        return ops.concatenate(draws, axis=0)
