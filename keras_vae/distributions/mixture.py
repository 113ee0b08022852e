"""Mixture of distributions of one family."""

import functools
from typing import Any, NamedTuple

from keras import ops

from keras_vae.distributions.categorical import Categorical
from keras_vae.distributions.distribution import Space, Traits, is_distribution
from keras_vae.distributions.events import pick, sum_event, together
from keras_vae.distributions.poincare import midpoint
from keras_vae.distributions.product import side_by_side
from keras_vae.distributions.seeds import seed_stream
from keras_vae.distributions.sphere import unit
from keras_vae.typing import Seed, Tensor


class Mixture(NamedTuple):
    r"""Mixture of the components along one axis, weighted by softmax(logits).

    $$
    p(x) = \sum_k \pi_k\, p_k(x)
    $$

    The component axis stands just left of the *components'* event axes. A mixture over latents, as
    for a prior, has normals of (components, latent) with event_ndim=1 and logits of (components,).
    A mixture of each pixel has components of event_ndim=0 with parameters (..., height, width,
    channel, components), and event_ndim=3: pixels are then independent of each other.

    Args:
        logits: tensor (..., components), or what broadcasts to it.
        components: distribution whose parameters are tensors with a component axis, or a `Product`
            of such.
        event_ndim: int, the number of trailing axes that make one event, without the component
            axis; at least `components.event_ndim`. Defaults to `1`.
    """

    logits: Any
    components: Any
    event_ndim: int = 1

    @property
    def traits(self) -> Traits:
        """Those of the components; elements are independent if each has a mixture of its own."""
        own = self.components.traits
        each = own.element_ndim == self.components.event_ndim
        return Traits(
            own.space,
            element_ndim=self.components.event_ndim if each else None,
            density=own.density,
            has_variance=own.has_variance,
        )

    @property
    def mean(self) -> Tensor:
        """Mean, (..., event).

        On a sphere its direction, and on the Poincaré ball the midpoint of the components' means.
        """
        if self.components.traits.parts:
            return self._of_parts(lambda own: own.mean)
        space = self.components.traits.space
        if space is Space.SPHERE:
            return unit(self.expectation)
        if space is Space.BALL:
            components = _broadcast_components(self.components)
            average = functools.partial(ops.sum, axis=self._component_axis)
            return midpoint(components.mean, self._weights(), components.curvature, average)
        return self.expectation

    @property
    def expectation(self) -> Tensor:
        """Mean in the space of the numbers, (..., event); of directions inside the sphere."""
        return self._average(_expectation(_broadcast_components(self.components)))

    @property
    def variance(self) -> Tensor:
        """Variance, (..., event): within the components and between their means.

        Raises:
            ValueError: if the components have none.
        """
        if not self.components.traits.has_variance:
            raise ValueError(
                "The variance of a Mixture needs components that have one. "
                f"Received: components of type {type(self.components).__name__}"
            )
        if self.components.traits.parts:
            return self._of_parts(lambda own: own.variance)
        components = _broadcast_components(self.components)
        each = _expectation(components)
        mean = ops.expand_dims(self._average(each), self._component_axis)
        return self._average(components.variance + ops.square(each - mean))

    def _of_parts(self, function):
        """A function of the mixtures of each part, side by side, (..., event)."""
        own = [Mixture(self.logits, part, part.event_ndim) for part in self.components.parts]
        return side_by_side([function(mixture) for mixture in own], self.components.parts)

    @property
    def _component_axis(self):
        return -1 - self.components.event_ndim

    def _weights(self):
        """Of the components, (..., components, 1 ...) to multiply with their events."""
        # Keras warns of a softmax over one component.
        weights = ops.exp(ops.log_softmax(self.logits, axis=-1))
        for _ in range(self.components.event_ndim):
            weights = ops.expand_dims(weights, -1)
        return weights

    def _average(self, values):
        """Weighted average of values (..., components, event of a component)."""
        return ops.sum(self._weights() * values, axis=self._component_axis)

    def log_prob(self, x: Tensor) -> Tensor:
        """Log-density of `x` in nats, (..., event) -> (...).

        Raises:
            ValueError: if the components' event is larger than the mixture's.
        """
        outer_ndim = self.event_ndim - self.components.event_ndim
        if outer_ndim < 0:
            raise ValueError(
                "Mixture needs event_ndim >= components.event_ndim. Received: "
                f"event_ndim={self.event_ndim}, components.event_ndim={self.components.event_ndim}"
            )
        each = self.components.log_prob(ops.expand_dims(x, self._component_axis))
        log_weights = ops.log_softmax(self.logits, axis=-1)
        return sum_event(ops.logsumexp(log_weights + each, axis=-1), outer_ndim)

    def sample(self, num_samples: int | None = None, seed: Seed = None) -> Tensor:
        """Draw of a component, then of it, (..., event), or (num_samples, ..., event).

        Reparameterised in the components where they are; no gradient to the logits.
        """
        components = _broadcast_components(self.components)
        # One choice for each element that has its own components, also where logits are shared.
        logits, _ = together(self.logits, _one_event_element(components))
        seed = seed_stream(seed)
        index = Categorical(logits, event_ndim=0).sample(num_samples, seed)
        chosen = _choose(components, ops.cast(index, "int32"))
        return chosen.sample(seed=seed)


def _expectation(components):
    """The mean that may be averaged, (..., components, event of a component)."""
    # The mean of directions is one of them, and their average lies inside the sphere.
    on_sphere = components.traits.space is Space.SPHERE
    return components.expectation if on_sphere else components.mean


def _parameters(components):
    """The tensors among the fields that a component may have for itself, by name.

    Raises:
        ValueError: if the components are made of other distributions.
    """
    fields = components._asdict().items()
    if any(is_distribution(value) or callable(value) for _, value in fields):
        raise ValueError(
            "Mixture needs components whose parameters are tensors, or a Product of such. "
            f"Received: components of type {type(components).__name__}"
        )
    return {name: value for name, value in fields if ops.is_tensor(value) and len(value.shape)}


def _num_right_axes(components):
    """The number of a parameter's axes right of the component axis."""
    return components.event_ndim + components.traits.class_ndim


def _broadcast_components(components):
    """The components with parameters of one shape, so that each has the component axis.

    Elementwise ones have one shape altogether; others, such as a direction and its concentration,
    in the axes left of the event.
    """
    if components.traits.parts:
        return components._replace(parts=tuple(map(_broadcast_components, components.parts)))
    parameters = _parameters(components)
    if components.traits.element_ndim == 0:
        spread = together(*parameters.values())
    else:
        spread = _together_left(list(parameters.values()), _num_right_axes(components))
    return components._replace(**dict(zip(parameters, spread, strict=True)))


def _together_left(parameters, right):
    """The parameters, their axes but the last `right` broadcast to one shape."""
    if len(parameters) == 1:
        return parameters
    one = functools.reduce(ops.add, [p[(..., *[slice(0, 1)] * right)] for p in parameters])
    return [p + ops.zeros_like(one) for p in parameters]


def _one_event_element(components):
    """A number of each component, for its shape (..., components)."""
    if components.traits.parts:
        return functools.reduce(ops.add, map(_one_event_element, components.parts))
    parameter = next(iter(_parameters(components).values()))
    return parameter[(..., *[0] * _num_right_axes(components))]


def _choose(components, index):
    """The distribution of the chosen components, from an index (...)."""
    if components.traits.parts:
        return components._replace(parts=tuple(_choose(part, index) for part in components.parts))
    right = _num_right_axes(components)
    chosen = {}
    for name, parameter in _parameters(components).items():
        if len(parameter.shape) == right + 1:  # no batch: many draws need no copy of all components
            chosen[name] = ops.take(parameter, index, axis=0)
        else:
            spread_index = ops.expand_dims(index, tuple(range(-1 - right, 0)))
            chosen[name] = ops.squeeze(pick(parameter, spread_index, -1 - right), -1 - right)
    return components._replace(**chosen)
