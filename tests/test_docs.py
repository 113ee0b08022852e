"""The site knows every model and every package, and tutorials are what they promise to be."""

import ast
import re
from pathlib import Path

import pytest

import keras_vae

DOCS = Path(__file__).parents[1] / "docs"
TUTORIALS = sorted(set((DOCS / "tutorials").glob("*.md")) - {DOCS / "tutorials" / "index.md"})


def test_every_model_is_on_one_page():
    pages = "".join(page.read_text("utf-8") for page in (DOCS / "zoo").glob("*.md"))
    named = re.findall(r"^\.\. autoclass:: (\w+)", pages, re.MULTILINE)
    assert sorted(named) == sorted(keras_vae.models.__all__)


def test_every_package_has_an_api_page():
    packages = {name for name in keras_vae.__all__ if name.islower() and name[0] != "_"}
    pages = {page.stem for page in (DOCS / "api").glob("*.md")}
    assert pages - {"index"} == packages - {"register"}


@pytest.mark.parametrize("tutorial", TUTORIALS, ids=lambda tutorial: tutorial.stem)
def test_tutorial(tutorial):
    text = tutorial.read_text("utf-8")
    opening = text.split("```")[0]
    assert "**What you learn:**" in opening
    assert "**Takes:**" in opening
    assert "KERAS_VAE_FULL" in opening
    assert f"\n{tutorial.stem}\n" in (DOCS / "tutorials" / "index.md").read_text("utf-8")
    for cell in re.findall(r"```\{code-cell\} ipython3\n(.*?)```", text, re.DOTALL):
        ast.parse(cell)
        assert max(map(len, cell.split("\n"))) <= 100
