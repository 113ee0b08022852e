"""The KL of each latent element."""

from typing import Any

import numpy as np

from keras_vae.distributions import draw
from keras_vae.distributions.kl import elementwise_kl, has_elementwise_form
from keras_vae.evaluation.checks import NotApplicable
from keras_vae.models.programs import seeded_program


def kl_per_dimension(
    model: Any,
    x: Any,
    condition: Any = None,
    batch_size: int | None = None,
    verbose: Any = "auto",
    seed: int = 0,
) -> Any:
    """KL(q(z_i|x) || p(z_i)) of each latent element in nats, mean over examples.

    Args:
        model: `keras_vae.VAE`.
        x: array (n, event), or a dict of it and its condition.
        condition, batch_size, verbose: as in `model.encode`.
        seed: int, of the draw that two levels of latents need. Defaults to `0`.

    Returns:
        float64 array (latent); for categorical latents (variables, 1), and one number for each
        variable behind the others where there are both kinds. It adds up to the rate. Of two levels
        of latents, the bottom one's KL is that given one draw of the top one, `seed`'s.

    Raises:
        NotApplicable: if the KL has no closed form that is a sum over elements, as with mixtures or
            flows as prior.
        ValueError: if `x` does not fit the model.

    Example:

    >>> keras_vae.evaluation.kl_per_dimension(vae, x).shape
    (2,)
    """
    inputs = model.prepare(x, condition)
    program = seeded_program(model, "kl_per_dimension", lambda x, g: _each(model, x, g), seed)
    return program.run(inputs, batch_size, verbose).mean(axis=0, dtype=np.float64)


def _each(model, inputs, seed):
    x, fields = model.parse_inputs(inputs)
    q, p = model.encoded(x, **fields), model.prior_of(**fields)
    if not has_elementwise_form(q, p):
        raise NotApplicable(
            "kl_per_dimension needs a KL in closed form that is a sum over elements. Received: "
            f"posterior {type(q).__name__} and prior {type(p).__name__}"
        )
    # Two levels need the draw; elsewhere it changes nothing.
    return elementwise_kl(q, p, draw(q, seed=seed)[0])
