"""What posteriors, priors, likelihoods and objectives have in common."""

import difflib
import re
from collections.abc import Iterable
from typing import Any

import keras

# Found here by many parts; they stand in `keras_vae.checks`.
from keras_vae.checks import (  # noqa: F401
    check_at_least,
    check_choice,
    check_count,
    check_finite,
    check_fraction,
    check_non_negative,
    check_positive,
    check_proper_fraction,
    check_range,
    check_seed,
    is_integer,
)
from keras_vae.context import Context
from keras_vae.serialization import Configurable
from keras_vae.typing import Shape


class Part(Configurable, keras.layers.Layer):
    """A layer that knows probability: it computes in float32 whatever the dtype policy.

    A Kullback-Leibler divergence overflows float16 already at log-variance 8 in 64 dimensions.

    Args:
        dtype: Keras dtype or policy. Defaults to `"float32"`.
        **kwargs: passed to `keras.layers.Layer`.
    """

    #: whether it serves events whose height and width are free; `sample` of such a prior takes
    #: `sides`, height and width
    takes_free_sizes: bool = False
    #: why it cannot do with missing values of x, for those that cannot
    needs_all_of_x: str | None = None
    #: why examples cannot have weights of their own, for those with which they cannot
    needs_equal_weights: str | None = None

    def __init__(self, dtype: Any = None, **kwargs: Any) -> None:
        super().__init__(dtype=dtype or "float32", **kwargs)
        self.event_shape: Any = None

    def build(self, event_shape: Shape) -> None:
        """Learn the shape of one event (a latent, or one example), without batch axis."""
        self.event_shape = tuple(event_shape)

    def build_once(self, event_shape: Shape) -> None:
        """`build`, or a check that an earlier one was for the same shape.

        Raises:
            ValueError: if the part was built for events of another shape.
        """
        event_shape = tuple(event_shape)
        if not self.built:
            self.build(event_shape)
        if self.event_shape != event_shape:
            raise ValueError(
                f"{type(self).__name__} was built for events of shape {self.event_shape}; "
                f"a part cannot serve two shapes. Received: event_shape={event_shape}"
            )

    def bind(self, context: Context) -> None:
        """Called by the model that the part has been given to, before the part is built.

        For parts that need more than the shape of one event: the encoder, the data's shape, ...
        Weights are made in `build`. Objectives, which are not built, make theirs here.

        Args:
            context: `keras_vae.context.Context`, the functions and shapes of the model.

        Raises:
            ValueError: if the part does not fit the other parts.
        """

    def before_fit(self, context: Context, x: Any) -> None:
        """Called by `vae.fit(x)` before the first step.

        For parts that start from the data, such as a codebook, or need the number of examples.

        Args:
            context: `keras_vae.context.Context`, as in `bind`.
            x: array (n, event), a dict `{"x": ..., "condition": ...}` of arrays, or `None` where
                the data are not arrays.
        """

    def check_ready(self) -> None:
        """Called by `fit` and `evaluate` before their first step, to raise an error if need be.

        In the step itself an error would come late, and on JAX leave Keras' model in pieces.
        """

    @property
    def event_ndim(self) -> int:
        """Number of axes of one event."""
        return len(self.event_shape)


def begin_fit(parts: Iterable[Part], context: Context, x: Any) -> None:
    """Tell the parts of a model that `fit` begins, and ask each whether it is ready.

    Args:
        parts: the model's parts.
        context: `keras_vae.context.Context` of the model.
        x: the data as in `Part.before_fit`.
    """
    for part in parts:
        part.before_fit(context, x)
        part.check_ready()


def unpack(parameters: Any, names: Any, owner: str) -> Any:
    """A network's outputs as a list in the order of `names`.

    Args:
        parameters: tensor, list of tensors in the order of `names`, or dict by name.
        names: sequence of str.
        owner: str, who asks; for the error.

    Raises:
        ValueError: if the number or the names do not fit.
    """
    if isinstance(parameters, dict):
        if set(parameters) != set(names):
            raise ValueError(
                f"{owner} needs the parameters {list(names)}. "
                f"Received a dict with {sorted(parameters)}"
            )
        return [parameters[name] for name in names]
    if not isinstance(parameters, (list, tuple)):
        parameters = [parameters]
    if len(parameters) != len(names):
        raise ValueError(
            f"{owner} needs {len(names)} parameter tensor(s), {list(names)}. "
            f"Received: {len(parameters)} tensor(s)"
        )
    return list(parameters)


def snake_case(name: str) -> Any:
    """`StandardNormal` -> `standard_normal`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def lookup(identifier: Any, members: Any, family: str, base: Any = Part) -> Any:
    """A part from an instance or a name.

    Args:
        identifier: an instance of `base`, or the name of a member, such as `"standard_normal"`.
        members: list of classes.
        family: str, what is looked for; for the error.
        base: class that an instance must have. Defaults to `Part`.

    Raises:
        ValueError: if the name is unknown, with the nearest known one, or the type is wrong.
    """
    if isinstance(identifier, base):
        return identifier
    named = {snake_case(member.__name__): member for member in members}
    if isinstance(identifier, str) and identifier in named:
        return named[identifier]()
    raise ValueError(
        f"{family} must be one of {sorted(named)} or an instance of "
        f"{base.__name__}. Received: {family}={identifier!r}.{_hint(identifier, named)}"
    )


def _hint(identifier, named):
    if isinstance(identifier, type):
        return f" Did you mean an instance, {identifier.__name__}()?"
    return nearest_name(identifier, named)


def nearest_name(name: Any, known: Iterable[str]) -> str:
    """A hint for an error: ` Did you mean 'hidden'?`, or nothing if no known name is near."""
    if not isinstance(name, str):
        return ""
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.3)
    return f" Did you mean {near[0]!r}?" if near else ""
