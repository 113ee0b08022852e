"""What the samplers that mix posteriors share."""

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vae.checks import is_free
from keras_vae.distributions import Distribution, Space
from keras_vae.samplers.latent_density import check_unconditional
from keras_vae.samplers.sampler import Sampler
from keras_vae.samplers.seeds import numpy_generator
from keras_vae.samplers.stored import check_family, restore, store
from keras_vae.typing import Seed, Shape

#: numbers at once in a log-density
CHUNK = 2**23


class PosteriorMixture(Sampler):
    """Base of the samplers that mix posteriors q(z|x_k) with equal weights.

    They know latents of every kind, discrete and on curved spaces, for they draw from q itself.
    `arrays` has the posteriors' parameters, such as `mean` and `log_var` (components, latent).
    """

    #: names of arrays that are not parameters of the posteriors
    other_arrays: tuple[str, ...] = ()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.family: str | None = None
        self.numbers: dict[str, Any] = {}

    def keep(self, vae: Any, q: Distribution) -> None:
        """Keep a batch of posteriors as the components.

        Raises:
            ValueError: if their parameters are not plain tensors, as those of flows, or if they
                have no noise.
        """
        stored = store(q)
        if stored is None:
            other = "samplers.KDE" if q.traits.is_real else "vae.generate, from the prior"
            if Space.CODES in q.traits.space.kinds:
                other = "vae.fit_prior(x)"
            raise ValueError(
                f"{self.owner} needs posteriors with noise, of keras_vae.distributions, whose "
                f"parameters are tensors; for others there is {other}. "
                f"Received: {type(vae).__name__} with posteriors {type(q).__name__}"
            )
        family, numbers, tensors = stored
        shape = tuple(q.mean.shape[1:]) if is_free(vae.latent_shape) else vae.latent_shape
        self.prepare(shape, family, numbers)
        for name, tensor in tensors.items():
            self.arrays[name] = keras.ops.convert_to_numpy(tensor)

    def prepare(self, latent_shape: Shape, family: str, numbers: dict[str, Any]) -> None:
        super().prepare(latent_shape)
        check_family(self.owner, family, numbers)
        self.family, self.numbers = family, dict(numbers)

    def prepared_with(self) -> dict[str, Any]:
        return {**super().prepared_with(), "family": self.family, "numbers": dict(self.numbers)}

    def components(self, rows: Any = slice(None)) -> Distribution:
        """The posteriors of these rows, a distribution of tensors (components, latent)."""
        chosen = {name: array[rows] for name, array in self._posterior_arrays().items()}
        return restore(self.family, self.numbers, chosen)

    @property
    def num_posteriors(self) -> int:
        """How many posteriors are mixed."""
        return len(next(iter(self._posterior_arrays().values())))

    def _posterior_arrays(self):
        """The arrays of the posteriors, without those of a subclass."""
        return {k: v for k, v in self.arrays.items() if k not in self.other_arrays}

    def draw(self, num_samples: int, seed: Seed) -> Any:
        rng = numpy_generator(seed)
        rows = rng.integers(self.num_posteriors, size=num_samples)
        # The rows first, and not `distributions.Mixture`, which would draw among all for each.
        q = self.components(rows)
        return ops.convert_to_numpy(q.sample(seed=int(rng.integers(2**31))))

    def score(self, z: Any) -> Any:
        q, count = self.components(), self.num_posteriors
        at_once = max(1, CHUNK // (count * int(np.prod(self.latent_shape))))
        each = []
        for first in range(0, len(z), at_once):
            rows = ops.convert_to_tensor(z[first : first + at_once, None], dtype="float32")
            log_q = ops.convert_to_numpy(q.log_prob(rows))  # (rows, components)
            each.append(np.logaddexp.reduce(log_q.astype("float64"), axis=1))
        return np.concatenate(each) - np.log(count)

    def check_model(self, vae: Any) -> None:
        """Raise a ValueError if latents depend on a condition."""
        check_unconditional(self.owner, vae)
