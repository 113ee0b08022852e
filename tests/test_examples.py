"""Each script of `examples/` runs from start to end, with its training cut short."""

import os
import re
import subprocess
import sys
from pathlib import Path

import keras
import pytest

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))

SETTINGS = {
    "PYTHONPATH": str(ROOT),  # this checkout, installed or not
    "KERAS_BACKEND": keras.backend.backend(),
    # Keras' own switches cut the training short: scripts run as they stand.
    "KERAS_MAX_EPOCHS": "1",
    "KERAS_MAX_STEPS_PER_EPOCH": "2",
}


# What an example says that reads a data set from a file, and what one says that keeps records.
NEEDS_DATA = re.compile(r"datasets\.(\w*mnist|frey_face)\(")
KEEPS_RECORDS = "Recipe(__file__"


@pytest.mark.parametrize("script", EXAMPLES, ids=lambda script: script.stem)
def test_example_runs(script, tmp_path):
    text = script.read_text(encoding="utf-8")
    if NEEDS_DATA.search(text) and not os.environ.get("KERAS_VAE_DATA"):
        pytest.skip("needs real data: set KERAS_VAE_DATA to a folder with mnist.npz and the others")
    if script.stem == "quickstart" and keras.backend.backend() == "tensorflow":
        pytest.skip("`.ci/run` runs the README's command, whole")
    recipe = KEEPS_RECORDS in text
    if recipe and keras.backend.backend() != "jax":
        pytest.skip("recipes differ in nothing that the backends' own tests do not cover")
    options = ["--output", str(tmp_path), "--images", "20"] if recipe else []
    run = subprocess.run(
        [sys.executable, script, *options],
        env={**os.environ, **SETTINGS},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
