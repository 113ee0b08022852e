"""Files of the repository as parts of pages: a README that stands beside what it describes."""

import re
from pathlib import Path

from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).parents[2]
RELATIVE_LINK = re.compile(r"\[([^\]]+)\]\((?!https?://|#)[^)]+\)")


class FromRepository(SphinxDirective):
    """`{from-repository} path`: the file without its title; links to files become their text."""

    required_arguments = 1

    def run(self):
        path = ROOT / self.arguments[0]
        self.env.note_dependency(str(path))
        if not path.exists():
            return []
        text = path.read_text("utf-8")
        text = re.sub(r"\A# .*\n", "", text)  # the title is the page's own
        return self.parse_text_to_nodes(RELATIVE_LINK.sub(r"\1", text), allow_section_headings=True)


def setup(app):
    """Sphinx's hook."""
    app.add_directive("from-repository", FromRepository)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
