"""The variational autoencoder that joins the parts (Kingma and Welling, 2013)."""

import functools
import random
from collections import UserDict
from typing import Any

import keras
from keras import ops

from keras_vae import backend
from keras_vae.backend import contiguous_convolution_gradients
from keras_vae.checks import is_free, refuse
from keras_vae.distributions import draw
from keras_vae.distributions.events import last_axes
from keras_vae.distributions.observed import Observed
from keras_vae.engine.uneven_batches import shard_batch
from keras_vae.inputs import MASK, TARGET, Fields
from keras_vae.models.binding import REPLACEABLE, Binding
from keras_vae.models.checks import check_batch_shape
from keras_vae.models.conditioning import Given
from keras_vae.models.fitting import Fitting
from keras_vae.models.from_preset import FromPreset
from keras_vae.models.imputation import Imputation
from keras_vae.models.inference import Inference
from keras_vae.models.inputs import hide_missing, read_fields, take_mask
from keras_vae.models.network_adapter import NetworkAdapter
from keras_vae.models.passes import repeatable
from keras_vae.models.saving import Saving
from keras_vae.models.shared_seed import SharedSeedGenerator
from keras_vae.models.terms import TermsOfPass
from keras_vae.networks.top_down import STATE
from keras_vae.objectives import Trace
from keras_vae.objectives.trace import has_bound
from keras_vae.parts import check_seed
from keras_vae.serialization import Configurable, register

Shape = tuple[int, ...]

#: the name of the evidence lower bound in history
ELBO = "elbo"


@register
class VAE(Fitting, Inference, Imputation, Binding, Saving, FromPreset, Configurable, keras.Model):
    """A variational autoencoder put together from its parts.

    `fit(x)` minimises the objective, `model(x)` gives the mean of p(x|z) at one draw of z;
    `encode`, `decode`, `reconstruct`, `predict` use means, and draw only on request. History shows
    `loss`, the objective's terms unweighted (`reconstruction` and `kl`), the `elbo` and their
    `val_` twins, all sums over the event and means over the batch, in nats. The `elbo`, higher is
    better, always has the whole KL, whatever the objective and its weights at the time. So it
    compares across epochs and models, and `monitor="val_elbo", mode="max"` finds the best epoch.
    Models without a bound, such as deterministic autoencoders, have none.

    Args:
        encoder: any Keras model from x (batch, event) to the posterior's parameters: `[mean,
            log_var]`, each (batch, latent), for the normal one.
        decoder: any Keras model from z (batch, latent) to the likelihood's parameters, such as the
            logits (batch, event).
        posterior: name or `keras_vae.posteriors.Posterior`. Defaults to `"normal"`.
        prior: name or `keras_vae.priors.Prior`. Defaults to `"standard_normal"`.
        likelihood: name or `keras_vae.likelihoods.Likelihood`. Defaults to `"bernoulli"`.
        objective: name or `keras_vae.objectives.Objective`. Defaults to `"elbo"`.
        data_shape: tuple of int, shape of one example without batch axis. Defaults to `None`:
            the encoder's input shape.
        condition_shape: tuple of int, shape of one condition without batch axis; `(num_classes,)`
            takes labels too. Defaults to `None`: as the networks' inputs say, which are then a dict
            with `"x"` (`"z"` in the decoder) and `"condition"`, or a list of both.
        fields: dict of the names and shapes, without batch axis, of other fields beside x, such as
            `{"size_factor": ()}`. Data are then dicts with these fields. Networks get those that
            they have an input for, the likelihood those in its `field_names`. Defaults to `None`.
        missing: bool, whether values of x may be missing. They are NaN in x, or 0 in a mask of x'
            shape, `{"x": x, "mask": mask}`. The encoder sees zeros there, and the mask if it has an
            input `"mask"`; the likelihood counts observed values alone. Defaults to `False`.
        conditioning: how the model comes by conditions, a `keras_vae.models.conditioning.Given` or
            `LatentClass`. Defaults to `None`: they are given.
        seed: int, of all draws in training. Defaults to `None`, a random one.
        **kwargs: `name` and `dtype`, passed to `keras.Model`.

    Raises:
        ValueError: if a name is unknown, or if encoder, decoder and parts do not fit together; with
            `missing=True` if the likelihood does not score each element by itself.

    Reference:
        - [Kingma and Welling, 2013](https://arxiv.org/abs/1312.6114)

    Example:

    >>> shapes = {"mean": (2,), "log_var": (2,)}
    >>> encoder = keras_vae.networks.mlp((8, 8), shapes, hidden=(32,))
    >>> decoder = keras_vae.networks.mlp((2,), {"logits": (8, 8)}, hidden=(32,))
    >>> vae = keras_vae.VAE(encoder, decoder, likelihood="bernoulli", seed=0)
    >>> vae.compile("adam")
    >>> x = keras_vae.datasets.digits().train.x
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> sorted(history.history)
    ['elbo', 'kl', 'loss', 'reconstruction']
    >>> vae.generate(5, seed=0).shape
    (5, 8, 8)
    """

    def __init__(
        self,
        encoder: keras.layers.Layer,
        decoder: keras.layers.Layer,
        posterior: Any = "normal",
        prior: Any = "standard_normal",
        likelihood: Any = "bernoulli",
        objective: Any = "elbo",
        data_shape: Shape | None = None,
        condition_shape: Shape | None = None,
        fields: dict[str, Shape] | None = None,
        conditioning: Given | None = None,
        missing: bool = False,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        check_seed("VAE", seed)
        check_missing(missing, fields)
        super().__init__(**kwargs)
        self._init_loops()
        # The data reach the likelihood in float32, whatever precision the networks compute in.
        self.autocast = False
        given = {
            "objective": objective,
            "posterior_layer": posterior,
            "prior_layer": prior,
            "likelihood_layer": likelihood,
            "encoder": encoder,
            "decoder": decoder,
        }
        for name, value in given.items():
            setattr(self, name, REPLACEABLE[name](value))
        self.other_fields = dict(fields or {})
        self.missing = missing
        # Before the binding: the noise of the parts follows from it.
        self.shuffle_seed = random.randrange(2**31) if seed is None else seed
        self.seed_generator = self.make_seed_generator(seed)
        self.validation_seed = self.make_seed_generator(seed)
        self.binarize = None
        # Past Keras' attribute tracking: these are not part of the model's state.
        for name, value in (
            ("inference_seed", SharedSeedGenerator(None if seed is None else int(seed))),
            # Keras looks for weights in a dict, and would not stop.
            ("_programs", UserDict()),
            ("_terms", TermsOfPass()),
            ("replaced_parts", set()),
            ("conditioning", conditioning or Given()),
        ):
            object.__setattr__(self, name, value)
        self._bind_parts(data_shape, condition_shape)
        self._make_term_metrics()
        self.built = True

    def make_seed_generator(self, seed: int | None = None) -> keras.random.SeedGenerator:
        """A `keras.random.SeedGenerator` from an int, or a random one."""
        return keras.random.SeedGenerator(None if seed is None else int(seed))

    def _make_term_metrics(self) -> None:
        names = self._told_terms()
        # Keras goes on to tell a metric that it has met, as the terms of an exchanged objective.
        for metric in getattr(self, "term_metrics", ()):
            self._tracker.untrack(metric)
        self.term_metrics = [keras.metrics.Mean(name=name) for name in names]
        object.__setattr__(self, "_adds_elbo", len(names) > len(self.objective.term_names))

    def _told_terms(self) -> list[str]:
        """What history shows beside the loss: the objective's terms, and the ELBO if there is one.

        An objective's own term of that name is kept.
        """
        names = list(self.objective.term_names)
        return names if ELBO in names or not has_bound(self.context) else [*names, ELBO]

    @property
    def input_fields(self) -> Fields:
        """What the model takes: x, and the fields beside it."""
        return self._fields_with("x", self.data_shape)

    def _fields_with(self, name: str, shape: Shape) -> Fields:
        how, likelihood = self.conditioning, self.likelihood_layer
        return Fields.of_model(
            shape,
            self.condition_shape,
            how.min_label,
            name,
            self.other_fields,
            how.optional and name == "x",
            self.missing if name == "x" else None,
            likelihood.field_kinds,
            {} if name == "x" else likelihood.field_defaults,
        )

    # ---- one pass --------------------------------------------------------------------------

    def parse_inputs(self, inputs: Any) -> tuple[Any, dict[str, Any]]:
        """The data of a batch, (batch, event), and the fields beside them, all in float32.

        Args:
            inputs: tensor (batch, event), or a dict `{"x": ..., "condition": ...}`. Where values
                may be missing, zeros take their place, and there is a field `"mask"`.

        Raises:
            ValueError: if a shape does not fit, or a field is missing or unknown.
        """
        inputs, mask = take_mask(inputs) if self.missing else (inputs, None)
        x, fields = read_fields(
            inputs, self.condition_shape, self.other_fields, self.conditioning.read
        )
        check_batch_shape(x, self.data_shape, "x")
        x = ops.cast(x, "float32")
        if self.missing:
            x, fields[MASK] = hide_missing(x, mask)
        elif self.padding is not None:
            fields[MASK] = self.padding.observed(x)
        fields = {name: shard_batch(value) for name, value in fields.items()}
        return shard_batch(x), fields

    def encoded(self, x: Any, condition: Any = None, training: bool = False, **fields: Any) -> Any:
        """q(z|x) of a batch of tensors, as a distribution of tensors.

        Where values may be missing and there is no field `"mask"`, all of x is observed.
        """
        fields = _given(condition, fields)
        if self.missing and MASK not in fields:
            fields = {**fields, MASK: ops.ones_like(x)}
        outputs = NetworkAdapter(self.encoder, "x")(x, fields, training=training)
        return self.posterior_layer(outputs, training=training)

    def decoded(
        self, z: Any, x: Any = None, condition: Any = None, training: bool = False, **fields: Any
    ) -> Any:
        """p(x|z) of latents (batch, latent) or (samples, batch, latent), of tensors.

        With a field `"mask"`, `log_prob` is that of the observed part of x.
        """
        fields = dict(_given(condition, fields))
        state = fields.pop(STATE, None)
        mask = fields.pop(MASK, None) if self.missing or self.padding is not None else None
        num_samples = z.shape[0] if len(z.shape) > 1 + len(self.latent_shape) else None
        if num_samples is not None or not is_free(self.latent_shape):
            z = ops.reshape(z, (-1, *last_axes(z, self.latent_shape)))
        given = tiled(fields, num_samples)
        given = given if state is None else {**given, STATE: state}
        outputs = NetworkAdapter(self.decoder, "z")(z, given, training=training)
        if num_samples is not None:
            outputs = keras.tree.map_structure(lambda out: unfold(out, num_samples), outputs)
        likelihood = self.likelihood_layer
        wanted = {name: fields[name] for name in likelihood.field_names}
        if mask is None:
            return likelihood(outputs, x=x, training=training, **wanted)
        if likelihood.takes_observed:
            wanted["observed"] = mask
        p = likelihood(outputs, x=x, training=training, **wanted)
        return Observed(p, mask, likelihood.filler)

    def prior_of(self, condition: Any = None, **fields: Any) -> Any:
        """p(z), or p(z|condition) where the prior is conditional, as a distribution of tensors."""
        if self.prior_layer.conditional:
            return self.prior_layer.distribution(condition=condition)
        return self.prior_layer.distribution()

    def trace(
        self, inputs: Any, num_samples: int | None = None, seed: Any = None, training: bool = False
    ) -> Trace:
        """One pass over a batch of tensors: x, a draw of z, and the three distributions.

        Args:
            inputs: tensor (batch, event), or a dict `{"x": ..., "condition": ...}`; with
                `"target"`, (batch, event), that is what is reconstructed.
            num_samples: int, draws of z for each example, decoded in one go. Defaults to `None`:
                one, without a samples axis.
            seed: `keras.random.SeedGenerator`. Defaults to `None`: the model's own.
            training: bool. Defaults to `False`.
        """
        return self._trace_of(*self._batch(inputs, training), num_samples, seed, training)

    def _batch(self, inputs: Any, training: bool) -> tuple[Any, Any, dict[str, Any]]:
        """What is encoded, what is reconstructed, and the fields beside them."""
        x, fields = self.parse_inputs(inputs)
        if training and self.binarize == "dynamic":
            bits = backend.uniform(ops.shape(x), seed=self.seed_generator) < x
            x = ops.cast(bits, x.dtype)
        # What is reconstructed: the clean data of a noisy x, or x itself.
        return x, fields.pop(TARGET, x), fields

    def _trace_of(
        self,
        x: Any,
        target: Any,
        fields: dict[str, Any],
        num_samples: int | None = None,
        seed: Any = None,
        training: bool = False,
    ) -> Trace:
        if seed is None:
            seed = self.seed_generator if training else self.validation_seed
        q = self.encoded(x, training=training, **fields)
        z, log_q = draw(q, num_samples, seed=seed)
        decode: Any = functools.partial(self.decoded, x=target, training=training, **fields)
        again = None
        if self.objective.decodes_again:
            decode, again = repeatable(decode, (self.decoder, self.likelihood_layer))
        elif q.traits.leaves_state:
            # The posterior has been through the decoder's levels.
            decode = functools.partial(decode, **{STATE: q.state_at(z)})
        p = decode(z)
        prior = self.prior_layer.given_batch(q) if training else None
        prior = self.prior_of(**fields) if prior is None else prior
        return Trace(target, z, q, prior, p, log_q, fields, training, again)

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Mean of p(x|z) at a draw of z, (batch, event); adds the objective's loss."""
        training = bool(training)
        any_field = keras.tree.flatten(inputs)[0]
        with contiguous_convolution_gradients(any_field, self.compute_dtype):
            batch = self._batch(inputs, training)
            make_trace = functools.partial(
                self._trace_of, num_samples=self.objective.num_draws, training=training
            )
            trace, mean = self.conditioning.run(make_trace, *batch, training)
            loss, terms = self.objective(trace=trace)
        self.add_loss(loss)
        terms = self.objective.check_terms(terms)
        if self._adds_elbo:
            terms = {**terms, ELBO: trace.mean(ops.stop_gradient(trace.elbo()))}
        self._terms.put(terms)
        return mean


def check_missing(missing: Any, fields: Any) -> None:
    """Raise a ValueError unless `missing` is a bool, and no other field has the mask's name."""
    if not isinstance(missing, bool):
        refuse("VAE", "True or False", missing=missing)
    if missing and MASK in (fields or {}):
        raise ValueError(
            f"With missing=True the field {MASK!r} says which values are observed, and has x' "
            f"shape: leave it out of fields. Received: fields={fields!r}"
        )


def _given(condition: Any, fields: dict[str, Any]) -> dict[str, Any]:
    return fields if condition is None else {"condition": condition, **fields}


def tiled(fields: dict[str, Any], num_samples: int | None) -> dict[str, Any]:
    """Fields (batch, ...) for each of several draws, (samples * batch, ...)."""
    if num_samples is None:
        return fields
    return {
        name: ops.tile(value, (num_samples, *[1] * (len(value.shape) - 1)))
        for name, value in fields.items()
    }


def unfold(tensor: Any, num_samples: int) -> Any:
    """(samples * batch, ...) -> (samples, batch, ...)."""
    return ops.reshape(tensor, (num_samples, -1, *last_axes(tensor, tensor.shape[1:])))
