"""Docstrings of the package, which are Markdown for people, as the reStructuredText of autodoc.

Code in single backticks, links, fences, and formulas between dollars; names of the package become
links to their entries.
"""

import importlib
import inspect
import re

# One alternative a kind, in the order in which they are looked for. A text of a link has no bracket
# of its own: "[0, 1) ... [name](address)" is an interval and a link.
INLINE = re.compile(
    r"``[^`]+``|`(?P<code>[^`]+)`"
    r"|\[(?P<text>[^\[\]]+)\]\((?P<url>https?://[^)\s]+)\)"
    r"|\$(?P<math>[^$]+)\$"
    r"|(?P<special>\||(?<=\w)_(?!\w)|\\|(?<!\*)\*(?=\w)(?![\w ]+\*))"
)
FENCES = {"```": "code-block:: ", "$$": "math::"}


def converted(text):
    """The docstring as reStructuredText."""
    out, prose, lines = [], [], text.split("\n")
    while lines:
        line = lines.pop(0)
        fence = next((mark for mark in FENCES if line.strip().startswith(mark)), None)
        if fence is None and not line.strip().startswith(">>> "):
            prose.append(line)
            continue
        out += _inline_marks(prose)
        prose = []
        if fence is None:  # an example, with its output, up to the next empty line
            out.append(line)
            while lines and lines[0].strip():
                out.append(lines.pop(0))
            continue
        indent, kind = line.split(fence)
        out += [f"{indent}.. {FENCES[fence]}{kind.split(' ')[0] if kind else ''}".rstrip(), ""]
        while (line := lines.pop(0)).strip() != fence:
            out.append("   " + line)
        out.append("")
    return "\n".join(out + _inline_marks(prose))


def _inline_marks(prose):
    return INLINE.sub(_mark, "\n".join(prose)).split("\n") if prose else []


def _mark(match):
    if match["code"]:
        # Markup ends at a word's end; an escaped space lets a plural's s follow.
        glued = match.string[match.end() : match.end() + 1].isalnum()
        return _code(match["code"]) + ("\\ " if glued else "")
    if match["url"]:
        return f"`{match['text']} <{match['url']}>`__"
    if match["math"]:
        return f":math:`{match['math']}`"
    return "\\" + match["special"] if match["special"] else match[0]


def _code(name):
    if name == "keras_vae.VAE":  # it stands among the models
        return ":py:obj:`keras_vae.VAE <keras_vae.models.VAE>`"
    if name == "Inference":  # what its methods' arguments have in common stands there
        return ":py:obj:`Inference <keras_vae.models.inference.Inference>`"
    return f":py:obj:`{name}`" if _is_public(name) else f"``{name}``"


def _is_public(name):
    """Whether a full name stands in the `__all__` of its package, and so has an entry."""
    *package, member = name.split(".")
    if not package or package[0] != "keras_vae" or len(package) > 2 or member == "register":
        return False
    try:
        return member in importlib.import_module(".".join(package)).__all__
    except ImportError:
        return False


def process(app, what, name, obj, options, lines):
    """Autodoc's hook, in front of Napoleon's."""
    lines[:] = converted("\n".join(lines)).split("\n")
    if what in ("attribute", "property"):
        # Napoleon takes what stands in front of a colon for a type.
        lines[0] = re.sub(r"(?<!:): ", "; ", lines[0])


def signature(app, what, name, obj, options, arguments, returned):
    """Autodoc's hook: the constructor's own arguments, not those that Keras wraps around it."""
    if what != "class" or issubclass(obj, tuple):
        return None
    parameters = inspect.signature(inspect.unwrap(obj.__init__)).parameters.values()
    own = [p.replace(annotation=p.empty) for p in parameters if p.name != "self"]
    return str(inspect.Signature(own)), returned


def skip(app, what, name, obj, skip, options):
    """Autodoc's hook: leave out the fields of named tuples, which `Args` describes."""
    return True if (getattr(obj, "__doc__", "") or "").startswith("Alias for field") else None


def setup(app):
    """Sphinx's hook."""
    app.connect("autodoc-process-docstring", process, priority=400)
    app.connect("autodoc-process-signature", signature)
    app.connect("autodoc-skip-member", skip)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
