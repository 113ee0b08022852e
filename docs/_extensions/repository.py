"""Files of the repository as parts of pages: a README that stands beside what it describes."""

import re
from pathlib import Path

from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).parents[2]
RELATIVE_LINK = re.compile(r"\[([^\]]+)\]\((?!https?://|#)[^)]+\)")
TABLE = re.compile(r"(?:^\|.*\|\n)+", re.MULTILINE)


class FromRepository(SphinxDirective):
    """`{from-repository} path`: the file without its title; links to files become their text.

    `:last: command` puts the column of that name at the end of the tables that have one, where a
    narrow screen hides it rather than the numbers.
    """

    required_arguments = 1
    option_spec = {"last": directives.unchanged_required}

    def run(self):
        path = ROOT / self.arguments[0]
        self.env.note_dependency(str(path))
        if not path.exists():
            return []
        text = path.read_text("utf-8")
        text = re.sub(r"\A# .*\n", "", text)  # the title is the page's own
        text = RELATIVE_LINK.sub(r"\1", text)
        if last := self.options.get("last"):
            text = TABLE.sub(lambda table: _with_last(table[0], last), text)
        return self.parse_text_to_nodes(text, allow_section_headings=True)


def _with_last(table, name):
    """The rows of a Markdown table with the named column, if there is one, at the end."""
    rows = [
        [cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in table.splitlines()
    ]
    if name not in rows[0]:
        return table
    place = rows[0].index(name)
    rows = [[*row[:place], *row[place + 1 :], row[place]] for row in rows]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def setup(app):
    """Sphinx's hook."""
    app.add_directive("from-repository", FromRepository)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
