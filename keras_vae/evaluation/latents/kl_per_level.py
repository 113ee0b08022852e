"""The KL of each level of a hierarchy of latents."""

from typing import Any

import numpy as np
from keras import ops

from keras_vae.distributions import draw
from keras_vae.distributions.kl import level_kls
from keras_vae.evaluation.checks import NotApplicable
from keras_vae.models.programs import seeded_program


def kl_per_level(
    model: Any,
    x: Any,
    condition: Any = None,
    batch_size: int | None = None,
    verbose: Any = "auto",
    seed: int = 0,
) -> dict[str, float]:
    """The KL of each level of latents in nats, mean over examples, given a draw of those above it.

    Args:
        model: `keras_vae.VAE` whose latents have levels.
        x: array (n, event), or a dict of it and its condition.
        condition, batch_size, verbose: as in `model.encode`.
        seed: int, of the draws. Defaults to `0`.

    Returns:
        Dict of float by the level's name, from the top. They add up to the rate.

    Raises:
        NotApplicable: if the latents have no levels, or not from the top down, or the KL of a level
            has no closed form.
        ValueError: if `x` does not fit the model.

    Example:

    >>> ladder = keras_vae.models.LadderVAE((8, 8), (2, 4), hidden=(8, 8), seed=0)
    >>> list(keras_vae.evaluation.kl_per_level(ladder, x))
    ['z2', 'z1']
    """
    if not model.level_shapes:
        raise NotApplicable(
            "kl_per_level needs latents with levels. "
            f"Received: posterior {type(model.posterior_layer).__name__}"
        )
    inputs = model.prepare(x, condition)
    program = seeded_program(model, "kl_per_level", lambda x, g: _each(model, x, g), seed)
    means = program.run(inputs, batch_size, verbose).mean(axis=0, dtype=np.float64)
    return dict(zip(model.level_shapes, map(float, means), strict=True))


def _each(model, inputs, seed):
    """KL of each level, (batch, levels)."""
    x, fields = model.parse_inputs(inputs)
    q, p = model.encoded(x, **fields), model.prior_of(**fields)
    z, _ = draw(q, seed=seed)
    try:
        kls = level_kls(q, p, z)
    except ValueError as error:
        raise NotApplicable(str(error)) from None
    return ops.stack([ops.sum(kl, axis=-1) for kl in kls], axis=-1)
