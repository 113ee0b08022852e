"""The README's lists of models and of parts, written from the package itself.

    python docs/readme_tables.py          prints them
    python docs/readme_tables.py --write  puts them into README.md, between their markers

Models come from the registry of papers, parts from `__all__` of each package. The sentence in front
of the names is the first line of the package's docstring.
"""

import argparse
import importlib
import re
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "docs" / "_extensions")]

import registry  # noqa: E402

WIDTH = 100
#: the packages in the order in which data flow through a model
PACKAGES = (
    "datasets networks distributions flows posteriors priors likelihoods layers objectives "
    "callbacks optimizers tables evaluation samplers plots presets estimators"
).split()


def models_table():
    """A row for `VAE` and each paper, family by family."""
    rows = ["| `keras_vae.models` | what it is | paper |", "|---|---|---|"]
    for model in registry.all_models():
        rows.append(f"| `{model.__name__}` | {registry.idea(model)} | {registry.paper(model)} |")
    return "\n".join(rows)


def parts_list():
    """An entry for each package but that of the models: what it holds, and its public names."""
    return "\n".join(_entry(name) for name in PACKAGES)


def _entry(name):
    package = importlib.import_module(f"keras_vae.{name}")
    names = ", ".join(f"`{member}`" for member in package.__all__ if not _is_base(package, member))
    text = f"- `keras_vae.{name}`. {_first_sentence(package)} {names}{_guide(name)}"
    return textwrap.fill(
        text, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )


def _first_sentence(package):
    """The first paragraph of the package's docstring, without its own name in front."""
    sentence = " ".join(package.__doc__.strip().split("\n\n")[0].split()).rstrip(".")
    sentence = re.sub(rf"^{package.__name__.split('.')[-1]}: ", "", sentence, flags=re.IGNORECASE)
    return f"{sentence[0].upper()}{sentence[1:]}."


def _is_base(package, name):
    """Whether a name is not a part to choose: a base class, or the function that finds parts."""
    return name == "get" or (getattr(package, name).__doc__ or "").startswith("Base of")


def _guide(name):
    """A link to the guide of a package, if it has one."""
    path = f"docs/{name}.md"
    return f" ([{path}]({path}))" if (ROOT / path).exists() else ""


def with_tables(text):
    """The README's text with both lists as they are now.

    Raises:
        ValueError: if a pair of markers is missing.
    """
    for name, make in (("models", models_table), ("parts", parts_list)):
        block = f"<!-- {name} -->\n{make()}\n<!-- end of {name} -->"
        pattern = rf"<!-- {name} -->\n.*?<!-- end of {name} -->"
        text, count = re.subn(pattern, lambda match, block=block: block, text, flags=re.DOTALL)
        if count != 1:
            raise ValueError(f"README.md needs one pair of markers {name!r}. Received: {count}")
    return text


def main():
    """Print the lists, or write them."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--write", action="store_true", help="write README.md")
    if parser.parse_args().write:
        path = ROOT / "README.md"
        path.write_text(with_tables(path.read_text("utf-8")), "utf-8")
    else:
        print(models_table(), parts_list(), sep="\n\n")


if __name__ == "__main__":
    main()
