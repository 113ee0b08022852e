"""Which codes a model with quantised latents uses, and how evenly."""

import math
from typing import Any

import numpy as np

from keras_vae.parts import check_count
from keras_vae.plots.colors import PALETTE
from keras_vae.plots.figures import panels

_MAX_COLUMNS = 3


def codebook_usage(indices: Any, num_codes: int, num_levels: int = 1) -> Any:
    """Figure of the share of each code, the most frequent first, with a panel for each level.

    Each panel says how many codes are used, and the perplexity, exp of the entropy of the shares:
    the number of codes if all are used alike, which is the dashed line.

    Args:
        indices: integer array of any shape, such as `vae.encode_indices(x)`; with several levels
            the last axis is theirs.
        num_codes: int, of each codebook.
        num_levels: int, the number of codebooks. Defaults to `1`.

    Returns:
        A `matplotlib.figure.Figure` with one axes for each level.

    Raises:
        ValueError: if `indices` is empty or holds a number that is not a code, or if the length of
            its last axis is not the number of levels.

    Example:

    ```python
    vae = keras_vae.models.VQVAE((8, 8), num_codes=64, filters=(16,))
    figure = keras_vae.plots.codebook_usage(vae.encode_indices(x), num_codes=64)
    ```

    Reference:
        - [van den Oord et al., 2017](https://arxiv.org/abs/1711.00937)
    """
    check_count("plots.codebook_usage", num_codes=num_codes, num_levels=num_levels)
    indices = np.asarray(indices)
    if not indices.size or num_levels > 1 and indices.shape[-1:] != (num_levels,):
        raise ValueError(
            "`indices` must not be empty, and have a last axis of levels if there are several. "
            f"Received: indices of shape {indices.shape}, num_levels={num_levels}"
        )
    return _figure([_shares(level, num_codes) for level in indices.reshape(-1, num_levels).T])


def _shares(codes, num_codes):
    """Shares of the codes in descending order, (codes,)."""
    if np.any(codes != np.round(codes)) or codes.min() < 0 or codes.max() >= num_codes:
        raise ValueError(
            f"`indices` must be integers from 0 to {num_codes - 1}. "
            f"Received: {codes.dtype} values from {codes.min()} to {codes.max()}"
        )
    counts = np.bincount(codes.astype("int64"), minlength=num_codes)
    return np.sort(counts)[::-1] / len(codes)


def _figure(shares):
    columns = min(len(shares), _MAX_COLUMNS)
    rows = math.ceil(len(shares) / columns)
    size = (max(4.8, 2.6 * columns), 3.0 if rows == 1 else 2.4 * rows)
    figure, grid = panels(rows, columns, size, sharey=True)
    for level, (axes, share) in enumerate(zip(grid.flat, shares, strict=False)):
        _panel(axes, share, f"level {level + 1}: " if len(shares) > 1 else "")
    for axes in grid.flat[len(shares) :]:
        axes.remove()
    for axes in grid[:, 0]:
        axes.set_ylabel("share")
    return figure


def _panel(axes, share, prefix):
    count, used = len(share), np.count_nonzero(share)
    perplexity = math.exp(-np.sum(share[:used] * np.log(share[:used])))
    axes.stairs(share, np.arange(count + 1) + 0.5, fill=True, color=PALETTE[0])
    axes.axhline(1 / count, color="black", ls="--", lw=1, label=f"all alike: 1/{count}")
    # A bar of height zero would not be seen.
    if used < count:
        axes.axvspan(used + 0.5, count + 0.5, fc="0.9", ec="0.7", hatch="///", label="not used")
    axes.set_title(f"{prefix}{used} of {count} used\nperplexity {perplexity:.1f}", size="medium")
    axes.set(xlabel="codes by frequency", xlim=(0.5, count + 0.5), ylim=(0, None))
    axes.legend(loc="upper right", framealpha=0.9, edgecolor="none", fontsize="small")
