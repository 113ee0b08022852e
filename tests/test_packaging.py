"""The package as it is installed: its files, and what importing it needs."""

import configparser
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import keras

import keras_vae

ROOT = Path(__file__).parents[1]

BACKENDS = {"tensorflow", "jax", "torch"}

# From here on Python does not find the packages in {hidden}, installed or not.
HIDE = """
import importlib.machinery, sys

class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] not in {hidden}:
            return importlib.machinery.PathFinder.find_spec(name, path, target)

sys.meta_path = [Finder if f is importlib.machinery.PathFinder else f for f in sys.meta_path]
"""


def last_line(code, folder, backend=None, hidden=()):
    """The last line that Python code writes in a fresh interpreter: its output, or its error."""
    environment = {name: value for name, value in os.environ.items() if name != "KERAS_BACKEND"}
    environment["PYTHONPATH"] = os.pathsep.join(map(str, [folder, ROOT]))
    # No `~/.keras/keras.json`, where users may have chosen a backend too.
    environment["KERAS_HOME"] = str(folder)
    if backend:
        environment["KERAS_BACKEND"] = backend
    process = subprocess.run(
        [sys.executable, "-c", HIDE.format(hidden=set(hidden)) + code],
        env=environment,
        capture_output=True,
        text=True,
    )
    return (process.stderr if process.returncode else process.stdout).strip().splitlines()[-1]


def test_no_backend_names_the_extras(tmp_path):
    error = last_line("import keras_vae", tmp_path, hidden=BACKENDS)
    assert error.startswith("ModuleNotFoundError: keras_vae needs Keras with a backend.")
    assert "found of the backends: none" in error
    assert "pip install keras_vae[tensorflow]" in error


def test_a_missing_backend_names_the_variable(tmp_path):
    installed = next(name for name in sorted(BACKENDS) if importlib.util.find_spec(name))
    missing = BACKENDS - {installed}
    error = last_line("import keras_vae", tmp_path, min(missing), missing)
    assert f"Expected {min(missing)} to be installed, chosen by KERAS_BACKEND" in error
    assert f"found of the backends: ['{installed}']" in error
    assert f"Set the environment variable KERAS_BACKEND={installed} before Python starts" in error


def test_a_backend_chosen_in_a_file_is_named(tmp_path):
    (tmp_path / "keras.json").write_text('{"backend": "jax"}')
    error = last_line("import keras_vae", tmp_path, hidden=BACKENDS)
    assert "Expected jax to be installed, chosen by Keras' default or its file" in error


def test_old_keras_is_refused(tmp_path):
    (tmp_path / "keras.py").write_text("__version__ = '3.11.3'")
    error = last_line("import keras_vae", tmp_path)
    assert error.startswith("ImportError: keras_vae needs keras >= 3.12. Received: keras 3.11.3.")


def test_plots_without_matplotlib_name_the_extra(tmp_path):
    code = "import keras_vae; assert keras_vae.models.VAE.__name__ == 'VAE'; keras_vae.plots"
    error = last_line(code, tmp_path, keras.backend.backend(), {"matplotlib", "sklearn"})
    assert error == "ImportError: keras_vae.plots needs Matplotlib: pip install keras_vae[plots]"


def test_every_folder_of_the_package_is_a_package():
    # What `find:` in setup.cfg collects; a folder without `__init__.py` is left out of the wheel.
    folders = {path.parent for path in (ROOT / "keras_vae").rglob("*.py")}
    assert all((folder / "__init__.py").is_file() for folder in folders)


def test_presets_are_in_the_wheel():
    # What `package_data` in setup.cfg collects.
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg")
    patterns = settings["options.package_data"]["keras_vae.presets"].split()
    presets = ROOT / "keras_vae" / "presets"
    collected = {path for pattern in patterns for path in presets.glob(pattern)}
    files = {path for path in (presets / "bundled").rglob("*") if path.is_file()}
    assert collected == files


def test_public_names_exist():
    missing = [name for name in keras_vae.__all__ if not hasattr(keras_vae, name)]
    assert not missing
