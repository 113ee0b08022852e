"""Evidence lower bound (Kingma and Welling, 2013), arxiv.org/abs/1312.6114."""

import math
from typing import Any

import keras
from keras import ops

from keras_vae.checks import with_known_sides
from keras_vae.context import Context
from keras_vae.distributions import elementwise_kl
from keras_vae.distributions.kl import has_elementwise_form
from keras_vae.objectives.objective import Objective
from keras_vae.parts import check_count, check_non_negative
from keras_vae.serialization import register


@register
class ELBO(Objective):
    r"""Evidence lower bound, as a loss: reconstruction + beta * KL.

    $$
    -\mathbb{E}_{q(z|x)} \log p(x|z) + \beta\, \mathrm{KL}(q(z|x) \,\|\, p(z))
    $$

    `reconstruction` is -log p(x|z) at one draw of z and `kl` is KL(q(z|x) || p(z)), both sums over
    the event and means over the batch, in nats. The KL is analytic where the pair of distributions
    has a closed form, else a Monte Carlo estimate at the same draw; with two levels of latents, so
    for each level, given the draw of the other.

    Args:
        beta: float >= 0, weight of the KL; kept in the variable `kl_weight`, which callbacks such
            as `keras_vae.callbacks.LinearKLWarmup` move. Defaults to `1.0`, the ELBO itself.
        free_bits: float >= 0, least KL in *nats* that is penalised in each latent element, or
            group of elements, on the batch mean; those below it are not pressed further. Defaults
            to `0.0`.
        free_bits_groups: int, number of groups of equally many neighbouring latent elements that
            share their free bits. Defaults to `None`: each element is its own.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if `beta` or `free_bits` is negative; when the model is made, if free bits ask
            for the KL of each latent element and no closed form gives it, as with flows and on the
            sphere, or if the elements do not divide into the groups.

    References:
        - [Kingma and Welling, 2013](https://arxiv.org/abs/1312.6114)
        - [Higgins et al., 2017](https://openreview.net/forum?id=Sy2fzU9gl), beta
        - [Kingma et al., 2016](https://arxiv.org/abs/1606.04934), free bits
    """

    term_names: tuple[str, ...] = ("reconstruction", "kl")
    needs_equal_weights: str | None = None
    numbered_variables = ("kl_weight",)

    takes_free_sizes = True

    def __init__(
        self,
        beta: float = 1.0,
        free_bits: Any = 0.0,
        free_bits_groups: int | None = None,
        **kwargs: Any,
    ) -> None:
        check_non_negative("objectives.ELBO", beta=beta, free_bits=free_bits)
        if free_bits_groups is not None:
            check_count("objectives.ELBO", free_bits_groups=free_bits_groups)
        super().__init__(**kwargs)
        self.beta = beta
        self.free_bits = free_bits
        self.free_bits_groups = free_bits_groups
        if free_bits:
            self.needs_equal_weights = "free bits hold for the mean KL over the batch"
        self.kl_weight = self.add_weight(
            name="kl_weight",
            shape=(),
            initializer=keras.initializers.Constant(beta),
            trainable=False,
            autocast=False,
        )

    def call(self, trace: Any) -> Any:
        reconstruction = trace.mean(-trace.log_likelihood())
        kl = trace.mean(trace.kl())
        rate = self._free_bits_rate(trace) if self.free_bits else kl
        return reconstruction + self.kl_weight * rate, {"reconstruction": reconstruction, "kl": kl}

    def bind(self, context: Context) -> None:
        elements = math.prod(with_known_sides(context.latent_shape, 1))
        if self.free_bits_groups is not None and elements % self.free_bits_groups:
            raise ValueError(
                "objectives.ELBO needs free_bits_groups that divide the number of latent elements. "
                f"Received: free_bits_groups={self.free_bits_groups} for {elements} elements"
            )
        if self.free_bits:
            posterior, prior = context.example_distributions()
            self._check_closed_form(posterior, prior)

    def _check_closed_form(self, posterior, prior):
        if not has_elementwise_form(posterior, prior):
            raise ValueError(
                "objectives.ELBO needs a KL in closed form for free_bits > 0, to know it for each "
                f"latent element. Received: free_bits={self.free_bits} with "
                f"KL({type(posterior).__name__} || {type(prior).__name__})"
            )

    def _free_bits_rate(self, trace):
        """Sum over elements or groups of max(free_bits, their mean KL over the batch)."""
        self._check_closed_form(trace.posterior, trace.prior)
        rates = trace.mean(elementwise_kl(trace.posterior, trace.prior, trace.z))
        if self.free_bits_groups is not None:
            rates = ops.sum(ops.reshape(rates, (self.free_bits_groups, -1)), axis=-1)
        return ops.sum(ops.maximum(rates, self.free_bits))
