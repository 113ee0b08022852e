"""The constructor of a paper, built from its method `own_parts`."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, Unpack

from keras_vae.likelihoods import Likelihood
from keras_vae.networks import Network
from keras_vae.objectives import Objective
from keras_vae.posteriors import Posterior
from keras_vae.priors import Prior

Shape = tuple[int, ...]
_POSITIONAL = inspect.Parameter.POSITIONAL_OR_KEYWORD


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What `own_parts` of a paper returns: the parts that are the paper's own idea.

    Args:
        posterior: name or `keras_vae.posteriors.Posterior`. Defaults to `None`, the user's choice.
        prior: name or `keras_vae.priors.Prior`. Defaults to `None`, the user's choice.
        likelihood: name or `keras_vae.likelihoods.Likelihood`. Defaults to `None`, the user's
            choice.
        objective: name or `keras_vae.objectives.Objective`. Defaults to `None`, the user's choice.
        adapt: function that makes of the user's network the one that the paper needs. Defaults to
            `None`, the user's.
        latent_dim: int or tuple of int, shape of one latent, where it is not the argument
            `latent_dim`. Defaults to `None`, that argument.
    """

    posterior: str | Posterior | None = None
    prior: str | Prior | None = None
    likelihood: str | Likelihood | None = None
    objective: str | Objective | None = None
    adapt: Callable[[Network], Network] | None = None
    latent_dim: int | Shape | None = None

    def for_paper(self, latent_dim: int | Shape | None) -> tuple[int | Shape | None, dict]:
        """The shape of one latent, and the arguments `fixed` and `adapt` of `Paper`."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        given = {name: value for name, value in given.items() if value is not None}
        latent_dim = given.pop("latent_dim", latent_dim)
        adapt = {"adapt": given.pop("adapt")} if "adapt" in given else {}
        return latent_dim, {"fixed": given, **adapt}


def add_constructor(paper: Any, base: type, options: Any) -> None:
    """Give a paper the constructor that follows from its `own_parts`, unless it has its own.

    Its arguments are `data_shape`; `latent_dim` with the paper's default, unless that is `None`;
    those of `own_parts`; and the options that all papers have in common. What `own_parts` takes
    after a star is not another argument: it names one of the others.

    Args:
        paper: class to be completed.
        base: class of which each paper is a subclass, `Paper`.
        options: typed dict of the options in common.

    Raises:
        TypeError: if `own_parts` takes after a star what the constructor does not have.
    """
    if "__init__" in vars(paper):
        return
    by_hand = next(cls for cls in paper.__mro__ if _is_by_hand(vars(cls).get("__init__")))
    if "own_parts" in vars(paper) or by_hand is base:
        paper.__init__ = _constructor(paper, by_hand.__init__, options)


def _is_by_hand(init: Callable[..., None] | None) -> bool:
    return init is not None and not hasattr(init, "from_own_parts")


def _constructor(paper: Any, start: Callable[..., None], options: Any) -> Callable[..., None]:
    own = inspect.signature(paper.own_parts).parameters.values()
    added = [p for p in own if p.kind is _POSITIONAL and p.name != "self"]
    signature = _signature(paper, added, options)
    asked = [p.name for p in own if p.kind is inspect.Parameter.KEYWORD_ONLY]
    _check_asked(paper, asked, {*signature.parameters, *options.__annotations__})

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        given, others = _bound(paper, signature, self, args, kwargs)
        known = {**dict.fromkeys(asked), **others, **given}
        parts = self.own_parts(**{name: known[name] for name in [p.name for p in added] + asked})
        latent_dim, arguments = parts.for_paper(given.get("latent_dim"))
        start(self, given["data_shape"], latent_dim, **arguments, **others)

    annotations = {p.name: p.annotation for p in [*signature.parameters.values()][1:]}
    __init__.__annotations__ = {**annotations, "return": None}
    __init__.__module__, __init__.__qualname__ = paper.__module__, f"{paper.__qualname__}.__init__"
    __init__.__signature__ = signature  # type: ignore[attr-defined]
    __init__.from_own_parts = True  # type: ignore[attr-defined]
    return __init__


def _signature(paper: Any, added: list[inspect.Parameter], options: Any) -> inspect.Signature:
    default = paper.default("latent_dim")
    kind: Any = int if isinstance(default, int) else int | Shape
    latent_dim = inspect.Parameter("latent_dim", _POSITIONAL, default=default, annotation=kind)
    parameters = [
        inspect.Parameter("self", _POSITIONAL),
        inspect.Parameter("data_shape", _POSITIONAL, annotation=Shape),
        *([] if default is None else [latent_dim]),
        *added,
        inspect.Parameter("kwargs", inspect.Parameter.VAR_KEYWORD, annotation=Unpack[options]),
    ]
    return inspect.Signature(parameters, return_annotation=None)


def _check_asked(paper: type, asked: list[str], known: set[str]) -> None:
    unknown = [name for name in asked if name not in known]
    if unknown:
        raise TypeError(
            f"{paper.__name__}.own_parts must take after its star arguments of the constructor, "
            f"of {sorted(known - {'self', 'kwargs'})}. Received: {unknown}"
        )


def _bound(
    paper: type, signature: inspect.Signature, self: Any, args: Any, kwargs: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The named arguments with their defaults, and the options.

    Raises:
        TypeError: if there are too many, or one is missing, with the name of the class.
    """
    try:
        bound = signature.bind(self, *args, **kwargs)
    except TypeError as error:
        problem = f"{error}" if f"{error}".startswith("missing") else f"got {error}"
        raise TypeError(f"{paper.__name__}.__init__() {problem}") from None
    bound.apply_defaults()
    named = dict(bound.arguments)
    del named["self"]
    return named, named.pop("kwargs")


def with_any_arguments(init: Callable[..., None]) -> Callable[..., None]:
    """The constructor itself, for which a type checker allows any arguments.

    A constructor from `own_parts` is made when the class is defined. A type checker does not run
    this, and would hold calls against the constructor of `Paper`.
    """
    return init
