"""Evidence lower bound with the KL of each level (Sønderby et al., 2016; Child, 2021)."""

from collections.abc import Sequence
from typing import Any

from keras import ops

from keras_vae.checks import check_non_negative, refuse
from keras_vae.context import Context
from keras_vae.distributions.kl import level_kls
from keras_vae.objectives.elbo import ELBO
from keras_vae.objectives.trace import Trace
from keras_vae.serialization import register


@register
class HierarchicalELBO(ELBO):
    """`ELBO` of latents with levels, whose history shows the KL of each level too.

    The terms are `reconstruction`, `kl`, the sum over all levels, and `kl_<level>` of each, or of
    each of `groups`.

    Args:
        beta: float >= 0, weight of the KL, in the variable `kl_weight`. Defaults to `1.0`.
        free_bits: float >= 0, least KL in nats that is penalised in each level, or group of them,
            on the batch mean. Defaults to `0.0`.
        groups: dict of a group's name to the names of its levels, each level in one of them, such
            as all maps of one size. Defaults to `None`: each level is its own group.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if `beta` or `free_bits` is negative; in a model, if its latents have no levels
            whose KLs are in closed form, or the groups are not made of its levels.

    References:
        - [Sønderby et al., 2016](https://arxiv.org/abs/1602.02282)
        - [Kingma et al., 2016](https://arxiv.org/abs/1606.04934), free bits
    """

    def __init__(
        self,
        beta: float = 1.0,
        free_bits: float = 0.0,
        groups: dict[str, Sequence[str]] | None = None,
        **kwargs: Any,
    ) -> None:
        check_non_negative("objectives.HierarchicalELBO", free_bits=free_bits)
        super().__init__(beta, free_bits=free_bits, **kwargs)
        self.groups = groups

    def bind(self, context: Context) -> None:
        levels = list(context.posterior.level_shapes)
        if not levels:
            raise ValueError(
                "objectives.HierarchicalELBO needs latents with levels. "
                f"Received: posterior={type(context.posterior).__name__}"
            )
        self._check_closed_form(*context.example_distributions())
        groups = {name: [name] for name in levels} if self.groups is None else self.groups
        if sorted(sum(map(list, groups.values()), [])) != sorted(levels):
            refuse(
                "objectives.HierarchicalELBO", f"made of the levels {levels}", groups=self.groups
            )
        self._places = {
            name: tuple(levels.index(level) for level in members)
            for name, members in groups.items()
        }
        self.term_names = ("reconstruction", "kl", *(f"kl_{name}" for name in groups))

    def call(self, trace: Trace) -> Any:
        reconstruction = trace.mean(-trace.log_likelihood())
        each = level_kls(trace.posterior, trace.prior, trace.z)
        each = [trace.mean(ops.sum(kl, axis=-1)) for kl in each]
        groups = {name: sum(each[i] for i in places) for name, places in self._places.items()}
        kl = sum(groups.values())
        rate = kl
        if self.free_bits:
            rate = sum(ops.maximum(value, self.free_bits) for value in groups.values())
        terms = {"reconstruction": reconstruction, "kl": kl}
        terms.update({f"kl_{name}": value for name, value in groups.items()})
        return reconstruction + self.kl_weight * rate, terms
