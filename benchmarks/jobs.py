"""The jobs: sizes of networks, batches and data, the same for every contender."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class Job:
    """A training job.

    Args:
        hidden: widths of the dense encoder; the decoder mirrors them. Empty for the convolutions.
        latent: size of the latent.
        batch: examples in a step.
        steps: steps in a timed epoch.
        samples: importance samples for each example; 0 for the plain ELBO.
    """

    hidden: tuple
    latent: int
    batch: int
    steps: int
    samples: int = 0

    @property
    def rows(self):
        """Examples in an epoch."""
        return self.batch * self.steps


JOBS = {
    "A": Job(hidden=(200,), latent=2, batch=100, steps=300),
    "B": Job(hidden=(512, 256), latent=2, batch=100, steps=120),
    "C": Job(hidden=(), latent=4, batch=128, steps=3),
    "D": Job(hidden=(200, 200), latent=50, batch=20, steps=100, samples=50),
}

#: the convolutions of job C: filters and strides, and the dense layer behind them
FILTERS, STRIDES, DENSE = (32, 64, 64, 64), (1, 2, 1, 1), 32


def images(rows, shape=(784,), seed=0):
    """Random sparse grey images; what is in them does not change the time of a step."""
    rng = np.random.default_rng(seed)
    values = rng.random((rows, 784), dtype="float32") * (rng.random((rows, 784)) > 0.8)
    return values.reshape(rows, *shape).astype("float32")
