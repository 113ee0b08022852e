"""Distributions as a family's name, numbers and arrays, which can stand in a file."""

from typing import Any

from keras import ops

from keras_vae import distributions
from keras_vae.distributions import Density, Distribution
from keras_vae.distributions.distribution import is_distribution
from keras_vae.typing import Array, Tensor


def families() -> list[str]:
    """The names of the package's distributions, from which a file may choose."""
    members = ((name, getattr(distributions, name)) for name in distributions.__all__)
    return [
        name
        for name, value in members
        # The protocol itself is not a named tuple.
        if isinstance(value, type) and issubclass(value, tuple) and is_distribution(value)
    ]


def store(q: Distribution) -> tuple[str, dict[str, Any], dict[str, Tensor]] | None:
    """The family, numbers and tensors of a batch of distributions, or None where it has others.

    Each tensor must have the batch axis first. Parts of a product are kept one by one.
    """
    name = type(q).__name__
    if name not in families() or getattr(distributions, name) is not type(q):
        return None
    if q.traits.density is not Density.ANYWHERE:
        return None
    if q.traits.parts:
        return _store_parts(name, q.parts)
    numbers, tensors = {}, {}
    for key, value in q._asdict().items():
        if isinstance(value, int | float):
            numbers[key] = value
        elif ops.is_tensor(value) and len(value.shape) > q.event_ndim:
            tensors[key] = value
        else:
            return None
    return (name, numbers, tensors) if tensors else None


def _store_parts(name, parts):
    stored = [store(part) for part in parts]
    if any(each is None for each in stored):
        return None
    specs = [{"family": family, "numbers": numbers} for family, numbers, _ in stored]
    tensors = {
        f"part_{i}_{key}": tensor
        for i, (_, _, own) in enumerate(stored)
        for key, tensor in own.items()
    }
    return name, {"parts": specs}, tensors


def restore(family: str, numbers: dict[str, Any], arrays: dict[str, Array]) -> Distribution:
    """The inverse of `store`; arrays of other names are left alone."""
    cls = getattr(distributions, family)
    if "parts" not in numbers:
        tensors = {key: ops.convert_to_tensor(arrays[key]) for key in cls._fields if key in arrays}
        return cls(**tensors, **numbers)
    parts = []
    for i, spec in enumerate(numbers["parts"]):
        start = f"part_{i}_"
        own = {
            key.removeprefix(start): value for key, value in arrays.items() if key.startswith(start)
        }
        parts.append(restore(spec["family"], spec["numbers"], own))
    return cls(tuple(parts))


def check_family(owner: str, family: str, numbers: dict[str, Any]) -> None:
    """Raise a ValueError unless a file names distributions of the package."""
    known = families()
    for name in [family, *(spec["family"] for spec in numbers.get("parts", ()))]:
        if name not in known:
            raise ValueError(f"{owner} knows the families {known}. Received: family={name!r}")
