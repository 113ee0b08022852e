"""The table of models and the lists of classes, both written from the registry of papers.

A model's family, paper and idea are those of its class. Its parts are those of one small model.
Preset and number come from the cards of the presets. A preset that is a plain `VAE`, put together
from parts, is in the row of the one paper that has those parts, if there is one.
"""

import registry
from results import cards
from sphinx.util.docutils import SphinxDirective

from keras_vae import VAE, likelihoods, objectives, posteriors, priors

#: the packages of the parts, and what `VAE` takes where a config names none
ROLES = {
    "posterior": (posteriors, "normal"),
    "prior": (priors, "standard_normal"),
    "likelihood": (likelihoods, "bernoulli"),
    "objective": (objectives, "elbo"),
}


class ZooTable(SphinxDirective):
    """`{zoo-table}`: every model with its paper, idea, parts, preset and number."""

    def run(self):
        rows = [f"| {' | '.join(row)} |" for row in _rows()]
        head = "| model | paper | idea | parts, unless you choose others | preset | its number |"
        return self.parse_text_to_nodes("\n".join([head, "|---|---|---|---|---|---|", *rows]))


class ZooFamily(SphinxDirective):
    """`{zoo-family} name`: the classes of a family, each with its docstring."""

    required_arguments = 1

    def run(self):
        papers = registry.families()[self.arguments[0]]
        entries = "\n\n".join(f".. autoclass:: {paper.__name__}" for paper in papers)
        text = f"```{{eval-rst}}\n.. currentmodule:: keras_vae.models\n\n{entries}\n```"
        return self.parse_text_to_nodes(text)


def _rows():
    parts_of = {model.__name__: registry.parts(model) for model in registry.all_models()}
    by_model = {}
    for card in cards():
        by_model.setdefault(_row_of(card, parts_of), []).append(card)
    for model in registry.all_models():
        name = model.__name__
        own = by_model.get(name, [])
        yield (
            f"[`{name}`](#keras_vae.models.{name})",
            registry.paper(model),
            registry.idea(model),
            ", ".join(f"`{part}`" for part in parts_of[name]) or "any",
            "<br>".join(f"`{card['name']}`" for card in own) or "–",
            "<br>".join(card["number"] for card in own) or "–",
        )


def _row_of(card, parts_of):
    """Name of the model in whose row a preset's card is."""
    if card["class"] != VAE.__name__:
        return card["class"]
    own = [_class_name(card["config"], role) for role in ROLES]
    alike = [name for name, parts in parts_of.items() if parts == own]
    return alike[0] if len(alike) == 1 else card["class"]


def _class_name(config, role):
    """Of the part in a preset's config, its short name."""
    package, default = ROLES[role]
    part = config.get(role, default)
    return part["class_name"] if isinstance(part, dict) else type(package.get(part)).__name__


def setup(app):
    """Sphinx's hook."""
    app.add_directive("zoo-table", ZooTable)
    app.add_directive("zoo-family", ZooFamily)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
