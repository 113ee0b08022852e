"""Each script of `examples/` runs from start to end, with its training cut short."""

import os
import re
import runpy
import sys
from pathlib import Path

import keras
import matplotlib.pyplot as plt
import pytest

EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("*.py"))

# What an example says that reads a data set from a file, and what one says that keeps records.
NEEDS_DATA = re.compile(r"datasets\.(\w*mnist|frey_face)\(")
KEEPS_RECORDS = "Recipe(__file__"

# Of a recipe of many models: those with lines of their own in it, and an image for each
# pseudo-input of VampVAE.
FEWER_MODELS = {
    "imputation": ["--only", "breast_cancer_wdbc"],
    "mnist_zoo": ["--images", "100", "--only", "BernoulliVAE", "JointVAE", "VaDE", "VampVAE"],
}


@pytest.fixture
def short_training():
    """Two steps of one epoch by Keras' own switches, so that scripts run as they stand."""
    keras.config.set_max_epochs(1)
    keras.config.set_max_steps_per_epoch(2)
    yield
    keras.config.set_max_epochs(None)
    keras.config.set_max_steps_per_epoch(None)
    plt.close("all")


@pytest.mark.filterwarnings("ignore:Limiting", "ignore:Your input ran out of data")
@pytest.mark.parametrize("script", EXAMPLES, ids=lambda script: script.stem)
def test_example_runs(script, tmp_path, monkeypatch, short_training):
    text = script.read_text(encoding="utf-8")
    if NEEDS_DATA.search(text) and not os.environ.get("KERAS_VAE_DATA"):
        pytest.skip("needs real data: set KERAS_VAE_DATA to a folder with mnist.npz and the others")
    if script.stem == "quickstart" and keras.backend.backend() == "tensorflow":
        pytest.skip("`.ci/run` runs the README's command, whole")
    is_recipe = KEEPS_RECORDS in text
    if is_recipe and keras.backend.backend() != "torch":
        pytest.skip("recipes differ in nothing that the backends' own tests do not cover")
    options = ["--output", str(tmp_path), "--images", "20", "--epochs", "1"] if is_recipe else []
    options += FEWER_MODELS.get(script.stem, [])
    monkeypatch.setattr(sys, "argv", [str(script), *options])
    monkeypatch.syspath_prepend(script.parent)
    monkeypatch.chdir(tmp_path)
    runpy.run_path(str(script), run_name="__main__")
