"""Optimizers: Adam on normalized gradients, and one optimizer for each player of a game."""

from keras_vae.optimizers.normalized_adam import NormalizedAdam
from keras_vae.optimizers.players import Players

__all__ = ["NormalizedAdam", "Players"]
