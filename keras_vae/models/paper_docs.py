"""The docstring of a paper: its own arguments, and those that all papers have in common."""

import inspect
import re
from typing import Any

_PARTS = ("network", "posterior", "prior", "likelihood", "objective")


def document(paper: Any, base: type) -> None:
    """Put the arguments that papers have in common around the paper's own in its docstring.

    Arguments of parts that the paper fixes are left out. Defaults are the paper's.

    Args:
        paper: class whose docstring is completed.
        base: class whose docstring describes the common arguments.
    """
    doc = inspect.cleandoc(paper.__doc__ or "")
    head, own, tail = _sections(doc)
    common = _common_arguments(inspect.cleandoc(base.__doc__ or ""), paper)
    entries = {**_entries(own)}
    first = {name: common.pop(name) for name in ("data_shape", "latent_dim") if name in common}
    shown = {**first, **entries, **{k: v for k, v in common.items() if k not in entries}}
    arguments = "\n".join(shown[name] for name in shown)
    paper.__doc__ = f"{head}\n\nArgs:\n{arguments}\n\n{tail}".rstrip() + "\n"


def _sections(doc: str) -> tuple[str, str, str]:
    """What stands in front of the arguments, the arguments, and what stands behind them."""
    parts = re.split(r"\n\n(?=(?:Args|Raises|References?|Example|Returns):\n)", doc)
    head, *others = parts
    own = [part for part in others if part.startswith("Args:\n")]
    rest = [part for part in others if not part.startswith("Args:\n")]
    return head, own[0][len("Args:\n") :] if own else "", "\n\n".join(rest)


def _entries(block: str) -> dict[str, str]:
    """The entries of a block of arguments by name."""
    pieces = [piece for piece in re.split(r"\n(?=    \S)", block) if piece.strip()]
    return {re.match(r"\s*\**(\w+)", piece)[1]: piece for piece in pieces}


def _common_arguments(doc: str, paper: Any) -> dict[str, str]:
    """The entries of the arguments in common, with the paper's defaults."""
    entries = _entries(_sections(doc)[1])
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
