"""Codes as names of items (Rajput et al., 2023), arxiv.org/abs/2305.05065."""

import csv
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from keras_vae.atomic import write_text
from keras_vae.typing import Array


class SemanticIds:
    """Mixin of the models with quantised latents: codes that tell all items apart."""

    encode_indices: Callable[..., Array]

    def semantic_ids(self, x: Any, condition: Any = None) -> Array:
        """Codes of items that tell all of them apart, an int32 array (n, codes + 1).

        The codes of each item, from coarse to fine, and behind them a number that tells items with
        equal codes apart, 0 for the first of them. `evaluation.collision_rate` says how many need
        it.

        Args:
            x: array (n, event).
            condition: as in `encode`. Defaults to `None`.

        Reference:
            - [Rajput et al., 2023](https://arxiv.org/abs/2305.05065)
        """
        codes = self.encode_indices(x, condition)
        codes = codes.reshape(len(codes), -1)
        return np.concatenate([codes, number_collisions(codes)[:, None]], axis=1)

    def export_semantic_ids(
        self, path: str | os.PathLike[str], x: Any, items: Any = None, condition: Any = None
    ) -> Path:
        """Write a CSV file with a line for each item: its name, and its `semantic_ids`.

        Args:
            path: str or path of the file.
            x: array (n, event).
            items: sequence (n,) of names. Defaults to `None`, numbers from 0 on.
            condition: as in `encode`. Defaults to `None`.

        Returns:
            Path of the file.

        Raises:
            ValueError: if there are not as many names as items.
        """
        codes = self.semantic_ids(x, condition)
        names = list(range(len(codes)) if items is None else items)
        if len(names) != len(codes):
            raise ValueError(
                f"export_semantic_ids needs a name for each of {len(codes)} items. "
                f"Received: items of length {len(names)}"
            )
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow(["item", *(f"code_{i}" for i in range(codes.shape[1] - 1)), "number"])
        writer.writerows([name, *row] for name, row in zip(names, codes.tolist(), strict=True))
        return write_text(path, text.getvalue())


def number_collisions(codes: Array) -> Array:
    """Which of the items with equal codes each one is, from 0 on, in their order, int32 (items,).

    Args:
        codes: integer array (items, codes).
    """
    _, sequence, counts = np.unique(codes, axis=0, return_inverse=True, return_counts=True)
    order = np.argsort(sequence.ravel(), kind="stable")
    first = np.repeat(np.cumsum(counts) - counts, counts)
    numbers = np.empty(len(codes), "int32")
    numbers[order] = np.arange(len(codes)) - first
    return numbers
