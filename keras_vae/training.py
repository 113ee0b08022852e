"""The old place of the callbacks and of the optimizer; its names go on working, with a warning."""

import importlib
from typing import Any

from keras_vae.deprecation import deprecate

_MOVED = {
    "LinearKLWarmup": "callbacks",
    "CyclicalKLWarmup": "callbacks",
    "SigmoidKLWarmup": "callbacks",
    "KLSchedule": "callbacks",
    "TemperatureSchedule": "callbacks",
    "LinearCapacity": "callbacks",
    "CollapseMonitor": "callbacks",
    "DivergenceGuard": "callbacks",
    "NormalizedAdam": "optimizers",
}


def __getattr__(name: str) -> Any:
    if name not in _MOVED:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = f"keras_vae.{_MOVED[name]}"
    deprecate(f"{__name__}.{name}", f"{module}.{name}")
    return getattr(importlib.import_module(module), name)


def __dir__() -> list[str]:
    return sorted(_MOVED)
