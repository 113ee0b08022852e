"""Formulas by KaTeX, which stands in `_static/katex`: they show without a network."""

from html import escape

from docutils import nodes


def visit_inline(self, node):
    """A formula within a line."""
    self.body.append(f'<span class="math">{escape(node.astext())}</span>')
    raise nodes.SkipNode


def visit_display(self, node):
    """A formula on lines of its own; `aligned` where there are line breaks outside of another."""
    text = node.astext().strip()
    if r"\\" in text and r"\begin" not in text:
        text = rf"\begin{{aligned}}{text}\end{{aligned}}"
    self.body.append(f'<div class="math">{escape(text)}</div>')
    raise nodes.SkipNode


def setup(app):
    """Sphinx's hook."""
    app.add_html_math_renderer("katex", (visit_inline, None), (visit_display, None))
    app.connect("builder-inited", _assets)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _assets(app):
    app.add_css_file("katex/katex.min.css")
    app.add_js_file("katex/katex.min.js", loading_method="defer")
    app.add_js_file("formulas.js", loading_method="defer")
