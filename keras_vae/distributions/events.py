"""Event axes: what `log_prob` sums over, and the shape of a draw.

A distribution's parameters end in `event_ndim` event axes; every axis in front of them is kept
(batch, or samples and batch). Inputs broadcast against parameters, so a posterior with parameters
(batch, latent) scores latents of (samples, batch, latent) as they are. Parameters broadcast
against one another too, so one scale may serve all pixels.
"""

import functools
from typing import Any

from keras import ops

from keras_vae import backend
from keras_vae.distributions.distribution import Distribution, traits_of
from keras_vae.typing import Seed, Shape, Tensor

# Half the spacing of float32 below one. It keeps the ends out of (0, 1), so that log(u),
# log1p(-u) and quantile functions stay finite. Not keras.config.epsilon(), which users may set.
_UNIFORM_EDGE = 2.0**-24


def sum_event(values: Tensor, event_ndim: int) -> Tensor:
    """Sum over the last `event_ndim` axes, (..., event) -> (...)."""
    if event_ndim == 0:
        return values
    return ops.sum(values, axis=tuple(range(-event_ndim, 0)))


def together(*parameters: Tensor) -> tuple[Tensor, ...]:
    """The parameters, each broadcast to the shape that they have together."""
    if len({tuple(parameter.shape) for parameter in parameters}) == 1:
        return parameters
    # The shape of a sum, because it holds for axes unknown until a graph runs as well.
    shape = ops.shape(functools.reduce(ops.add, parameters))
    return tuple(ops.broadcast_to(parameter, shape) for parameter in parameters)


def pick(values: Tensor, index: Tensor, axis: int) -> Tensor:
    """`ops.take_along_axis` for an index with more or fewer leading axes than the values.

    Args:
        values: tensor (..., choices, ...).
        index: integer tensor, aligned with `values` from the right.
        axis: int, negative: the axis of the choices.
    """
    rank = max(len(values.shape), len(index.shape))
    return ops.take_along_axis(_with_rank(values, rank), _with_rank(index, rank), axis=axis)


def _with_rank(tensor, rank):
    missing = rank - len(tensor.shape)
    return ops.expand_dims(tensor, tuple(range(missing))) if missing else tensor


def draw_shape(parameter: Tensor, num_samples: int | None = None) -> Shape:
    """The shape of one draw, or of `num_samples` draws on a new leading axis."""
    shape = tuple(ops.shape(parameter))
    return shape if num_samples is None else (num_samples, *shape)


def standard_normal(parameter: Tensor, num_samples: int | None, seed: Seed) -> Tensor:
    """Standard normal noise shaped as `draw_shape(parameter, num_samples)`."""
    # keras.random.normal(mean=tensor) fails on torch, so callers shift and scale this themselves.
    return backend.normal(draw_shape(parameter, num_samples), dtype=parameter.dtype, seed=seed)


def standard_uniform(parameter: Tensor, num_samples: int | None, seed: Seed) -> Tensor:
    """Uniform noise in the open interval (0, 1), shaped as `draw_shape(parameter, num_samples)`."""
    return backend.uniform(
        draw_shape(parameter, num_samples),
        _UNIFORM_EDGE,
        1.0 - _UNIFORM_EDGE,
        dtype=parameter.dtype,
        seed=seed,
    )


def one_hot(index: Tensor, size: int, dtype: str = "float32") -> Tensor:
    """One-hot vectors of integers, (...) -> (..., size)."""
    # ops.one_hot looks at the values on torch, which a traced step cannot.
    classes = ops.arange(size, dtype="int32")
    return ops.cast(ops.expand_dims(ops.cast(index, "int32"), -1) == classes, dtype)


def draw(
    q: Distribution, num_samples: int | None = None, seed: Seed = None
) -> tuple[Tensor, Tensor | None]:
    """A draw of `q`, and its log-density where `q` gives both together.

    Args:
        q: distribution.
        num_samples: int. Defaults to `None`: one draw without a samples axis.
        seed: int or `keras.random.SeedGenerator`. Defaults to `None`.

    Returns:
        A pair: the draw, (..., event) or (num_samples, ..., event), and log q of it in nats, or
        None where `q.log_prob` gives it.

    Raises:
        ValueError: if `q` is not a `Distribution`.
    """
    if traits_of(q).scores_draws:
        return q.sample_and_log_prob(num_samples, seed=seed)
    return q.sample(num_samples, seed=seed), None


def draw_and_score(
    q: Distribution, num_samples: int | None = None, seed: Seed = None
) -> tuple[Tensor, Tensor]:
    """A draw of `q`, and its log-density in nats: `draw`, with log q in each case."""
    z, log_prob = draw(q, num_samples, seed)
    return z, q.log_prob(z) if log_prob is None else log_prob


def last_axes(tensor: Any, shape: Shape) -> tuple[Any, ...]:
    """The sizes of a tensor's last axes: as `shape` has them, and the tensor where that is free."""
    sizes = ops.shape(tensor)[len(tensor.shape) - len(shape) :]
    return tuple(size if known is None else known for known, size in zip(shape, sizes, strict=True))
