"""Distribution of any number of levels of latents, each given those above it."""

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from keras import ops

from keras_vae.distributions.distribution import Distribution, Space, Traits
from keras_vae.distributions.normal import Normal
from keras_vae.distributions.seeds import seed_stream
from keras_vae.typing import Seed, Shape, Tensor


class Walk(NamedTuple):
    """A way through all levels, from the top down, and what was met on it.

    Args:
        z: tensor (..., latent), the levels side by side.
        draws: list of tensors (rows, *level), the levels of z, with one axis in front.
        own: list of `Normal`, the distribution that each level was drawn from, (rows, *level).
        prior: list of `Normal`, what the levels above it say of each level, without data.
        state: nest of tensors (rows, ...), what the network below the last level starts from.
    """

    z: Tensor
    draws: list[Tensor]
    own: list[Normal]
    prior: list[Normal]
    state: Any


class Memory:
    """The last walk of a distribution, for those who ask again at the same draw."""

    def __init__(self) -> None:
        self.walk: Walk | None = None


def as_normal(mean: Tensor, log_var: Tensor) -> Normal:
    """The normal of one level, in float32, (rows, *level)."""
    mean, log_var = (ops.cast(tensor, "float32") for tensor in (mean, log_var))
    return Normal(mean, log_var, event_ndim=len(mean.shape) - 1)


class Hierarchy(NamedTuple):
    """Distribution of z = [z_L, ..., z_1]: levels of any shapes, flat and side by side in a vector.

    The level at the top is drawn first, and each level given those above it. Levels for which
    there are contexts follow the posterior q(z_i|z_above, x), the others the prior p(z_i|z_above).

    Who scores a draw that this distribution has just given asks its network nothing: it keeps the
    last walk, with what posterior and prior say at each level.

    Args:
        network: `keras_vae.networks.TopDown`, which says what each level is given those above.
        contexts: sequence of tensors (batch, ...), what the encoder says to the levels. Defaults
            to none, for a prior.
        condition: tensor (batch, condition), or `None`. Defaults to `None`.
        num_inferred: int, so many levels from the top follow the posterior. Defaults to `0`.
        shifts: sequence of float, what is added to the prior's log-variance of each level.
            Defaults to none.
        normal: function of mean and log-variance, (rows, *level) each, that gives the normal of a
            level. Defaults to `as_normal`.
        training: bool. Defaults to `False`.
        memory: `Memory`. Defaults to `None`, which keeps nothing.
        event_ndim: int, always 1. Defaults to `1`.
    """

    network: Any
    contexts: Sequence[Any] = ()
    condition: Any = None
    num_inferred: int = 0
    shifts: Sequence[float] = ()
    normal: Callable = as_normal
    training: bool = False
    memory: Memory | None = None
    event_ndim: int = 1

    @property
    def traits(self) -> Traits:
        """Real numbers, whose elements depend on each other across the levels."""
        return Traits(Space.REAL, scores_draws=True, has_variance=False, leaves_state=True)

    @property
    def level_shapes(self) -> dict[str, Shape]:
        """The names and shapes of the levels, from the top."""
        return self.network.level_shapes

    def split(self, z: Tensor) -> list[Tensor]:
        """The levels of z, (..., latent) -> list of (..., *level)."""
        return split_levels(z, self.level_shapes.values())

    @property
    def mean(self) -> Tensor:
        """The mean of each level at the means of those above it, (..., latent): a typical point.

        It is the expectation only where each level's mean is linear in the levels above it.
        """
        return self._walk(self._batch(), 1, lambda p, _: p.mean).z

    def sample(self, num_samples: int | None = None, seed: Seed = None) -> Tensor:
        """Reparameterised draw, (..., latent), or (num_samples, ..., latent)."""
        seed = seed_stream(seed)
        leading = self._batch() if num_samples is None else (num_samples, *self._batch())
        return self._walk(leading, num_samples or 1, lambda p, _: p.sample(seed=seed)).z

    def sample_and_log_prob(
        self, num_samples: int | None = None, seed: Seed = None
    ) -> tuple[Tensor, Tensor]:
        """A draw and its log-density in nats; the network is asked once for both."""
        z = self.sample(num_samples, seed)
        return z, self.log_prob(z)

    def log_prob(self, x: Tensor) -> Tensor:
        """Log-density of `x` in nats, (..., latent) -> (...)."""
        walk = self.walk_to(x)
        return _sum_of_levels(walk, [p.log_prob(z) for p, z in _pairs(walk.own, walk)])

    def state_at(self, z: Tensor) -> Any:
        """What the decoder starts from behind the levels `z`, a nest of tensors (rows, ...)."""
        return self.walk_to(z).state

    def first_levels(self, num_levels: int, prior: "Hierarchy") -> "Hierarchy":
        """The distribution whose first levels alone see the data; the others follow the prior.

        Args:
            num_levels: int >= 0.
            prior: `Hierarchy`, with the same network.
        """
        inferred = min(num_levels, self.num_inferred)
        return self._replace(num_inferred=inferred, shifts=prior.shifts, memory=Memory())

    def walk_to(self, z: Tensor) -> Walk:
        """The walk that ends in `z`, (..., latent): the last one, if that led there."""
        last = None if self.memory is None else self.memory.walk
        if last is not None and last.z is z:
            return last
        given = iter(self.split(z))
        leading = tuple(ops.shape(z)[:-1])
        repeats = math.prod(leading[: len(leading) - len(self._batch())])

        def choose(p: Normal, shape: Shape) -> Tensor:
            return ops.reshape(next(given), (-1, *shape))

        return self._walk(leading, repeats, choose, z)

    def _batch(self):
        """The batch axis, if there is one."""
        beside = [*self.contexts, *([] if self.condition is None else [self.condition])]
        return (ops.shape(beside[0])[0],) if beside else ()

    def _walk(self, leading, repeats, choose, z=None):
        """Walk down with `leading` axes, `repeats` times the batch, where `choose` says to."""
        network, training = self.network, self.training
        contexts = [_repeated(context, repeats) for context in self.contexts]
        condition = None if self.condition is None else _repeated(self.condition, repeats)
        state = network.begin(math.prod(leading), condition, training)
        draws, own, prior = [], [], []
        for level, shape in enumerate(self.level_shapes.values()):
            given = contexts if level < self.num_inferred else None
            state, p, q = network.at(level, state, given, training)
            p = self._cooled(self.normal(*p), level)
            prior.append(p)
            own.append(p if q is None else self.normal(*q))
            draws.append(choose(own[-1], shape))
            state = network.move(level, state, draws[-1], training)
        if z is None:
            flat = [ops.reshape(draw, (*leading, math.prod(draw.shape[1:]))) for draw in draws]
            z = ops.concatenate(flat, axis=-1)
        walk = Walk(z, draws, own, prior, state)
        if self.memory is not None:
            self.memory.walk = walk
        return walk

    def _cooled(self, p, level):
        shift = self.shifts[level] if self.shifts else 0.0
        return p._replace(log_var=p.log_var + shift) if shift else p


def levels_at(
    q: Hierarchy, p: Hierarchy, z: Tensor
) -> list[tuple[Distribution, Distribution, Tensor]]:
    """What q and p say of each level given those above it in z, and the level of z.

    Args:
        q: `Hierarchy`.
        p: `Hierarchy` with the same levels.
        z: tensor (..., latent).

    Returns:
        List from the top of triples: two `Normal`s with parameters (rows, *level), and a tensor
        (rows, *level). The rows are the axes in front of z, as one.
    """
    walk = q.walk_to(z)
    # The posterior has asked its network for the prior too.
    known = p.network is q.network and not p.num_inferred and not any(p.shifts)
    others = walk.prior if known else p.walk_to(z).own
    return list(zip(walk.own, others, walk.draws, strict=True))


def split_levels(z: Any, shapes: Any) -> list[Any]:
    """Levels that stand side by side in a vector, (..., latent) -> list of (..., *level)."""
    pieces, start = [], 0
    for shape in shapes:
        size = math.prod(shape)
        piece = z[..., start : start + size]
        pieces.append(ops.reshape(piece, (*ops.shape(z)[:-1], *shape)))
        start += size
    return pieces


def _pairs(distributions, walk):
    return zip(distributions, walk.draws, strict=True)


def _sum_of_levels(walk, values):
    """The sum of values (rows,) of each level, with the axes in front of z, (...)."""
    return ops.reshape(sum(values), tuple(ops.shape(walk.z)[:-1]))


def _repeated(tensor, times):
    """A tensor (batch, ...) several times over, (times * batch, ...)."""
    if isinstance(times, int) and times == 1:
        return tensor
    return ops.tile(tensor, (times, *[1] * (len(tensor.shape) - 1)))
