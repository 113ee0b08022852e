"""Trained models that come with the package, their cards, and the recipes that made them.

`keras_vae.VAE.from_preset(name)` loads one. On the command line `python -m keras_vae.presets` lists
and describes them, trains one again from its recipe, and measures it.
"""

from keras_vae.presets.catalogue import card, describe, list_presets

list = list_presets

__all__ = ["list", "describe", "card"]
