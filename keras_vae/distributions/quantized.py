"""A quantised latent: all probability on one code of a finite codebook."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from keras import ops

from keras_vae.distributions.distribution import Density, Space, Traits
from keras_vae.distributions.events import draw_shape
from keras_vae.typing import Seed, Tensor


class Quantized(NamedTuple):
    """All probability on one latent out of finitely many, with the terms of its training.

    Args:
        z: tensor (..., event), the codes' vectors; in training with the gradient of the encoder's
            output.
        indices: int32 tensor (..., codes), the codes' numbers. With several levels, as of a
            residual quantizer, the last axis is theirs.
        commitment: tensor (...), squared distance of encoder output and code, summed over the
            event; its gradient goes to the encoder.
        auxiliary: tensor (...), what else the quantizer asks to minimise, weighted.
        num_codes: int, of each codebook.
        num_levels: int, number of codebooks. Defaults to `1`.
        event_ndim: int, the number of trailing axes that make one event. Defaults to `1`.
        level_sizes: tuple of int, where codes of several codebooks stand in one row, as of maps of
            several sizes: how many of the last axis belong to each. Defaults to `()`.
    """

    z: Any
    indices: Any
    commitment: Any
    auxiliary: Any
    num_codes: int
    num_levels: int = 1
    event_ndim: int = 1
    level_sizes: tuple[int, ...] = ()

    #: log_prob is that of its own latent, whatever its argument
    @property
    def traits(self) -> Traits:
        return Traits(Space.CODES, density=Density.OWN_DRAWS, has_variance=False)

    @property
    def mean(self) -> Tensor:
        """The latent, (..., event)."""
        return self.z

    def log_prob(self, x: Tensor) -> Tensor:
        """Log-probability of the one latent there is in nats, zero: (..., event) -> (...)."""
        return ops.zeros(ops.shape(x)[: len(x.shape) - self.event_ndim], dtype=self.z.dtype)

    def sample(self, num_samples: int | None = None, seed: Seed = None) -> Tensor:
        """The latent, (..., event), or (num_samples, ..., event): there is nothing to draw."""
        return ops.broadcast_to(self.z, draw_shape(self.z, num_samples))

    def usage_and_perplexity(self) -> tuple[Tensor, Tensor]:
        """Share of the codes that the batch uses, and exp of the entropy of their frequencies.

        Two scalars, means over the levels; perplexity is `num_codes` if all are used alike.
        """
        # How often each vector's code occurs. Sorting takes no array of all codes, of which there
        # can be far more than vectors.
        told = [_usage_and_perplexity(column, self.num_codes) for column in self._columns()]
        used, perplexity = (ops.stack(values) for values in zip(*told, strict=True))
        return ops.mean(used), ops.mean(perplexity)

    def _columns(self):
        """The codes of each codebook, tensors (codes,)."""
        if self.level_sizes:
            ends = np.cumsum(self.level_sizes)[:-1].tolist()
            parts = ops.split(ops.cast(self.indices, "int32"), ends, axis=-1)
            return [ops.reshape(part, (-1,)) for part in parts]
        codes = ops.cast(ops.reshape(self.indices, (-1, self.num_levels)), "int32")
        return [codes[:, level] for level in range(self.num_levels)]


def _usage_and_perplexity(column, num_codes):
    counts = ops.cast(_occurrences(column), "float32")
    used = ops.sum(1.0 / counts) / num_codes
    total = ops.cast(ops.shape(column)[0], "float32")
    return used, ops.exp(-ops.mean(ops.log(counts / total)))


def _occurrences(codes):
    """How often each of these codes is among them, in the order of the codes, (n,) -> (n,)."""
    ordered = ops.sort(codes)
    first, behind = (ops.searchsorted(ordered, ordered, side=side) for side in ("left", "right"))
    return behind - first


class UniformCodes(NamedTuple):
    """Uniform distribution over the latents that a codebook can make.

    Args:
        log_count: float, logarithm of their number: codes of a latent times log of the codebook's
            size.
        event_ndim: int, the number of trailing axes that make one event. Defaults to `1`.
        each_place: bool, whether `log_count` is that of one place of a map, whose size is then that
            of the latents. Defaults to `False`.
    """

    log_count: float
    event_ndim: int = 1
    each_place: bool = False

    @property
    def traits(self) -> Traits:
        return Traits(Space.CODES, has_variance=False)

    @property
    def mean(self) -> Tensor:
        """There is none: the codebook knows its vectors.

        Raises:
            ValueError: always.
        """
        raise _unknown_codes("UniformCodes", "its mean")

    def sample(self, num_samples: int | None = None, seed: Seed = None) -> Tensor:
        """There is none: the codebook knows its vectors.

        Raises:
            ValueError: always.
        """
        raise _unknown_codes("UniformCodes", "draws")

    def log_prob(self, x: Tensor) -> Tensor:
        """Log-probability in nats, (..., event) -> (...); `x` is taken to be such a latent."""
        leading = len(x.shape) - self.event_ndim
        log_p = ops.full(ops.shape(x)[:leading], -self.log_count, dtype="float32")
        if not self.each_place:
            return log_p
        sides = [ops.cast(side, "float32") for side in ops.shape(x)[leading:-1]]
        return log_p * math.prod(sides)

    def log_prob_of_codes(self, q: Quantized) -> Tensor:
        """Log-probability of the latents of a `Quantized` in nats, (...)."""
        return self.log_prob(q.z)


class LearnedCodes(NamedTuple):
    """Distribution over the latents that a codebook can make, known by their codes' numbers.

    Args:
        log_prob_of_indices: function of integers (..., codes) that gives their log-probability in
            nats, (...).
        indices_of: function of latents (..., event) that gives their codes, integers (..., codes).
        event_ndim: int, the number of trailing axes that make one event. Defaults to `1`.
    """

    log_prob_of_indices: Callable[[Tensor], Tensor]
    indices_of: Callable[[Tensor], Tensor]
    event_ndim: int = 1

    @property
    def traits(self) -> Traits:
        return Traits(Space.CODES, has_variance=False)

    @property
    def mean(self) -> Tensor:
        """There is none: a mean of codes is not a code.

        Raises:
            ValueError: always.
        """
        raise _unknown_codes("LearnedCodes", "its mean")

    def sample(self, num_samples: int | None = None, seed: Seed = None) -> Tensor:
        """There is none: the prior draws code by code.

        Raises:
            ValueError: always.
        """
        raise _unknown_codes("LearnedCodes", "draws")

    def log_prob(self, x: Tensor) -> Tensor:
        """Log-probability in nats, (..., event) -> (...); `x` is taken to be such a latent."""
        return self.log_prob_of_indices(self.indices_of(x))

    def log_prob_of_codes(self, q: Quantized) -> Tensor:
        """Log-probability of the latents of a `Quantized` in nats, (...)."""
        return self.log_prob_of_indices(q.indices)


class UnscoredCodes(NamedTuple):
    """Distribution over the latents of a codebook that can be drawn from, and has no density.

    Args:
        owner: str, the prior that draws; for the errors.
        event_ndim: int, the number of trailing axes that make one event. Defaults to `1`.
    """

    owner: str
    event_ndim: int = 1

    @property
    def traits(self) -> Traits:
        return Traits(Space.CODES, density=Density.NONE, has_variance=False)

    @property
    def mean(self) -> Tensor:
        """There is none: a mean of codes is not a code.

        Raises:
            ValueError: always.
        """
        raise _unknown_codes("UnscoredCodes", "its mean")

    def sample(self, num_samples: int | None = None, seed: Seed = None) -> Tensor:
        """There is none: the prior draws codes.

        Raises:
            ValueError: always.
        """
        raise _unknown_codes("UnscoredCodes", "draws")

    def log_prob(self, x: Tensor) -> Tensor:
        """There is none.

        Raises:
            ValueError: always.
        """
        raise ValueError(
            f"The fitted prior {self.owner} has no density: the codes that it draws depend on each "
            "other in no order that could be summed over, so there is no log-likelihood. Use "
            "prior_layer.log_prob_bound, or a prior with a density, such as priors.GatedPixelCNN. "
            "Received: a request for log_prob"
        )


def _unknown_codes(owner: str, what: str) -> ValueError:
    return ValueError(
        f"{owner} knows the numbers of codes, and not their vectors: use the prior's sample. "
        f"Received: a request for {what}"
    )
