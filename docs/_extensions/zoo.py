"""The table of models, one row a model, written from the classes themselves.

A model's family is the page in `docs/zoo` that documents it; its paper and its idea stand in its
docstring; its parts are those that its constructor hands to `VAE`; preset and number come from the
cards of the presets, where there are any. A preset that is a plain `VAE` put together from parts is
in the row of the one model that has those parts, if there is one.
"""

import contextlib
import inspect
import re
import sys
from pathlib import Path
from unittest import mock

import keras
from results import cards
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

from keras_vae import VAE, likelihoods, models, objectives, posteriors, priors

PAGES = Path(__file__).parents[1] / "zoo"
FAMILIES = {
    "posterior": posteriors,
    "prior": priors,
    "likelihood": likelihoods,
    "objective": objectives,
}
DEFAULTS = {
    "posterior": "normal",
    "prior": "standard_normal",
    "likelihood": "bernoulli",
    "objective": "elbo",
}
NEEDED = {"condition_shape": (10,), "num_classes": 10}
LINK = re.compile(r"^- \[([^\]]+)\]\(([^)]+)\)|^- (.+)", re.MULTILINE)


class ZooTable(SphinxDirective):
    """`{zoo-table}`: every model with its paper, idea, parts, preset and number."""

    def run(self):
        rows = [f"| {' | '.join(row)} |" for row in _rows()]
        head = "| model | paper | idea | parts, unless you choose others | preset | its number |"
        return self.parse_text_to_nodes("\n".join([head, "|---|---|---|---|---|---|", *rows]))


def pages():
    """Name of each documented model: the page that documents it, in the order of the index."""
    order = re.findall(r"^(\w[\w-]*)$", (PAGES / "index.md").read_text("utf-8"), re.MULTILINE)
    found = {}
    for page in order:
        text = (PAGES / f"{page}.md").read_text("utf-8")
        for name in re.findall(r"^\.\. autoclass:: (\w+)", text, re.MULTILINE):
            if name in found:
                raise ExtensionError(f"{name} is on two pages: {found[name]} and {page}")
            found[name] = page
    return found


def _rows():
    found = pages()
    if set(found) != set(models.__all__):
        raise ExtensionError(
            "Every model needs one page in docs/zoo, by `.. autoclass:: Name`. "
            f"Without page: {sorted(set(models.__all__) - set(found))}; "
            f"without model: {sorted(set(found) - set(models.__all__))}"
        )
    parts_of = {name: parts(getattr(models, name)) for name in found}
    by_model = {}
    for card in cards():
        by_model.setdefault(_row_of(card, parts_of), []).append(card)
    for name in found:
        model = getattr(models, name)
        own = by_model.get(name, [])
        yield (
            f"[`{name}`](#keras_vae.models.{name})",
            paper(model),
            idea(model),
            ", ".join(f"`{part}`" for part in parts_of[name]) or "any",
            "<br>".join(f"`{card['name']}`" for card in own) or "–",
            "<br>".join(card["number"] for card in own) or "–",
        )


def _row_of(card, parts_of):
    """Name of the model in whose row a preset's card is."""
    if card["class"] != VAE.__name__:
        return card["class"]
    alike = [name for name, parts in parts_of.items() if parts == _class_names(card["config"])]
    return alike[0] if len(alike) == 1 else card["class"]


def idea(model):
    """The first line of the docstring."""
    return " ".join(inspect.getdoc(model).split("\n\n")[0].split()).rstrip(".").replace("|", "\\|")


def paper(model):
    """The first reference of the docstring, as a link."""
    _, _, references = re.split(r"^(References?):\n", inspect.getdoc(model), flags=re.MULTILINE)
    text, url, bare = LINK.search(inspect.cleandoc(references)).groups()
    return f"[{text}]({url})" if url else re.split(r"(?<=\d{4}), ", bare)[0]


def parts(model):
    """Class names of the parts that a model's constructor chooses; none for `VAE` itself."""
    if model is VAE:
        return []
    needed = {k: v for k, v in NEEDED.items() if k in inspect.signature(model).parameters}
    if model is not models.ConditionalVAE:
        needed.pop("condition_shape", None)
    chosen = {}

    def record(self, encoder, decoder, **kwargs):
        chosen.update(kwargs)
        raise _Recorded

    with contextlib.ExitStack() as stack:
        stack.enter_context(mock.patch.object(VAE, "__init__", record))
        # Without networks, whose weights would take a minute for the whole zoo.
        module = sys.modules[model.__module__]
        for builder in (name for name in vars(module) if name.endswith("_pair")):
            stack.enter_context(mock.patch.object(module, builder, _no_networks))
        stack.enter_context(contextlib.suppress(_Recorded))
        model((28, 28), **needed)
    return _class_names(chosen)


def _class_names(chosen):
    """Class names of the parts, from a dict of them in which defaults may be missing."""
    return [
        _class_name(family, chosen.get(role, DEFAULTS[role])) for role, family in FAMILIES.items()
    ]


def _class_name(family, part):
    """Of a part, its short name, or its serialized form in a preset."""
    return part["class_name"] if isinstance(part, dict) else type(family.get(part)).__name__


def _no_networks(*args, **kwargs):
    """In place of the builders of encoder and decoder: models without weights."""
    inputs = keras.Input((3,))
    return keras.Model(inputs, inputs), keras.Model(inputs, inputs)


class _Recorded(Exception):
    pass


def setup(app):
    """Sphinx's hook."""
    app.add_directive("zoo-table", ZooTable)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
