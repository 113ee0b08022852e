"""The examples in the docstrings, and that every public name is documented."""

import doctest
import importlib
import pkgutil

import pytest

from keras_vae import datasets

MODULES = [found.name for found in pkgutil.iter_modules(datasets.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name, request):
    if "mnist" in name or name == "frey_face":
        request.getfixturevalue("data_folder")
    module = importlib.import_module(f"keras_vae.datasets.{name}")
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize("name", datasets.__all__)
def test_public_names_are_documented(name):
    doc = getattr(datasets, name).__doc__
    assert "Args:" in doc
