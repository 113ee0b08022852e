"""Real data where KERAS_VAE_DATA names it, and an empty Keras cache where a test needs one."""

import os
from pathlib import Path

import pytest

# Read once, since `cache` takes the variable away.
DATA_FOLDER = os.environ.get("KERAS_VAE_DATA")


@pytest.fixture
def data_folder():
    """The folder of real data sets."""
    if not DATA_FOLDER:
        pytest.skip("needs real data: set KERAS_VAE_DATA to a folder with mnist.npz and the others")
    return Path(DATA_FOLDER)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty Keras cache, and no data folder beside it."""
    monkeypatch.delenv("KERAS_VAE_DATA", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    return tmp_path / "keras" / "datasets"
