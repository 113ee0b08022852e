"""What the package's own registries say of models and parts, for the pages and the README."""

import inspect
import re
from pathlib import Path

from keras_vae import VAE, models, networks

PAGES = Path(__file__).parents[1] / "zoo"
#: what a constructor cannot do without
NEEDED = {"condition_shape": (10,), "num_classes": 10}
LINK = re.compile(r"^- \[([^\]]+)\]\(([^)]+)\)|^- (.+)", re.MULTILINE)


def families():
    """The papers of the package by family, in the order of the index of the zoo.

    Raises:
        ValueError: if a family has no page there, or a page no family.
    """
    index = (PAGES / "index.md").read_text("utf-8")
    order = re.findall(r"^(\w[\w-]*)$", index, re.MULTILINE)
    order = [page for page in order if page != "side-by-side"]
    found = {family: _own(papers) for family, papers in models.FAMILIES.items()}
    found = {family: papers for family, papers in found.items() if papers}
    if set(order) != set(found):
        raise ValueError(
            "Each family of papers needs a page docs/zoo/<family>.md, listed in docs/zoo/index.md. "
            f"Received: families {sorted(found)}, pages {sorted(order)}"
        )
    return {family: found[family] for family in order}


def _own(papers):
    """The papers of this package, without those that a user has defined."""
    return [paper for paper in papers if paper.__module__.startswith("keras_vae.")]


def all_models():
    """`VAE` and the papers, family by family."""
    return [VAE, *(paper for papers in families().values() for paper in papers)]


def idea(cls):
    """The first paragraph of the docstring, in one line."""
    return " ".join(inspect.getdoc(cls).split("\n\n")[0].split()).rstrip(".").replace("|", "\\|")


def paper(cls):
    """The first reference of the docstring, as a link."""
    _, _, references = re.split(r"^(References?):\n", inspect.getdoc(cls), flags=re.MULTILINE)
    text, url, bare = LINK.search(inspect.cleandoc(references)).groups()
    return f"[{text}]({url})" if url else re.split(r"(?<=\d{4}), ", bare)[0]


def parts(cls):
    """Class names of the parts of a paper unless the user chooses others; none for `VAE`."""
    if cls is VAE:
        return []
    needed = {k: v for k, v in NEEDED.items() if k in inspect.signature(cls).parameters}
    vae = cls((8, 8), network=networks.MLP((1,)), **needed)
    return [type(part).__name__ for part in vae.parts()]
