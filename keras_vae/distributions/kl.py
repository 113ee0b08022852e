"""Kullback-Leibler divergences in closed form, chosen by the pair of distributions."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from keras import ops

from keras_vae.deprecation import deprecate
from keras_vae.distributions.distribution import Distribution
from keras_vae.distributions.elementwise import flat_elements
from keras_vae.distributions.events import sum_event
from keras_vae.distributions.hierarchy import Hierarchy, levels_at
from keras_vae.distributions.product import Product
from keras_vae.distributions.quantized import Quantized
from keras_vae.distributions.two_level import TwoLevel
from keras_vae.typing import Tensor


class _ClosedForm(NamedTuple):
    """A KL that is known.

    Args:
        kl: function `(q, p) -> KL`.
        elementwise: bool, whether it gives the KL per element and not of the event.
        when: function `(q, p) -> bool`, whether it holds for these two.
    """

    kl: Callable[[Distribution, Distribution], Tensor]
    elementwise: bool
    when: Callable[[Distribution, Distribution], bool]


_CLOSED_FORMS: dict[tuple[type, type], list[_ClosedForm]] = {}


def _always(q: Distribution, p: Distribution) -> bool:
    return True


def register_kl(q_type: type, p_type: type, when: Callable[..., bool] = _always) -> Callable:
    """Register a function `(q, p) -> KL` per event element, (..., event), for a pair of types.

    Args:
        q_type: class of q.
        p_type: class of p.
        when: function `(q, p) -> bool`, of pairs of which only some have the form. Defaults to
            all.
    """
    return _register(q_type, p_type, elementwise=True, when=when)


def register_event_kl(q_type: type, p_type: type, when: Callable[..., bool] = _always) -> Callable:
    """Register a function `(q, p) -> KL` of the whole event, (...), for a pair of types.

    For distributions whose elements depend on each other, as on a sphere. Arguments as of
    `register_kl`.
    """
    return _register(q_type, p_type, elementwise=False, when=when)


def _register(q_type, p_type, elementwise, when):
    def register(function: Callable) -> Callable:
        form = _ClosedForm(function, elementwise, when)
        _CLOSED_FORMS.setdefault((q_type, p_type), []).append(form)
        return function

    return register


def closed_form(q_type: Any, p_type: Any) -> Any:
    """Deprecated name of `register_kl`."""
    deprecate("keras_vae.distributions.kl.closed_form", "register_kl")
    return register_kl(q_type, p_type)


def event_closed_form(q_type: Any, p_type: Any) -> Any:
    """Deprecated name of `register_event_kl`."""
    deprecate("keras_vae.distributions.kl.event_closed_form", "register_event_kl")
    return register_event_kl(q_type, p_type)


def _form(q: Distribution, p: Distribution) -> Any:
    """The closed form of the pair, the first that holds."""
    forms = _CLOSED_FORMS.get((type(q), type(p)), ())
    return next((form for form in forms if form.when(q, p)), None)


def _are_products(q: Distribution, p: Distribution) -> bool:
    """Whether both are products of pieces of the same sizes."""
    if not (isinstance(q, Product) and isinstance(p, Product)):
        return False
    return q.sizes == p.sizes


def _all_parts(test: Callable[..., bool], q: Product, p: Product) -> bool:
    return all(map(test, q.parts, p.parts))


def has_closed_form(q: Distribution, p: Distribution) -> bool:
    """Whether KL(q || p) is known in closed form for this pair."""
    if _are_products(q, p):
        return _all_parts(has_closed_form, q, p)
    return _form(q, p) is not None


def is_log_ratio(q: Distribution, p: Distribution) -> bool:
    """Whether `kl_divergence` of this pair is log q(z) - log p(z) at the draw alone."""
    return not (has_closed_form(q, p) or _have_levels(q, p) or _are_hierarchies(q, p))


def has_elementwise_form(q: Distribution, p: Distribution) -> bool:
    """Whether `elementwise_kl` gives the KL, as a sum over event elements."""
    if _are_products(q, p):
        return _all_parts(has_elementwise_form, q, p)
    if _are_hierarchies(q, p):
        return True  # all levels are normal
    if _have_levels(q, p):
        return q.top_down and has_elementwise_form(q.first, p.first)
    form = _form(q, p)
    return form is not None and form.elementwise


def elementwise_kl(q: Distribution, p: Distribution, z: Tensor | None = None) -> Tensor:
    """KL(q || p) of each event element in nats, (..., event); it adds up to the KL of the event.

    Of a product, the elements of each part in one row, (..., elements); a categorical variable is
    one element.

    Args:
        q: distribution.
        p: distribution over the same events.
        z: draw of `q`, (..., event), needed where both have two levels: the bottom one's elements
            are then those given the top level of `z`. Defaults to `None`.

    Raises:
        ValueError: if the pair has no closed form, or one of the whole event only, or if both have
            two levels and `z` is `None`.
    """
    if not has_elementwise_form(q, p):
        raise ValueError(_why_no_elements(q, p))
    if _are_products(q, p):
        pairs = zip(q.parts, p.parts, strict=True)
        each = [flat_elements(elementwise_kl(a, b), a.event_ndim) for a, b in pairs]
        return ops.concatenate(each, axis=-1)
    if _are_hierarchies(q, p):
        _check_draw(q, p, z)
        return ops.concatenate(list(level_kls(q, p, z)), axis=-1)
    if _have_levels(q, p):
        _check_draw(q, p, z)
        top, bottom = map(elementwise_kl, q.levels(z), p.levels(z))
        top = top + ops.zeros_like(bottom[..., :1])  # the top level is one for all draws
        return ops.concatenate([top, bottom], axis=-1)
    return _form(q, p).kl(q, p)


def _why_no_elements(q, p):
    pair = f"KL({type(q).__name__} || {type(p).__name__})"
    if has_closed_form(q, p):
        return (
            f"{pair} is known of the whole event only, for its elements depend on each other: use "
            f"kl_divergence, and no free bits. Received: q of type {type(q).__name__}"
        )
    known = sorted((a.__name__, b.__name__) for a, b in _CLOSED_FORMS)
    return f"{pair} has no closed form. Closed forms: {known}"


def _check_draw(q, p, z):
    if z is None:
        raise ValueError(
            f"KL({type(q).__name__} || {type(p).__name__}) has no closed form: "
            "it needs z, a draw of q. Received: z=None"
        )


def kl_divergence(
    q: Distribution, p: Distribution, z: Tensor | None = None, log_q: Tensor | None = None
) -> Tensor:
    """KL(q || p) in nats, (...), closed where it is known and by Monte Carlo at `z` otherwise.

    Where both have two levels, each level's KL is taken in that way, given the draw of the other.

    Args:
        q: distribution.
        p: distribution over the same events.
        z: draw of `q`, (..., event), needed where no closed form exists: the estimate is then
            `log q(z) - log p(z)`, unbiased and of either sign. Defaults to `None`.
        log_q: log q(z) in nats, (...), from distributions that know it of their own draws only.
            Defaults to `None`: as `q.log_prob` gives it.

    Raises:
        ValueError: if the pair has no closed form and `z` is `None`, or if the two disagree on
            `event_ndim`.
    """
    if q.event_ndim != p.event_ndim:
        raise ValueError(
            "kl_divergence needs q and p over the same events. "
            f"Received: q.event_ndim={q.event_ndim}, p.event_ndim={p.event_ndim}"
        )
    if _are_products(q, p) and has_closed_form(q, p):
        return sum(map(kl_divergence, q.parts, p.parts))
    form = _form(q, p)
    if form is not None:
        kl = form.kl(q, p)
        return sum_event(kl, q.event_ndim) if form.elementwise else kl
    _check_draw(q, p, z)
    if _have_levels(q, p):
        return _kl_by_levels(q, p, z)
    if _are_hierarchies(q, p):
        kls = [kl_divergence(*pair) for *pair, _ in levels_at(q, p, z)]
        return ops.reshape(sum(kls), tuple(ops.shape(z)[:-1]))
    return (q.log_prob(z) if log_q is None else log_q) - p.log_prob(z)


def log_ratio(q: Distribution, p: Distribution, z: Tensor, log_q: Tensor | None = None) -> Tensor:
    """log q(z) - log p(z) in nats at draws z of q, (...).

    Args:
        q: distribution.
        p: distribution over the same events.
        z: draw of `q`, (..., event).
        log_q: log q(z) in nats, (...). Defaults to `None`: as `q.log_prob` gives it.
    """
    log_q = q.log_prob(z) if log_q is None else log_q
    if isinstance(q, Quantized):
        # One latent has all the probability, so log_q is zero. `q` knows its codes, which the
        # latent alone may not determine.
        return log_q + kl_divergence(q, p, z, log_q)
    if _are_hierarchies(q, p):
        log_p = sum(p.log_prob(z) for _, p, z in levels_at(q, p, z))
        return log_q - ops.reshape(log_p, tuple(ops.shape(z)[:-1]))
    return log_q - p.log_prob(z)


def level_kls(q: Distribution, p: Distribution, z: Tensor) -> list[Tensor]:
    """The KL of each element in nats, level by level from the top, a list of (..., elements).

    Args:
        q: distribution with levels, `Hierarchy` or `TwoLevel` from the top down.
        p: distribution with the same levels.
        z: draw of `q`, (..., latent). Each level's KL is that given the levels of `z` above it.

    Raises:
        ValueError: if the two do not have levels whose KLs are sums over elements.
    """
    if _are_hierarchies(q, p):
        leading = tuple(ops.shape(z)[:-1])
        each = [elementwise_kl(*pair) for *pair, _ in levels_at(q, p, z)]
        return [ops.reshape(kl, (*leading, math.prod(kl.shape[1:]))) for kl in each]
    if _have_levels(q, p) and has_elementwise_form(q, p):
        return list(q.split(elementwise_kl(q, p, z)))
    raise ValueError(
        "level_kls needs two distributions with levels, from the top down, and a KL in closed form "
        f"for each. Received: q of type {type(q).__name__}, p of type {type(p).__name__}"
    )


def _are_hierarchies(q, p):
    return isinstance(q, Hierarchy) and isinstance(p, Hierarchy)


def _have_levels(q, p):
    # p must be top-down: it generates z1 from z2.
    return isinstance(q, TwoLevel) and isinstance(p, TwoLevel) and p.top_down


def _kl_by_levels(q, p, z):
    """KL of the top level and of the bottom one, each closed given the draw where it is known."""
    (z2, z1), (q_top, q_bottom), (p_top, p_bottom) = q.split(z), q.levels(z), p.levels(z)
    top = kl_divergence(q_top, p_top, z2)
    if q.top_down:
        return top + kl_divergence(q_bottom, p_bottom, z1)
    # Bottom-up, z2 was drawn from z1: given z2, z1 does not follow q(z1|x), whose KL says nothing.
    return top + q_bottom.log_prob(z1) - p_bottom.log_prob(z1)
