"""What the samplers that mix posteriors share."""

import keras
import numpy as np
from keras import ops

from keras_vae import distributions
from keras_vae.samplers.latent_density import check_unconditional
from keras_vae.samplers.sampler import Sampler
from keras_vae.samplers.seeds import numpy_generator

#: distributions that are made of one tensor of parameters each, and so can stand in a file
FAMILIES = {
    family.__name__: family
    for family in (
        distributions.Normal,
        distributions.Laplace,
        distributions.VonMisesFisher,
        distributions.PowerSpherical,
        distributions.WrappedNormal,
        distributions.Bernoulli,
        distributions.OneHotCategorical,
    )
}
#: numbers at once in a log-density
CHUNK = 2**23


class PosteriorMixture(Sampler):
    """Base of the samplers that mix posteriors q(z|x_k) with equal weights.

    They know latents of every kind, discrete and on curved spaces, for they draw from q itself.
    `arrays` has the posteriors' parameters, such as `mean` and `log_var` (components, latent).
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.family = None
        self.numbers = {}

    def keep(self, vae, q):
        """Keep a batch of posteriors as the components.

        Raises:
            ValueError: if their parameters are no plain tensors, as those of flows, or if they have
                no noise.
        """
        name = type(q).__name__
        if FAMILIES.get(name) is not type(q):
            raise ValueError(
                f"{self.owner} needs posteriors with noise and parameters of their own, one of "
                f"{sorted(FAMILIES)}: for others there is samplers.KDE, and for codes "
                f"vae.fit_prior(x). Received: {type(vae).__name__} with posteriors {name}"
            )
        fields = q._asdict()
        numbers = {key: value for key, value in fields.items() if isinstance(value, int | float)}
        self.prepare(vae.latent_shape, name, numbers)
        for key in fields.keys() - numbers.keys():
            self.arrays[key] = keras.ops.convert_to_numpy(fields[key])

    def prepare(self, latent_shape, family, numbers):
        super().prepare(latent_shape)
        if family not in FAMILIES:
            raise ValueError(
                f"{self.owner} knows the families {sorted(FAMILIES)}. Received: family={family!r}"
            )
        self.family, self.numbers = family, dict(numbers)

    def prepared_with(self):
        return {**super().prepared_with(), "family": self.family, "numbers": dict(self.numbers)}

    def components(self, rows=slice(None)):
        """The posteriors of these rows, a distribution of tensors (components, latent)."""
        family = FAMILIES[self.family]
        names = [name for name in family._fields if name in self.arrays]
        tensors = {name: ops.convert_to_tensor(self.arrays[name][rows]) for name in names}
        return family(**tensors, **self.numbers)

    @property
    def num_posteriors(self):
        """How many posteriors are mixed."""
        return len(next(self.arrays[n] for n in FAMILIES[self.family]._fields if n in self.arrays))

    def draw(self, num_samples, seed):
        rng = numpy_generator(seed)
        rows = rng.integers(self.num_posteriors, size=num_samples)
        # The rows first, and not `distributions.Mixture`, which would draw among all for each.
        q = self.components(rows)
        return ops.convert_to_numpy(q.sample(seed=int(rng.integers(2**31))))

    def score(self, z):
        q, count = self.components(), self.num_posteriors
        at_once = max(1, CHUNK // (count * int(np.prod(self.latent_shape))))
        each = []
        for first in range(0, len(z), at_once):
            rows = ops.convert_to_tensor(z[first : first + at_once, None], dtype="float32")
            log_q = ops.convert_to_numpy(q.log_prob(rows))  # (rows, components)
            each.append(np.logaddexp.reduce(log_q.astype("float64"), axis=1))
        return np.concatenate(each) - np.log(count)

    def check_model(self, vae):
        """Raise a ValueError if latents depend on a condition."""
        check_unconditional(self.owner, vae)
