"""The site knows every model and every package, and tutorials are what they promise to be."""

import ast
import re
import sys
from pathlib import Path

import pytest

import keras_vae

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
sys.path[:0] = [str(DOCS), str(DOCS / "_extensions")]

import readme_tables  # noqa: E402
import registry  # noqa: E402

TUTORIALS = sorted(set((DOCS / "tutorials").glob("*.md")) - {DOCS / "tutorials" / "index.md"})


def test_every_family_has_one_page():
    pages = {page.stem: page.read_text("utf-8") for page in (DOCS / "zoo").glob("*.md")}
    listed = [
        (stem, family)
        for stem, text in pages.items()
        for family in re.findall(r"^```\{zoo-family\} ([\w-]+)\n```$", text, re.MULTILINE)
    ]
    families = registry.families()
    assert sorted(listed) == sorted((family, family) for family in families)
    index = pages["index"]
    assert all(f"\n{family}\n" in index for family in families)
    names = [paper.__name__ for papers in families.values() for paper in papers]
    assert sorted(["VAE", *names]) == sorted(keras_vae.models.__all__)


def test_readme_is_current():
    """If it is not: `python docs/readme_tables.py --write`."""
    readme = (ROOT / "README.md").read_text("utf-8")
    assert readme_tables.with_tables(readme) == readme


def test_readme_has_a_place_for_every_package():
    packages = {name for name in keras_vae.__all__ if name.islower() and name[0] != "_"}
    assert sorted([*readme_tables.PACKAGES, "models"]) == sorted(packages - {"register"})


def test_files_in_where_to_look_exist():
    text = (DOCS / "where-to-look.md").read_text("utf-8")
    paths = re.findall(r"`((?:keras_vae|docs|tests)/[\w./-]+)`", text)
    assert len(set(paths)) >= 40
    assert not [path for path in paths if not (ROOT / path).exists()]


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
