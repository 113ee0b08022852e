"""Mixture of discretised logistics of coloured pixels (Salimans et al., 2017), 1701.05517."""

from typing import Any, NamedTuple

from keras import ops

from keras_vae.distributions.categorical import Categorical
from keras_vae.distributions.discretized_logistic import DiscretizedLogistic
from keras_vae.distributions.distribution import Space, Traits
from keras_vae.distributions.events import pick, together
from keras_vae.distributions.mixture import Mixture
from keras_vae.distributions.seeds import seed_stream
from keras_vae.typing import Seed, Tensor


class MixtureOfDiscretizedLogistics(NamedTuple):
    r"""Mixture of discretised logistics over the pixels of images, whose channels are coupled.

    A pixel chooses one component for all of its channels. Within it each channel's location moves
    linearly with the values of the channels before it, PixelCNN++'s

    $$
    \mu_c(x) = \mu_c + \sum_{b < c} \gamma_{cb}\, (x_b - \tfrac{1}{2})
    $$

    The paper's grid is [-1, 1], this one [0, 1]; the coefficients are the same.

    Args:
        logits: tensor (..., height, width, components), the weights.
        location: tensor (..., height, width, components, channels), in the units of x.
        log_scale: tensor, as `location`, the logarithm of the logistics' scales.
        coupling: tensor (..., height, width, components, pairs) with a coefficient for each pair of
            channels (c, b), b < c, in the order (1, 0), (2, 0), (2, 1), ...
        num_levels: int, 2 or more. Defaults to `256`.
        event_ndim: int, the number of trailing axes that make one event, without that of the
            components. Defaults to `3`.

    Reference:
        - [Salimans et al., 2017](https://arxiv.org/abs/1701.05517)
    """

    logits: Any
    location: Any
    log_scale: Any
    coupling: Any
    num_levels: int = 256
    event_ndim: int = 3

    @property
    def traits(self) -> Traits:
        return Traits(Space.DISCRETE, has_variance=False)

    def _components(self, x):
        """The components' distributions of whole pixels, given the pixels' values."""
        # The components' axis stands just left of their event, the channels.
        spread = ops.expand_dims(x, -2)
        channels = range(self.location.shape[-1])
        each = together(*(self._location(channel, spread) for channel in channels))
        location = ops.stack(each, axis=-1)
        return DiscretizedLogistic(location, self.log_scale, self.num_levels, event_ndim=1)

    def _location(self, channel, x):
        """Location of a channel, (..., components), given those before it in `x`."""
        first = channel * (channel - 1) // 2
        location = self.location[..., channel]
        for before in range(channel):
            location = location + self.coupling[..., first + before] * (x[..., before] - 0.5)
        return location

    @property
    def mean(self) -> Tensor:
        """Mean, (..., event), about: the channels before are put in by each component's mean.

        It misses the mean over the grid as `DiscretizedLogistic.mean` does, and, where a logistic
        reaches beyond [0, 1], what the clamping of a channel before it takes from its neighbours.
        """
        means: list[Tensor] = []
        for channel in range(self.location.shape[-1]):
            location = self._location(channel, ops.stack(means, -1) if means else None)
            one = DiscretizedLogistic(location, self.log_scale[..., channel], self.num_levels)
            means.append(one.mean)
        weights = ops.expand_dims(ops.softmax(self.logits, axis=-1), -1)
        return ops.sum(weights * ops.stack(means, axis=-1), axis=-2)

    def log_prob(self, x: Tensor) -> Tensor:
        """Log-probability of images in nats, (..., event) -> (...).

        Values off the grid count as the nearest value on it; channels are scored given the values
        of those before them in `x`.
        """
        return Mixture(self.logits, self._components(x), self.event_ndim).log_prob(x)

    def sample(self, num_samples: int | None = None, seed: Seed = None) -> Tensor:
        """Draw from the grid, (..., event), or (num_samples, ..., event); no gradient.

        A component for each pixel, then its channels one by one.
        """
        seed = seed_stream(seed)
        index = Categorical(self.logits, event_ndim=0).sample(num_samples, seed)
        index = ops.expand_dims(ops.cast(index, "int32"), (-2, -1))  # components, channels
        location, log_scale, coupling = (
            ops.squeeze(pick(t, index, -2), -2)
            for t in (self.location, self.log_scale, self.coupling)
        )
        chosen = MixtureOfDiscretizedLogistics(None, location, log_scale, coupling, self.num_levels)
        values: list[Tensor] = []
        for channel in range(self.location.shape[-1]):
            location = chosen._location(channel, ops.stack(values, -1) if values else None)
            one = DiscretizedLogistic(location, chosen.log_scale[..., channel], self.num_levels)
            values.append(one.sample(seed=seed))
        return ops.stack(values, axis=-1)
