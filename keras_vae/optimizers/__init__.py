"""Optimizers: Adam on normalized or bounded gradients, and one for each player of a game."""

from keras_vae.optimizers.normalized_adam import NormalizedAdam
from keras_vae.optimizers.players import Players
from keras_vae.optimizers.skipping_adamw import SkippingAdamW

__all__ = ["NormalizedAdam", "SkippingAdamW", "Players"]
