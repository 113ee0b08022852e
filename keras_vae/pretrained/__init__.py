"""A preset on disk: a folder of a config, weights and a card; where it comes from; what is refused.

- `config.json`: the model's class and its constructor's arguments, and nothing else.
- `model.weights.h5`: the weights, compressed without loss.
- `metadata.json`: the card. The data, the protocol, the numbers reached, the command that trained
  it, and the sha256 of the other two files.
"""

from keras_vae.pretrained import diffusers
from keras_vae.pretrained.bundled import BUNDLED, bundled_names
from keras_vae.pretrained.errors import PresetError
from keras_vae.pretrained.folder import (
    METADATA,
    open_preset,
    read_metadata,
    write_metadata,
    write_preset,
)
from keras_vae.pretrained.hub import check_repo, upload
from keras_vae.pretrained.loading import build_model
from keras_vae.pretrained.model_card import model_card
from keras_vae.pretrained.safe_config import check_config, named_class
from keras_vae.pretrained.sources import find_preset
from keras_vae.pretrained.weights_file import load_weights

__all__ = [
    "BUNDLED",
    "METADATA",
    "PresetError",
    "build_model",
    "bundled_names",
    "check_config",
    "check_repo",
    "diffusers",
    "find_preset",
    "load_weights",
    "model_card",
    "named_class",
    "open_preset",
    "read_metadata",
    "upload",
    "write_metadata",
    "write_preset",
]
