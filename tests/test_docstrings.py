"""Examples run: those in docstrings, and those in the README and the docs.

Examples may use `keras`, `np`, `keras_vae`, whatever their module knows, and a small
setting: `x`, `y` and `x_val` from the digits, and `vae`, a compiled model of them.
"""

import doctest
import os
import re
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

import keras_vae

ROOT = Path(__file__).parents[1]
#: the README runs on every backend, the other pages on one
PAGES = [
    pytest.param(ROOT / "README.md", marks=pytest.mark.xla),
    *(
        pytest.param(page, marks=pytest.mark.once)
        for page in [ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
    ),
]
FENCE = re.compile(r"^( *)```python *(\w*)\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
PACKAGES = [getattr(keras_vae, name) for name in keras_vae.__all__ if name.islower()]
PACKAGES = [keras_vae, *(package for package in PACKAGES if hasattr(package, "__all__"))]

# What Keras says when it stops after the few steps that `short` allows.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Limiting"),
    pytest.mark.filterwarnings("ignore:Your input ran out of data"),
]


def examples():
    """Docstrings with examples: (module, what `doctest` found there)."""
    finder = doctest.DocTestFinder(exclude_empty=False)
    # What importing the package loads: so without the files of the other backends.
    for name, module in sorted(sys.modules.items()):
        if name.startswith("keras_vae"):
            for found in finder.find(module, name):
                if found.examples or "```python" in found.docstring:
                    yield pytest.param(module, found, id=found.name)


def needs_data(module):
    """Whether a module loads a data set from a file, which may have to be downloaded."""
    return re.search("mnist|frey_face|cifar10|noto_emoji", module.__name__)


@pytest.fixture
def setting(monkeypatch, tmp_path):
    """The names that examples may use; in an empty folder, where they may write."""
    monkeypatch.chdir(tmp_path)
    train, validation, _ = keras_vae.datasets.digits(num_validation=64)
    vae = keras_vae.models.BernoulliVAE(train.x.shape[1:], latent_dim=2, hidden=(16,), seed=0)
    vae.compile("adam")
    names = {"x": train.x[:64], "y": train.y[:64], "x_val": validation.x, "vae": vae}
    return {"keras": keras, "np": np, "keras_vae": keras_vae, **names}


@pytest.fixture
def short():
    """Training stops after two steps, whatever an example asks for."""
    keras.config.set_max_epochs(1)
    keras.config.set_max_steps_per_epoch(2)
    yield
    keras.config.set_max_epochs(None)
    keras.config.set_max_steps_per_epoch(None)


def run_fences(text, name, names):
    """Run the fenced Python of a text in one namespace.

    ```python jax is for that backend only; other words, such as sketch, are for none.
    """
    for fence in FENCE.finditer(text):
        indent, backend, code = fence.groups()
        if backend not in ("", keras.backend.backend()):
            continue
        # Empty lines in front, so that a traceback names the line of the page.
        code = text[: fence.start(3)].count("\n") * "\n" + re.sub(f"(?m)^{indent}", "", code)
        exec(compile(code, name, "exec"), names)


# What the examples call has tests on every backend; here it is the text that is tested.
ON_ONE_BACKEND = pytest.mark.skipif(keras.backend.backend() != "torch", reason="once is enough")


@ON_ONE_BACKEND
@pytest.mark.once
@pytest.mark.parametrize("module, found", examples())
def test_docstring_examples(module, found, setting, short):
    if needs_data(module) and not os.environ.get("KERAS_VAE_DATA"):
        pytest.skip("needs real data: set KERAS_VAE_DATA to a folder with mnist.npz and the others")
    found.globs = {**vars(module), **setting, "__name__": module.__name__}
    runner = doctest.DocTestRunner()
    runner.run(found, clear_globs=False)
    assert runner.failures == 0
    run_fences(found.docstring, f"<{found.name}>", found.globs)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_page_examples(page, monkeypatch, tmp_path, short):
    # The README as a newcomer runs it, on the default backend; the others like docstrings.
    if keras.backend.backend() != ("tensorflow" if page.name == "README.md" else "torch"):
        pytest.skip("once is enough")
    monkeypatch.chdir(tmp_path)
    run_fences(page.read_text(encoding="utf-8"), str(page), {"__name__": page.stem})


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.__name__)
def test_public_names_are_documented(package):
    public = [getattr(package, name) for name in package.__all__ if name != "__version__"]
    bare = [item for item in [package, *public] if not (item.__doc__ or "").strip()]
    assert not bare


@pytest.mark.parametrize("name", keras_vae.models.__all__)
def test_every_model_has_an_example(name):
    assert ">>> " in getattr(keras_vae.models, name).__doc__
