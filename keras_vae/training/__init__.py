"""Training: schedules, the guard against divergence, an optimizer, what feeds Keras' loop."""

from keras_vae.training.capacity_schedule import LinearCapacity
from keras_vae.training.collapse import CollapseMonitor
from keras_vae.training.divergence import DivergenceGuard
from keras_vae.training.kl_schedules import (
    CyclicalKLWarmup,
    KLSchedule,
    LinearKLWarmup,
    SigmoidKLWarmup,
)
from keras_vae.training.normalized_adam import NormalizedAdam
from keras_vae.training.temperature_schedule import TemperatureSchedule

__all__ = [
    "LinearKLWarmup",
    "CyclicalKLWarmup",
    "SigmoidKLWarmup",
    "KLSchedule",
    "TemperatureSchedule",
    "LinearCapacity",
    "CollapseMonitor",
    "DivergenceGuard",
    "NormalizedAdam",
]
