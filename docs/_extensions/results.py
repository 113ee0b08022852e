"""The table of pretrained models, written from the presets' cards."""

import json

from sphinx.util.docutils import SphinxDirective

import keras_vae
from keras_vae import pretrained


class ResultsTable(SphinxDirective):
    """`{results-table}`: a row for each preset; a sentence while there are none."""

    def run(self):
        head = [
            "| preset | model | published | ours | protocol | commands |",
            "|---|---|---|---|---|---|",
        ]
        rows = [
            f"| `{card['name']}` | {card['title']} | {card['published']} | {card['number']} "
            f"| {card['protocol']} | `{card['train']}`<br>`{card['evaluate']}` |"
            for card in cards()
        ]
        text = "\n".join([*head, *rows]) if rows else "There are no presets in this version."
        return self.parse_text_to_nodes(text)


def cards():
    """The cards of the bundled presets, as dicts of what the tables show; none without presets."""
    presets = getattr(keras_vae, "presets", None)
    names = [] if presets is None else presets.list()
    return [_read(name, presets.describe(name)) for name in names]


def _read(name, card):
    published = card.get("published")
    return {
        "name": name,
        "class": card["class_name"].split(">")[-1].split(".")[-1],
        "config": json.loads((pretrained.BUNDLED / name / "config.json").read_text("utf-8"))[
            "config"
        ],
        "title": card["title"],
        "protocol": card["protocol"],
        "published": "–" if published is None else f"{published['value']:.2f}",
        "number": _number(card["results"]),
        "train": card["training"]["command"],
        "evaluate": card["results"]["command"],
    }


def _number(results):
    """The likelihood where there is one, else the bound, with what it was measured by."""
    if "negative_log_likelihood" in results:
        return f"{results['negative_log_likelihood']:.2f} nats (IS-{results['num_samples']})"
    return f"{results['negative_elbo']:.2f} nats (-ELBO)"


def setup(app):
    """Sphinx's hook."""
    app.add_directive("results-table", ResultsTable)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
