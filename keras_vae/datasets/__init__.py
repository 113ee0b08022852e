"""Data sets with their split and protocol, as NumPy arrays."""

from typing import Any

from keras_vae.datasets.binarization import DynamicBinarization, binarize
from keras_vae.datasets.binarized_fashion_mnist import binarized_fashion_mnist
from keras_vae.datasets.binarized_mnist import binarized_mnist
from keras_vae.datasets.blood_cells import CellNames, blood_cells, cell_names
from keras_vae.datasets.cifar10 import cifar10
from keras_vae.datasets.dataset import Dataset, Split
from keras_vae.datasets.digits import digits
from keras_vae.datasets.fashion_mnist import fashion_mnist
from keras_vae.datasets.films import Films, films
from keras_vae.datasets.frey_face import frey_face
from keras_vae.datasets.mnist import mnist
from keras_vae.datasets.newsgroups import newsgroup_words, newsgroups
from keras_vae.datasets.noto_emoji import noto_emoji
from keras_vae.datasets.parquet import ParquetRows
from keras_vae.datasets.penguins import penguins
from keras_vae.datasets.sprites import draw_sprites, sprite_factors, sprites
from keras_vae.datasets.toy import (
    checkerboard,
    eight_gaussians,
    eight_gaussians_log_prob,
    pinwheel,
    spiral,
    two_moons,
)
from keras_vae.deprecation import deprecate

__all__ = [
    "Dataset",
    "Split",
    "digits",
    "mnist",
    "fashion_mnist",
    "frey_face",
    "cifar10",
    "noto_emoji",
    "binarized_mnist",
    "binarized_fashion_mnist",
    "binarize",
    "DynamicBinarization",
    "blood_cells",
    "cell_names",
    "CellNames",
    "newsgroups",
    "newsgroup_words",
    "films",
    "Films",
    "penguins",
    "sprites",
    "sprite_factors",
    "draw_sprites",
    "eight_gaussians",
    "eight_gaussians_log_prob",
    "two_moons",
    "spiral",
    "checkerboard",
    "pinwheel",
    "ParquetRows",
]


def __getattr__(name: str) -> Any:
    if name != "Part":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    deprecate("keras_vae.datasets.Part", "keras_vae.datasets.Split")
    return Split
