"""How the parts of a model are bound to each other, and replaced."""

from typing import Any

import keras

from keras_vae import likelihoods, objectives, posteriors, priors
from keras_vae.checks import is_free, with_known_sides
from keras_vae.context import Context
from keras_vae.distributions.observed import check_elementwise
from keras_vae.inputs import MASK
from keras_vae.models.checks import check_data_shape, check_shape_argument
from keras_vae.models.decoder_ends import warn_of_bounded_logits
from keras_vae.models.network_adapter import NetworkAdapter
from keras_vae.models.padding import find_padding
from keras_vae.models.passes import aside

Shape = tuple[int, ...]


def check_network(network: Any, name: str) -> keras.layers.Layer:
    """The network, if it is a Keras model or layer.

    Raises:
        ValueError: if it is not.
    """
    if not isinstance(network, keras.layers.Layer):
        raise ValueError(
            f"VAE needs {name} as a Keras model or layer. Received: {name}={network!r}"
        )
    return network


#: what a model is made of, and how each is found from what the user gives
REPLACEABLE = {
    "encoder": lambda network: check_network(network, "encoder"),
    "decoder": lambda network: check_network(network, "decoder"),
    "posterior_layer": posteriors.get,
    "prior_layer": priors.get,
    "likelihood_layer": likelihoods.get,
    "objective": objectives.get,
}


PARTS = ("posterior_layer", "prior_layer", "likelihood_layer", "objective")


class Binding:
    """Mixin of `VAE`: its parts are bound to a `Context`, anew whenever one is replaced.

    `vae.encoder = other` replaces a network, `vae.prior_layer = other` a part. What is computed,
    trained and saved follows. A model that has been trained must be compiled again.
    """

    context: Context
    compiled: bool

    def __setattr__(self, name: str, value: Any) -> None:
        if name in REPLACEABLE and "context" in self.__dict__:
            self._replace(name, REPLACEABLE[name](value))
        elif name == "sampler":
            self.attach_sampler(value)
        else:
            super().__setattr__(name, value)

    def _replace(self, name: str, new: keras.layers.Layer) -> None:
        old = getattr(self, name)
        if new is old:
            return
        self._exchange(name, old, new)
        try:
            self._bind_parts(self.data_shape, self.condition_shape, self.latent_shape)
        except Exception:
            self._exchange(name, new, old)
            self._bind_parts(self.data_shape, self.condition_shape, self.latent_shape)
            raise
        self.replaced_parts.add(name)
        self.attach_sampler(self.sampler)
        self._forget_compiled()

    def _exchange(self, name: str, old: keras.layers.Layer, new: keras.layers.Layer) -> None:
        # Keras keeps a layer in its list of layers when the attribute changes.
        self._tracker.replace_tracked_value("layers", old, new)
        super().__setattr__(name, new)

    def _forget_compiled(self) -> None:
        """Forget the programs, and an optimizer that knows other weights."""
        self._programs.clear()
        self._loops.clear()
        self.train_function = self.test_function = self.predict_function = None
        if self.compiled and self.optimizer.built:
            self.compiled = False
        self._update_term_metrics()

    def _update_term_metrics(self) -> None:
        """Make the metrics of the terms anew if others are told: a prior may gain or lose them."""
        names = [metric.name for metric in self.term_metrics]
        if names != self._told_terms():
            self._make_term_metrics()

    def _bind_parts(
        self, data_shape: Any, condition_shape: Any, latent_shape: Shape | None = None
    ) -> None:
        """Build what is not built, and check that the parts fit together."""
        encoder, decoder = NetworkAdapter(self.encoder, "x"), NetworkAdapter(self.decoder, "z")
        self.data_shape = find_data_shape(encoder, data_shape)
        self.condition_shape = find_condition_shape((encoder, decoder), condition_shape)
        encoded = encoder.symbolic(self.data_shape, self.field_shapes)
        outputs = self.posterior_layer.unpack(encoded)
        encoded_shapes = [tuple(out.shape[1:]) for out in outputs]
        self.latent_shape = self.posterior_layer.latent_shape(encoded_shapes)
        if latent_shape not in (None, self.latent_shape):
            raise ValueError(
                f"The model has latents of shape {latent_shape}. "
                f"Received: a part with latents of shape {self.latent_shape}"
            )
        object.__setattr__(self, "context", self._make_context(encoded_shapes))
        # In this order: a prior may ask for the posterior, an objective for all of them.
        if is_free(self.data_shape):
            self._check_free_sizes()
        for part, event_shape in (
            (self.posterior_layer, self.latent_shape),
            (self.prior_layer, self.latent_shape),
            (self.likelihood_layer, self.data_shape),
        ):
            part.bind(self.context)
            part.build_once(event_shape)
        if self.missing:
            self._check_missing()
        padding = None
        if not self.missing and MASK not in self.other_fields:
            likelihood = self.context.example_likelihood
            padding = find_padding(self.encoder, self.data_shape, likelihood)
        object.__setattr__(self, "padding", padding)
        self.objective.bind(self.context)
        self.conditioning.bind(self.context)
        decoded = decoder.symbolic(self.latent_shape, self.given_shapes)
        check_decoded(decoded, self.data_shape, self.likelihood_layer)
        if is_free(self.data_shape):
            sides = decoder.symbolic(with_known_sides(self.latent_shape), self.given_shapes)
            # How much longer the side of an image is than that of its latent.
            self.stride = keras.tree.flatten(sides)[0].shape[1] // with_known_sides((None,))[0]
        warn_of_bounded_logits(self.decoder, self.likelihood_layer)

    def _make_context(self, encoded_shapes: list[Shape]) -> Context:
        return Context(
            data_shape=self.data_shape,
            latent_shape=self.latent_shape,
            condition_shape=self.condition_shape,
            posterior=self.posterior_layer,
            prior=self.prior_layer,
            likelihood=self.likelihood_layer,
            objective=self.objective,
            encode=aside(self.encoded, self._encoder_layers),
            decode=aside(self.decoded, self._decoder_layers),
            prior_of=self.prior_of,
            encoder_outputs=self.encoder_outputs,
            compiled=self.compiled_function,
            decoder_weights=self._decoder_weights,
            encoder_layers=self._encoder_layers,
            decoder_layers=self._decoder_layers,
            seed_generator=self.seed_generator,
            shuffle_seed=self.shuffle_seed,
            decoder=lambda: self.decoder,
            encoded_shapes=encoded_shapes,
            missing=self.missing,
            field_shapes=self.given_shapes,
        )

    def _check_free_sizes(self) -> None:
        """Raise a ValueError if a part needs data of one size."""
        for part in self.parts():
            if not part.takes_free_sizes:
                raise ValueError(
                    f"{type(part).__name__} needs data of one size: give height and width in "
                    f"data_shape. Received: data_shape={self.data_shape}"
                )
        if self.missing:
            raise ValueError(
                "missing=True needs data of one size. Received: missing=True with "
                f"data_shape={self.data_shape}"
            )

    def _check_missing(self) -> None:
        """Raise a ValueError if a part cannot do with missing values."""
        for part in (*self.parts(), self.conditioning):
            if part.needs_all_of_x is not None:
                raise ValueError(
                    f"{type(part).__name__} takes no missing values: {part.needs_all_of_x}. "
                    f"Received: missing=True"
                )
        name = type(self.likelihood_layer).__name__
        check_elementwise(name, self.context.example_likelihood())

    def _encoder_layers(self) -> tuple[keras.layers.Layer, ...]:
        decoder = (self.decoder,) if self.posterior_layer.passes_decoder else ()
        return self.encoder, self.posterior_layer, *decoder

    def _decoder_layers(self) -> tuple[keras.layers.Layer, ...]:
        return self.decoder, self.likelihood_layer

    def _decoder_weights(self) -> list[keras.Variable]:
        return self.decoder.trainable_variables

    @property
    def given_shapes(self) -> dict[str, Shape]:
        """The shapes of the fields beside x and z, by name, without batch axis."""
        condition = {} if self.condition_shape is None else {"condition": self.condition_shape}
        return {**condition, **self.other_fields}

    @property
    def field_shapes(self) -> dict[str, Shape]:
        """The shapes of the fields beside x, by name, without batch axis."""
        return {**self.given_shapes, **({MASK: self.data_shape} if self.missing else {})}

    def named_parts(self) -> dict[str, Any]:
        """Posterior, prior, likelihood and objective, by the names of their attributes."""
        return {name: getattr(self, name) for name in PARTS}

    def parts(self) -> list[Any]:
        """Posterior, prior, likelihood and objective, in the order in which they are bound."""
        return list(self.named_parts().values())


def find_data_shape(encoder: NetworkAdapter, data_shape: Any) -> Shape:
    """The shape of one example: as given, or the encoder's input shape."""
    if data_shape is None:
        data_shape = encoder.first_shape or (None,)
        if any(size is None for size in data_shape):
            raise ValueError(
                "VAE needs an encoder with a known input shape (a functional model, or a "
                "Sequential that starts with keras.Input), or data_shape=(...). "
                f"Received: encoder={encoder.network!r}, data_shape=None"
            )
    check_data_shape("VAE", data_shape)
    return tuple(data_shape)


def find_condition_shape(adapters: tuple, condition_shape: Any) -> Shape | None:
    """The shape of one condition: as given, or as the networks' inputs say; None without one."""
    found = {adapter.condition_shape for adapter in adapters} - {None}
    if condition_shape is not None:
        check_shape_argument("VAE", condition_shape=condition_shape)
        found.add(tuple(condition_shape))
    if len(found) > 1:
        raise ValueError(
            "VAE needs one shape of the condition in encoder, decoder and condition_shape. "
            f"Received: {sorted(found)}"
        )
    return found.pop() if found else None


def check_decoded(decoded: Any, data_shape: Shape, likelihood: Any) -> None:
    """Raise a ValueError unless the decoder's outputs are the likelihood's parameters."""
    expected = likelihood.parameter_shapes(data_shape)
    received = [tuple(out.shape[1:]) for out in likelihood.unpack(decoded)]
    if received != list(expected.values()):
        raise ValueError(
            f"The likelihood {type(likelihood).__name__} of data of shape {data_shape} needs a "
            f"decoder with outputs of shapes {expected}. Received: outputs of shapes {received}"
        )
