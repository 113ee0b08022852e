"""The recipes of all presets, those inside the package and those that wait for a longer training.

Each file holds a family. The numbers that a preset is held to stand in its recipe as `published`.
"""

import difflib
from typing import Any

from keras_vae.presets.recipes import (
    burda,
    counts,
    emoji,
    flow_prior,
    fsq,
    gated,
    hierarchical,
    hierarchies,
    latents,
    sprites,
    tables,
    tutorials,
)

_MODULES = (
    *(tutorials, burda, gated, hierarchical, hierarchies, latents),
    *(fsq, sprites, flow_prior, counts, tables, emoji),
)
ALL = {recipe.name: recipe for module in _MODULES for recipe in module.RECIPES}


def get(name: str) -> Any:
    """The recipe of a preset.

    Raises:
        ValueError: if there is none by this name, with the nearest one.
    """
    if name in ALL:
        return ALL[name]
    near = difflib.get_close_matches(str(name), ALL, n=1)
    raise ValueError(
        f"A recipe must be one of {sorted(ALL)}. Received: {name!r}."
        + (f" Did you mean {near[0]!r}?" if near else "")
    )
