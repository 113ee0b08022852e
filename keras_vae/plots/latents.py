"""Latents of a model, or of a function that decodes: where the prior has them, and their data.

Plots that walk through the latents take a model, a decoder, or any function z -> x.
"""

from statistics import NormalDist
from typing import Any

import keras
import numpy as np

from keras_vae import priors
from keras_vae.distributions import Space
from keras_vae.models import VAE
from keras_vae.plots.walks import NUMBERS

_NUM_DRAWS = 4096


def check_model(owner: Any, model: Any, categories: bool = False) -> None:
    """Raise a ValueError if the model's latents are not vectors of numbers that move alone.

    With `categories`, one-hot vectors may stand beside the numbers.
    """
    shape = getattr(model, "latent_shape", None)
    if shape is not None and len(shape) != 1:
        raise ValueError(
            f"plots.{owner} needs a model with vectors as latents. "
            f"Received: a {type(model).__name__} with latents of shape {tuple(shape)}"
        )
    p = prior_of(model)
    if p is None:
        return
    allowed = NUMBERS | {Space.ONE_HOT} if categories else NUMBERS
    if p.traits.space.kinds - allowed:
        raise ValueError(
            f"plots.{owner} moves each latent on its own, which latents of the prior "
            f"{type(model.prior_layer).__name__} ({p.traits.space.value}) cannot. "
            f"Received: a {type(model).__name__}; plots.samples, "
            "plots.reconstructions and plots.interpolations can show it"
        )


def prior_of(model: Any) -> Any:
    """A model's prior, at a condition of zeros where it has one, or None for a function."""
    layer = getattr(model, "prior_layer", None)
    if layer is None:
        return None
    if not layer.conditional:
        return model.prior()
    return model.prior(np.zeros((1, *model.condition_shape), "float32"))


def num_latents(
    owner: Any, model: Any, latent_dim: Any = None, categories: bool = False, **named: Any
) -> Any:
    """How many latents a model has; of a function, how many it is said to have, or 2.

    `named` is one argument, a latent (latent,) or None, under the name that users know it by.
    """
    ((name, fixed),) = named.items()
    check_model(owner, model, categories)
    shape = getattr(model, "latent_shape", None)
    size = shape[0] if shape is not None else latent_dim
    if size is None:
        size = 2 if fixed is None else np.size(fixed)
    if latent_dim not in (None, size):
        raise ValueError(
            f"`latent_dim` must be the model's, {size}, or None. Received: latent_dim={latent_dim}"
        )
    if fixed is not None and np.shape(fixed) != (size,):
        raise ValueError(
            f"`{name}` must have shape ({size},). Received: {name} of shape {np.shape(fixed)}"
        )
    return size


def quantiles(model: Any, size: Any, levels: Any, condition: Any = None) -> Any:
    """Values of each latent at levels in (0, 1) of its prior, (levels, latent).

    Of a standard normal prior they are exact, and functions are taken to have one; of others they
    are those of draws.
    """
    prior = getattr(model, "prior_layer", None)
    if prior is None or isinstance(prior, priors.StandardNormal):
        values = [NormalDist().inv_cdf(level) for level in levels]
        return np.repeat(np.array(values)[:, None], size, axis=1)
    p = model.prior(rows(condition, 1)) if prior.conditional else model.prior()
    draws = keras.ops.convert_to_numpy(p.sample(_NUM_DRAWS, seed=0)).reshape(-1, size)
    return np.quantile(draws, levels, axis=0)


def is_standard(model: Any) -> bool:
    """Whether all latents have the standard normal prior."""
    prior = getattr(model, "prior_layer", None)
    return prior is None or isinstance(prior, priors.StandardNormal)


def origin(model: Any, size: Any, fixed: Any = None, condition: Any = None) -> Any:
    """The latent (latent,) that plots walk away from: as given, or the prior's median."""
    if fixed is not None:
        return np.asarray(fixed, "float64")
    return quantiles(model, size, [0.5], condition)[0]


def check_span(span: Any) -> Any:
    """Raise a ValueError unless `span` is a share between none and all."""
    if not 0 < span < 1:
        raise ValueError(f"`span` must be in (0, 1). Received: span={span}")


def check_condition(owner: Any, model: Any, condition: Any) -> None:
    """Raise a ValueError unless a conditional model has its condition, and no other has one."""
    shape = getattr(model, "condition_shape", None)
    if shape is not None and condition is None:
        raise ValueError(
            f"plots.{owner} of a conditional model needs `condition`, a label or one row of shape "
            f"{tuple(shape)}. Received: condition=None"
        )
    if shape is None and condition is not None and isinstance(model, VAE):
        raise ValueError(
            f"plots.{owner} takes `condition` for conditional models only. "
            f"Received: condition={condition!r} and a {type(model).__name__} without one"
        )


def rows(condition: Any, count: Any) -> Any:
    """One condition, a label or a row, for each of `count` latents; None for none."""
    if condition is None:
        return None
    return np.repeat(np.asarray(condition)[None], count, axis=0)


def decoded(model: Any, z: Any, condition: Any = None) -> Any:
    """What the latents (count, latent) decode to, an array (count, event)."""
    function = getattr(model, "decode", model)
    z = np.asarray(z, "float32")
    options = {} if condition is None else {"condition": rows(condition, len(z))}
    x = keras.ops.convert_to_numpy(function(z, **options))
    if len(x) != len(z):
        raise ValueError(
            f"`decode` must give one image for each of {len(z)} latents. Received: {len(x)}"
        )
    return x
