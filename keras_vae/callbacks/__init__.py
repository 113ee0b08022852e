"""Callbacks: schedules of any weight, monitors, backups, and the guard against divergence."""

from keras_vae.callbacks.backup_and_restore import BackupAndRestore
from keras_vae.callbacks.collapse_monitor import CollapseMonitor
from keras_vae.callbacks.divergence_guard import DivergenceGuard
from keras_vae.callbacks.kl_warmup import (
    CyclicalKLWarmup,
    KLSchedule,
    LinearKLWarmup,
    SigmoidKLWarmup,
)
from keras_vae.callbacks.linear_capacity import LinearCapacity
from keras_vae.callbacks.schedule import Schedule
from keras_vae.callbacks.temperature_schedule import TemperatureSchedule

__all__ = [
    "Schedule",
    "LinearKLWarmup",
    "CyclicalKLWarmup",
    "SigmoidKLWarmup",
    "KLSchedule",
    "TemperatureSchedule",
    "LinearCapacity",
    "CollapseMonitor",
    "DivergenceGuard",
    "BackupAndRestore",
]
