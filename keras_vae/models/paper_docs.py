"""The docstring of a paper: what is its own, and what all papers have in common."""

import inspect
import re
from typing import Any

_PARTS = ("network", "posterior", "prior", "likelihood", "objective")
_SECTION = re.compile(r"\n\n(?=(?:Args|Raises|References?|Example|Returns):\n)")
#: the lines of an example that most papers have in common
_DATA = ">>> x = keras_vae.datasets.digits().train.x"
_COMPILE = '>>> vae.compile("adam")'
_FIT = ">>> history = vae.fit(x, epochs=1, verbose=0)"
_RESULT = ">>> vae.reconstruct(x[:3]).shape\n(3, 8, 8)"


def document(paper: Any, base: type) -> None:
    """Complete the docstring of a paper with what papers have in common.

    Arguments in common stand around the paper's own. Those of parts that the paper fixes are left
    out, and defaults are the paper's. The errors are those of `base` unless the paper says which.
    A reference in one line becomes a section. An example gets the data, `compile` and `fit`, and
    a result, where it does not have its own.

    Args:
        paper: class whose docstring is completed.
        base: class whose docstring describes the common arguments.
    """
    head, sections = _sections(_with_headings(inspect.cleandoc(paper.__doc__ or "")))
    _, common = _sections(inspect.cleandoc(base.__doc__ or ""))
    arguments = {"Args": _arguments(sections.pop("Args", ""), common["Args"], paper)}
    errors = {"Raises": sections.pop("Raises", common["Raises"])}
    if "Example" in sections:
        sections["Example"] = "\n" + _example(sections["Example"].strip())
    shown = {**arguments, **errors, **sections}
    blocks = [head, *(f"{name}:\n{text}" for name, text in shown.items())]
    paper.__doc__ = "\n\n".join(block for block in blocks if block) + "\n"


def _with_headings(doc: str) -> str:
    """The docstring with a heading above a reference in one line, and above the example."""
    doc = re.sub(r"\n\nReference: (.+(?:\n    .+)*)", _reference, doc)
    return doc if "\n\nExample:\n" in doc else doc.replace("\n\n>>> ", "\n\nExample:\n\n>>> ", 1)


def _reference(match: re.Match[str]) -> str:
    return "\n\nReference:\n    - " + match[1].replace("\n    ", "\n      ")


def _sections(doc: str) -> tuple[str, dict[str, str]]:
    """What stands in front of the sections, and the sections by name."""
    head, *sections = _SECTION.split(doc)
    named = (section.split(":\n", 1) for section in sections)
    return head, {name: text.rstrip() for name, text in named}


def _example(own: str) -> str:
    """An example, with the lines that most papers have in common where it does not have its own."""
    statements = re.split(r"\n(?=>>> )", own)
    made = next((i for i, line in enumerate(statements) if line.startswith(">>> vae = ")), None)
    if made is None:
        return own
    before, after = statements[: made + 1], statements[made + 1 :]
    data = [] if "keras_vae.datasets" in own else [_DATA]
    steps = ([] if ".compile(" in own else [_COMPILE]) + ([] if ".fit(" in own else [_FIT])
    return "\n".join([*data, *before, *steps, *(after or [_RESULT])])


def _arguments(own: str, common: str, paper: Any) -> str:
    """The entries of all arguments: data and latents, the paper's own, the others in common."""
    entries, shared = _entries(own), _common_arguments(common, paper)
    first = {name: shared.pop(name) for name in ("data_shape", "latent_dim") if name in shared}
    shown = {**first, **entries, **{k: v for k, v in shared.items() if k not in entries}}
    return "\n".join(shown.values())


def _entries(block: str) -> dict[str, str]:
    """The entries of a block of arguments by name."""
    pieces = [piece for piece in re.split(r"\n(?=    \S)", block) if piece.strip()]
    return {re.findall(r"\w+", piece)[0]: piece for piece in pieces}


def _common_arguments(block: str, paper: Any) -> dict[str, str]:
    """The entries of the arguments in common, with the paper's defaults."""
    entries = _entries(block)
    parameters = inspect.signature(paper.__init__).parameters
    hidden = {"fixed", "adapt", "conditioning", *paper.fixes}
    hidden |= {name for name in ("data_shape", "latent_dim") if name not in parameters}
    defaults = {name: _shown(paper.default(name)) for name in _PARTS}
    if "latent_dim" in parameters and parameters["latent_dim"].default != inspect.Parameter.empty:
        entries["latent_dim"] = (
            "    latent_dim: int, length of one latent. "
            f"Defaults to {_shown(parameters['latent_dim'].default)}."
        )
    return {name: _filled(entry, defaults) for name, entry in entries.items() if name not in hidden}


def _filled(entry: str, defaults: dict[str, str]) -> str:
    for name, default in defaults.items():
        entry = entry.replace("{" + name + "}", default)
    return entry


def _shown(value: Any) -> str:
    return "`" + repr(value).replace("'", '"') + "`"
