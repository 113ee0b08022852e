"""Cells of tables that hold a sentence are marked, so that the style can give them room."""

from docutils import nodes

LONG = 40  # characters


def mark(app, doctree):
    """Give every long cell the class `long`."""
    for entry in doctree.findall(nodes.entry):
        if len(entry.astext()) > LONG:
            entry["classes"].append("long")


def setup(app):
    """Sphinx's hook."""
    app.connect("doctree-read", mark)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
