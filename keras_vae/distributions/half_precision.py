"""Draws and densities of half-precision parameters, computed in float32."""

import functools
from collections.abc import Callable
from typing import Any

import keras
from keras import ops

_HALF = ("float16", "bfloat16")


def in_float32(method: Callable) -> Callable:
    """A method that computes in float32 where its distribution has half-precision parameters.

    Uniform noise next to 1 rounds to 1 in these types, and its quantile is then infinite. What the
    method gives is cast back to the parameters' type.
    """

    @functools.wraps(method)
    def computed(self: Any, *args: Any, **kwargs: Any) -> Any:
        halves = [v for v in self if _is_half(v)]
        if not halves:
            return method(self, *args, **kwargs)
        dtype = keras.backend.standardize_dtype(halves[0].dtype)
        wide = self._replace(**{k: _widen(v) for k, v in self._asdict().items()})
        result = method(wide, *map(_widen, args), **kwargs)
        if isinstance(result, tuple):
            return tuple(ops.cast(each, dtype) for each in result)
        return ops.cast(result, dtype)

    return computed


def _is_half(value):
    return ops.is_tensor(value) and keras.backend.standardize_dtype(value.dtype) in _HALF


def _widen(value):
    return ops.cast(value, "float32") if _is_half(value) else value
