"""Models of the diffusers library: their folders, and single files of latent diffusion's layout.

A converter is one file: it reads a config of the library into the arguments of one of our models,
and says where each of the library's tensors lies in the model. See `docs/converters.md`.
"""

from keras_vae.pretrained.diffusers.conversion import (
    arguments_and_tensors,
    build,
    is_foreign,
    load_tensors,
    model_class,
    write_folder,
)
from keras_vae.pretrained.diffusers.converter import CONVERTERS, Converter, Place
from keras_vae.pretrained.diffusers.tensors import file_patterns

__all__ = [
    "CONVERTERS",
    "Converter",
    "Place",
    "arguments_and_tensors",
    "build",
    "file_patterns",
    "is_foreign",
    "load_tensors",
    "model_class",
    "write_folder",
]
