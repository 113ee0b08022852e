"""Points of the rate-distortion plane (Alemi et al., 2018), arxiv.org/abs/1711.00464."""

from typing import Any, NamedTuple

from keras_vae.evaluation.likelihood.elbo import elbo


class RateDistortion(NamedTuple):
    """A point of the plane.

    Args:
        name: what the model was called, such as its beta.
        rate: float, mean KL(q(z|x) || p(z)) in nats.
        distortion: float, mean -E log p(x|z) in nats.
    """

    name: Any
    rate: float
    distortion: float


def rate_distortion(
    models: dict[str, Any],
    x: Any,
    num_samples: int = 1,
    seed: int = 0,
    condition: Any = None,
    verbose: Any = "auto",
) -> Any:
    """Where models stand between compression and fidelity.

    Rate plus distortion is minus the ELBO; models of the same ELBO lie on a line of slope -1, from
    a posterior that has collapsed (rate 0) to an autoencoder.

    Args:
        models: dict of `keras_vae.VAE` by any name, such as `{beta: model, ...}`, or a list, whose
            names are their places.
        x: array (n, event), or a dict of it and its condition.
        num_samples: int, draws of z for each example. Defaults to `1`.
        seed: int. Defaults to `0`.
        condition: array (n, condition) or labels (n,). Defaults to `None`.
        verbose: `"auto"`, 0, 1 or 2. Defaults to `"auto"`.

    Returns:
        List of `RateDistortion`, in the models' order.

    Raises:
        NotApplicable: if a model has no bound.
        ValueError: if there is no model, or `x` does not fit one.

    Reference:
        - [Alemi et al., 2018](https://arxiv.org/abs/1711.00464)

    Example:

    >>> point, = keras_vae.evaluation.rate_distortion({1.0: vae}, x)
    >>> point.name, point.rate > 0, point.distortion > point.rate
    (1.0, True, True)
    """
    named = models if isinstance(models, dict) else dict(enumerate(models))
    if not named:
        raise ValueError(f"rate_distortion needs at least one model. Received: models={models!r}")
    bounds = {
        name: elbo(model, x, num_samples, seed, condition, verbose=verbose)
        for name, model in named.items()
    }
    return [RateDistortion(name, b.rate.mean, b.distortion.mean) for name, b in bounds.items()]
