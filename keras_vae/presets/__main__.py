"""`python -m keras_vae.presets list | describe | card | report | train | evaluate | table`."""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np

from keras_vae import pretrained
from keras_vae.datasets.files import DATA_FOLDER
from keras_vae.models import VAE
from keras_vae.presets import card, describe, recipes, training
from keras_vae.presets.table import table, write_table

#: test examples of a report
REPORTED = 2000
OUTPUT = Path("output") / "presets"


def _parser():
    parser = argparse.ArgumentParser(prog="python -m keras_vae.presets", description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("list", help="the presets inside the package, and the recipes")
    tabled = actions.add_parser("table", help="the results of those inside the package")
    tabled.add_argument(
        "--write", metavar="PAGE", help="into a page of Markdown, between its marks"
    )
    for action, what in (("describe", "metadata"), ("card", "model card")):
        shown = actions.add_parser(action, help=f"print a preset's {what}")
        shown.add_argument("name")
    trained = actions.add_parser("train", help="train a preset, or go on with it")
    trained.add_argument("--minutes", type=float, help="stop after so long; a new call goes on")
    measured = actions.add_parser("evaluate", help="measure a preset on its test part")
    reported = actions.add_parser("report", help="write a page that criticises a preset")
    for action in (trained, measured, reported):
        action.add_argument("name")
        action.add_argument("--data", help=f"folder of the data sets, else ${DATA_FOLDER}")
        action.add_argument("--output", type=Path, default=OUTPUT, help=f"default {OUTPUT}")
    return parser


def main(arguments: Any = None) -> Any:
    """Run one command; 1 if a training is not done yet, or if a name or a file is wrong."""
    options = _parser().parse_args(arguments)
    if getattr(options, "data", None):
        os.environ[DATA_FOLDER] = options.data
    try:
        return _ACTIONS[options.action](options)
    except (ValueError, FileNotFoundError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1


def _list(options):
    bundled = pretrained.bundled_names()
    for name in bundled:
        print(f"{name:24} {describe(name).get('title')}")
    for name, recipe in recipes.ALL.items():
        if name not in bundled:
            print(f"{name:24} {recipe.title} (a recipe to train)")
    return 0


def _table(options):
    if options.write:
        write_table(options.write)
    else:
        print(table(), end="")
    return 0


def _describe(options):
    print(json.dumps(describe(options.name), indent=2))
    return 0


def _card(options):
    print(card(options.name), end="")
    return 0


def _train(options):
    recipe = recipes.get(options.name)
    return 0 if training.train(recipe, options.output, options.minutes) else 1


def _evaluate(options):
    """A preset that was trained here gets its numbers; one inside the package keeps its own."""
    recipe = recipes.get(options.name)
    folder = options.output / options.name
    if not folder.is_dir() and options.name in pretrained.bundled_names():
        numbers = training.measure(recipe, pretrained.BUNDLED / options.name)
    else:
        numbers = training.evaluate(recipe, folder)
    shown = {"published": recipe.published, **numbers}
    shown = {name: shown[name] for name in ("results", "check", "published")}
    print(json.dumps(shown, indent=2))
    return 0


def _report(options):
    """A page of the preset that was trained here, or of the one inside the package."""
    from keras_vae import plots  # Matplotlib is optional

    recipe = recipes.get(options.name)
    folder = options.output / options.name
    vae = VAE.from_preset(folder if folder.is_dir() else options.name)
    train, _, test = recipe.data()
    x_test, labels = test.x[:REPORTED], None if test.y is None else test.y[:REPORTED]
    if labels is None or np.ndim(labels) != 1:
        labels = None
    page = options.output / f"{options.name}-report.html"
    told = {"x_train": train.x, "y_test": labels, "title": recipe.title, "seed": recipe.seed}
    print(plots.report_html(vae, page, x_test, **told))
    return 0


_ACTIONS = {
    "list": _list,
    "table": _table,
    "describe": _describe,
    "card": _card,
    "report": _report,
    "train": _train,
    "evaluate": _evaluate,
}

if __name__ == "__main__":
    sys.exit(main())
