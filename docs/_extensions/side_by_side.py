"""The table of models side by side, written from the record of `examples/mnist_zoo.py`."""

import json
from pathlib import Path

from sphinx.util.docutils import SphinxDirective

RECORD = Path(__file__).parents[2] / "examples/results/mnist_zoo-seed-0.json"
COLUMNS = {
    "squared_error": ("squared error a pixel", "{:.4f}"),
    "fid_reconstructed": ("FID* of reconstructions", "{:.1f}"),
    "fid_prior": ("of images from the prior", "{:.1f}"),
    "fid_mixture": ("from a mixture", "{:.1f}"),
    "probe": ("linear probe", "{:.1%}"),
}


class SideBySide(SphinxDirective):
    """`{side-by-side}`: a row for each model of the record, and the command that made it."""

    def run(self):
        self.env.note_dependency(str(RECORD))
        record = json.loads(RECORD.read_text("utf-8"))
        titles = " | ".join(title for title, _ in COLUMNS.values())
        rows = [f"| model | {titles} |", "|---|" + "---|" * len(COLUMNS)]
        rows += [_row(name, numbers) for name, numbers in by_model(record).items()]
        return self.parse_text_to_nodes("\n".join([*rows, "", f"`{record['command']}`"]))


def by_model(record):
    """The numbers of each model by their names."""
    found = {}
    for key, value in record["numbers"].items():
        model, name = key.split(", ")
        found.setdefault(model, {})[name] = value
    return {model: numbers for model, numbers in found.items() if "probe" in numbers}


def _row(model, numbers):
    cells = [
        form.format(numbers[name]) if name in numbers else "–"
        for name, (_, form) in COLUMNS.items()
    ]
    return f"| [`{model}`](#keras_vae.models.{model}) | {' | '.join(cells)} |"


def setup(app):
    """Sphinx's hook."""
    app.add_directive("side-by-side", SideBySide)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
