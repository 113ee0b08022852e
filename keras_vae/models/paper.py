"""A paper as data: the parts that are its own, over networks and parts that anyone may choose."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypedDict

import keras

from keras_vae import likelihoods, networks, objectives, posteriors, priors
from keras_vae.models.checks import check_data_shape, check_shape_argument
from keras_vae.models.conditioning import Given
from keras_vae.models.paper_constructor import Parts, Shape, add_constructor, with_any_arguments
from keras_vae.models.paper_docs import document
from keras_vae.models.vae import VAE
from keras_vae.networks import Network
from keras_vae.parts import check_count
from keras_vae.serialization import keep_arguments, register

#: the papers by family, each in the order in which they were defined
FAMILIES: dict[str, list[type["Paper"]]] = {}

_GETTERS = {
    "posterior": posteriors.get,
    "prior": priors.get,
    "likelihood": likelihoods.get,
    "objective": objectives.get,
}


class PaperOptions(TypedDict, total=False):
    """The arguments that every paper takes: see `Paper`."""

    network: Any
    posterior: Any
    prior: Any
    likelihood: Any
    objective: Any
    condition_shape: Shape | None
    fields: Mapping[str, Shape] | None
    missing: bool
    dtype: Any
    seed: int | None
    name: str
    hidden: Shape
    activation: Any
    filters: Shape
    strides: Shape
    kernel_size: int
    pooling: str | None
    batch_norm: bool
    blocks: int
    dense: Shape


class Paper(VAE):
    """Base of the papers: a `VAE` whose networks are built for the shapes of data and latents.

    A paper is a subclass with a family, its defaults, and a method `own_parts` that takes the
    paper's own arguments and returns the parts which are its own idea, those in `fixes`.
    Everything else can be chosen by the user. A subclass with a family gets its constructor from
    `own_parts`, unless it has an `__init__` that hands on `fixed`. It is registered, so that its
    files load, and its docstring is completed with what papers have in common.

    Args:
        data_shape: tuple of int, shape of one example without batch axis.
        latent_dim: int, length of one latent, or a tuple of int, its shape.
        fixed: dict of the parts that are the paper's own, by the names of the arguments, which are
            those in `fixes`. Defaults to `None`, no such part.
        adapt: function that makes of the user's network the one that the paper needs. Defaults to
            `None`, the user's.
        network: `"mlp"`, `"gated"`, `"conv"`, `"residual"`, a `keras_vae.networks.Network`, or a
            pair (encoder, decoder) of Keras models or functions that build them. Defaults to
            {network}.
        posterior: name or `keras_vae.posteriors.Posterior`. Defaults to {posterior}.
        prior: name or `keras_vae.priors.Prior`. Defaults to {prior}.
        likelihood: name or `keras_vae.likelihoods.Likelihood`. Defaults to {likelihood}.
        objective: name or `keras_vae.objectives.Objective`. Defaults to {objective}.
        condition_shape: tuple of int, shape of a condition without batch axis; `(num_classes,)`
            takes labels too. Defaults to `None`, no condition.
        fields: dict of the names and shapes, without batch axis, of other fields beside x that the
            likelihood takes. Defaults to `None`.
        missing: bool, whether values of x may be missing: NaN, or 0 in `{"x": x, "mask": mask}`;
            see `VAE`. Defaults to `False`.
        conditioning: how the model comes by conditions, see `VAE`. Defaults to `None`.
        dtype: Keras dtype or policy of the networks. Defaults to `None`, the global one.
        seed: int, of all draws in training. Defaults to `None`, a random one.
        name: str, name of the model. Defaults to `None`.
        **options: options of the network, such as `hidden=(512, 256)` of `"mlp"` and
            `filters=(32, 64)` of `"conv"`.

    Raises:
        ValueError: if an argument is out of its range, if parts or networks do not fit together,
            or if a part is given that is the paper's own.
    """

    #: the group of papers to which it belongs, by the name of its page in the documentation
    family: ClassVar[str]
    #: what the user may choose, where it differs from the base's; `"latent_dim": None` leaves
    #: this argument out, and `own_parts` returns the shape of a latent
    defaults: ClassVar[Mapping[str, Any]] = {}
    #: the parts that are the paper's own, each with the reason
    fixes: ClassVar[Mapping[str, str]] = {}

    @with_any_arguments
    def __init__(
        self,
        data_shape: Shape,
        latent_dim: int | Shape,
        *,
        fixed: Mapping[str, Any] | None = None,
        adapt: Callable[[Network], Network] | None = None,
        network: Any = None,
        posterior: Any = None,
        prior: Any = None,
        likelihood: Any = None,
        objective: Any = None,
        condition_shape: Shape | None = None,
        fields: Mapping[str, Shape] | None = None,
        missing: bool = False,
        conditioning: Given | None = None,
        dtype: Any = None,
        seed: int | None = None,
        name: str | None = None,
        **options: Any,
    ) -> None:
        check_data_shape(type(self).__name__, data_shape)
        given = {
            "posterior": posterior,
            "prior": prior,
            "likelihood": likelihood,
            "objective": objective,
        }
        parts = self._parts(given, fixed or {})
        network = self.take_network({"network": network, **options})
        adapted = with_holes(network, missing)
        adapted = adapt(adapted) if adapt and network.kind is network else adapted
        encoder, decoder = self._networks(
            adapted, data_shape, latent_dim, parts, condition_shape, dtype
        )
        super().__init__(
            encoder,
            decoder,
            **parts,
            data_shape=data_shape,
            condition_shape=condition_shape,
            fields=fields,
            missing=missing,
            conditioning=conditioning,
            seed=seed,
            dtype=dtype,
            name=name,
        )
        #: the kind of networks, `keras_vae.networks.Network`
        self.network = network.kind

    def __init_subclass__(cls, family: str | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if family is not None:
            cls.family = family
        if "family" in vars(cls) or "own_parts" in vars(cls):
            add_constructor(cls, Paper, PaperOptions)
            keep_arguments(cls)
        if "family" in vars(cls):
            document(cls, Paper)
            register(cls)
            _list(cls)

    def own_parts(self, *args: Any, **kwargs: Any) -> Parts:
        """The parts that are the paper's own idea, from the paper's own arguments.

        The signature of a subclass's method is a part of the signature of its constructor:
        arguments in front of a star stand behind `data_shape` and `latent_dim`. Arguments behind
        a star are those of the constructor that the method asks for, such as `seed`. The method
        is called before the model is made, so it can set nothing on it.
        """
        return Parts()

    @classmethod
    def default(cls, argument: str) -> Any:
        """The default of one of the arguments that papers have in common."""
        defaults = dict(COMMON_DEFAULTS)
        for base in reversed(cls.__mro__):
            defaults.update(vars(base).get("defaults", {}))
        return defaults[argument]

    def _parts(self, given: dict[str, Any], fixed: Mapping[str, Any]) -> dict[str, Any]:
        """The parts by name: the paper's own, the user's, or the paper's defaults."""
        for name in fixed:
            if given[name] is not None:
                self._refuse(name, given[name], fixed[name])
        chosen = {
            name: self.default(name) if value is None else value for name, value in given.items()
        }
        return {name: _GETTERS[name](value) for name, value in {**chosen, **fixed}.items()}

    def _refuse(self, part: str, given: Any, own: Any) -> None:
        own = own if isinstance(own, str) else type(own).__name__
        reason = self.fixes.get(part, "it is the idea of the paper")
        instead = "GaussianVAE" if part == "likelihood" else "BernoulliVAE"
        raise ValueError(
            f"{type(self).__name__} has the {part} {own}, and no other one: {reason}. "
            f"For another one use keras_vae.models.{instead}(..., {part}=...). "
            f"Received: {part}={given!r}"
        )

    @classmethod
    def take_network(cls, kwargs: dict[str, Any]) -> Network:
        """The kind of networks that arguments ask for; takes `network` and its options out of them.

        Raises:
            ValueError: if the network is unknown, or has no such option.
        """
        options = {name: kwargs.pop(name) for name in set(kwargs) - COMMON_ARGUMENTS}
        network = kwargs.pop("network", None)
        network = networks.get(cls.default("network") if network is None else network)
        return network.replace(**options) if options else network

    def _networks(
        self,
        network: Network,
        data_shape: Shape,
        latent_dim: int | Shape,
        parts: dict[str, Any],
        condition_shape: Shape | None,
        dtype: Any,
    ) -> tuple[keras.layers.Layer, keras.layers.Layer]:
        """The encoder and the decoder, shaped as posterior and likelihood ask."""
        posterior, common = parts["posterior"], {"condition_shape": condition_shape, "dtype": dtype}
        encoded = posterior.parameter_shapes(latent_shape_of(latent_dim))
        encoder = network.encoder(data_shape, encoded, name="encoder", **common)
        # Of the encoder's outputs: it may have made a map of vectors.
        outputs = keras.tree.flatten(encoder.output)
        latent_shape = posterior.latent_shape([tuple(output.shape[1:]) for output in outputs])
        decoded = parts["likelihood"].parameter_shapes(tuple(data_shape))
        return encoder, network.decoder(latent_shape, decoded, name="decoder", **common)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments; the options of the network are in the network."""
        named = inspect.signature(type(self)).parameters
        options = set(self._arguments) - set(named) - COMMON_ARGUMENTS
        config = super().get_config()
        return {name: value for name, value in config.items() if name not in options}

    def networks_config(self) -> dict[str, Any]:
        """The kind of networks, with the encoder and the decoder as they are now."""
        network = Built(self.network, self.encoder, self.decoder)
        return {"network": keras.saving.serialize_keras_object(network)}


#: the arguments that are not options of a network
COMMON_ARGUMENTS = frozenset(
    ["network", "posterior", "prior", "likelihood", "objective", "condition_shape", "fields"]
    + ["missing", "conditioning", "dtype", "seed", "name"]
)
COMMON_DEFAULTS: Mapping[str, Any] = {
    "latent_dim": inspect.Parameter.empty,
    "network": networks.MLP(),
    "posterior": "normal",
    "prior": "standard_normal",
    "likelihood": "bernoulli",
    "objective": "elbo",
}


@register
class Built(Network):
    """A kind of networks whose encoder and decoder are there already, as files of papers hold it.

    Args:
        base: `keras_vae.networks.Network`, the kind.
        encoder_model: `keras.Model` from data to the posterior's parameters.
        decoder_model: `keras.Model` from latents to the likelihood's parameters.
    """

    def __init__(self, base: Network, encoder_model: Any, decoder_model: Any) -> None:
        self.base = base
        self.encoder_model = encoder_model
        self.decoder_model = decoder_model

    def encoder(self, *args: Any, **kwargs: Any) -> Any:
        """The encoder that is there."""
        return self.encoder_model

    def decoder(self, *args: Any, **kwargs: Any) -> Any:
        """The decoder that is there."""
        return self.decoder_model

    code_encoder = encoder_with_features = hierarchy_encoder = encoder
    code_decoder = decoder_of_levels = hierarchy_decoder = decoder

    @property
    def kind(self) -> Network:
        """See `Network.kind`."""
        return self.base

    def replace(self, **options: Any) -> Network:
        """The kind of networks with other options, built anew."""
        return self.base.replace(**options)


def with_holes(network: Network, missing: bool) -> Network:
    """The kind of networks, with encoders that take a mask where values may be missing."""
    return networks.WithHoles(network) if missing and network.kind is network else network


def latent_shape_of(latent_dim: int | Shape) -> Shape:
    """The shape of one latent: (latent_dim,), or the tuple that it is already.

    Raises:
        ValueError: if it is neither an integer >= 1 nor a tuple of such.
    """
    if isinstance(latent_dim, (tuple, list)):
        check_shape_argument("The model", latent_shape=latent_dim)
        return tuple(latent_dim)
    check_count("The model", latent_dim=latent_dim)
    return (latent_dim,)


def _list(paper: type[Paper]) -> None:
    """Put a paper among those of its family, in place of the same one if a cell runs twice."""
    papers = FAMILIES.setdefault(paper.family, [])
    same = (paper.__module__, paper.__qualname__)
    papers[:] = [other for other in papers if (other.__module__, other.__qualname__) != same]
    papers.append(paper)


def all_papers() -> list[type[Paper]]:
    """All papers, family by family."""
    return [paper for papers in FAMILIES.values() for paper in papers]
