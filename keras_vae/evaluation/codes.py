"""How well the codes of quantizers tell items apart (Rajput et al., 2023), arxiv:2305.05065."""

import numpy as np

from keras_vae.checks import refuse
from keras_vae.typing import ArrayLike


def collision_rate(indices: ArrayLike) -> float:
    """The share of items whose codes are already those of another item.

    One less the number of different sequences of codes, divided by the number of items: 0 if each
    item has codes of its own.

    Args:
        indices: integer array (items, ...), the codes of each item, as of `vae.encode_indices`.

    Raises:
        ValueError: if there are no items, or the codes are not integers.

    Reference:
        - [Rajput et al., 2023](https://arxiv.org/abs/2305.05065)

    Example:

    >>> keras_vae.evaluation.collision_rate([[0, 1], [0, 1], [2, 1], [0, 3]])
    0.25
    """
    codes = np.asarray(indices)
    if codes.ndim < 1 or not len(codes) or codes.dtype.kind not in "iu":
        refuse("collision_rate", "integers (items, ...), at least one item", indices=indices)
    rows = codes.reshape(len(codes), -1)
    return 1.0 - len(np.unique(rows, axis=0)) / len(rows)
