"""The variational autoencoder that joins the parts (Kingma and Welling, 2013)."""

import random
from collections import UserDict

import keras
import numpy as np
from keras import ops

from keras_vae import backend, likelihoods, objectives, posteriors, priors
from keras_vae.backend import contiguous_convolution_gradients
from keras_vae.distributions import draw
from keras_vae.engine.keras_internals import all_layers
from keras_vae.engine.uneven_batches import shard_batch
from keras_vae.models.checks import check_batch_shape, check_shape_argument
from keras_vae.models.fitting import Fitting
from keras_vae.models.from_preset import FromPreset
from keras_vae.models.inference import Inference
from keras_vae.models.inputs import Wiring, read_condition, split_inputs
from keras_vae.objectives import Trace
from keras_vae.parts import check_seed
from keras_vae.serialization import Configurable, register


@register
class VAE(Fitting, Inference, FromPreset, Configurable, keras.Model):
    """A variational autoencoder put together from its parts.

    `fit(x)` minimises the objective, `model(x)` gives the mean of p(x|z) at one draw of z;
    `encode`, `decode`, `reconstruct`, `predict` use means, and draw only on request. History shows
    `loss`, the objective's terms unweighted (`reconstruction` and `kl`) and their `val_` twins, all
    sums over the event and means over the batch, in nats.

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
        seed: int, of all draws in training. Defaults to `None`, a random one.
        **kwargs: `name` and `dtype`, passed to `keras.Model`.

    Raises:
        ValueError: if a name is unknown, or if encoder, decoder and parts do not fit together.

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
    ['kl', 'loss', 'reconstruction']
    >>> vae.generate(5, seed=0).shape
    (5, 8, 8)
    """

    #: the least label that data may have; -1 where labels may be missing
    least_label = 0

    def __init__(
        self,
        encoder,
        decoder,
        posterior="normal",
        prior="standard_normal",
        likelihood="bernoulli",
        objective="elbo",
        data_shape=None,
        condition_shape=None,
        seed=None,
        **kwargs,
    ):
        check_seed("VAE", seed)
        super().__init__(**kwargs)
        self._init_loops()
        # The data reach the likelihood in float32, whatever precision the networks compute in.
        self.autocast = False
        # First of all layers, so that `self.losses` begins with its terms.
        self.objective = objectives.get(objective)
        self.posterior_layer = posteriors.get(posterior)
        self.prior_layer = priors.get(prior)
        self.likelihood_layer = likelihoods.get(likelihood)
        self.encoder = check_network(encoder, "encoder")
        self.decoder = check_network(decoder, "decoder")
        # In front of the joining: the parts' own noise follows it.
        self.shuffle_seed = random.randrange(2**31) if seed is None else seed
        self._join(data_shape, condition_shape)
        self.seed_generator = self.make_seed_generator(seed)
        self.validation_seed = self.make_seed_generator(seed)
        self.binarize = None
        # Past Keras' attribute tracking: these are no part of the model's state.
        object.__setattr__(self, "inference_seed", self.make_seed_generator(seed))
        # No dict: Keras looks for weights in those, and goes round in circles between the two.
        object.__setattr__(self, "_programs", UserDict())
        self.term_metrics = [keras.metrics.Mean(name=name) for name in self.objective.term_names]
        self.built = True

    def make_seed_generator(self, seed=None):
        """A `keras.random.SeedGenerator` from an int, or a random one."""
        return keras.random.SeedGenerator(None if seed is None else int(seed))

    def _join(self, data_shape, condition_shape):
        """Build what is not built, and check that the parts fit together."""
        # Past Keras' attribute tracking, which would count the networks twice.
        object.__setattr__(
            self,
            "_wiring",
            {
                "encoder": Wiring(self.encoder, "x"),
                "decoder": Wiring(self.decoder, "z"),
            },
        )
        self.data_shape = find_data_shape(self._wiring["encoder"], data_shape)
        self.condition_shape = find_condition_shape(self._wiring.values(), condition_shape)
        encoded = self._wiring["encoder"].symbolic(self.data_shape, self.condition_shape)
        outputs = self.posterior_layer.unpack(encoded)
        self.latent_shape = self.posterior_layer.latent_shape([out.shape[1:] for out in outputs])
        # In this order: a prior may ask for the posterior, an objective for all of them.
        for part, event_shape in (
            (self.posterior_layer, self.latent_shape),
            (self.prior_layer, self.latent_shape),
            (self.likelihood_layer, self.data_shape),
        ):
            part.join(self)
            part.build_once(event_shape)
        self.objective.join(self)
        decoded = self._wiring["decoder"].symbolic(self.latent_shape, self.condition_shape)
        check_decoded(decoded, self.data_shape, self.likelihood_layer)

    def _parts(self):
        return (self.posterior_layer, self.prior_layer, self.likelihood_layer, self.objective)

    # ---- one pass --------------------------------------------------------------------------

    def read(self, inputs):
        """The data (batch, event) and the condition of a batch, in float32; None for no condition.

        Args:
            inputs: tensor (batch, event), or a dict `{"x": ..., "condition": ...}`.
        """
        x, condition = split_inputs(inputs)
        check_batch_shape(x, self.data_shape, "x")
        condition = read_condition(condition, self.condition_shape)
        x = shard_batch(ops.cast(x, "float32"))
        return x, None if condition is None else shard_batch(condition)

    def encoded(self, x, condition=None, training=False):
        """q(z|x) of a batch of tensors, as a distribution of tensors."""
        outputs = self._wiring["encoder"](x, condition, training=training)
        return self.posterior_layer(outputs, training=training)

    def decoded(self, z, x=None, condition=None, training=False):
        """p(x|z) of latents (batch, latent) or (samples, batch, latent), of tensors."""
        folded = ops.reshape(z, (-1, *self.latent_shape))
        several = len(z.shape) > 1 + len(self.latent_shape)
        if several and condition is not None:
            condition = ops.tile(condition, (z.shape[0], *[1] * len(self.condition_shape)))
        outputs = self._wiring["decoder"](folded, condition, training=training)
        if several:
            outputs = keras.tree.map_structure(lambda out: unfold(out, z.shape[0]), outputs)
        return self.likelihood_layer(outputs, x=x, training=training)

    def prior_of(self, condition=None):
        """p(z), or p(z|condition) where the prior is conditional, as a distribution of tensors."""
        if self.prior_layer.conditional:
            return self.prior_layer.distribution(condition=condition)
        return self.prior_layer.distribution()

    def trace(self, inputs, num_samples=None, seed=None, training=False):
        """One pass over a batch of tensors: x, a draw of z, and the three distributions.

        Args:
            inputs: tensor (batch, event), or a dict `{"x": ..., "condition": ...}`.
            num_samples: int, draws of z for each example, decoded in one go. Defaults to `None`:
                one, without a samples axis.
            seed: `keras.random.SeedGenerator`. Defaults to `None`: the model's own.
            training: bool. Defaults to `False`.
        """
        if seed is None:
            seed = self.seed_generator if training else self.validation_seed
        x, condition = self.read(inputs)
        if training and self.binarize == "dynamic":
            bits = backend.uniform(ops.shape(x), seed=self.seed_generator) < x
            x = ops.cast(bits, x.dtype)
        q = self.encoded(x, condition, training=training)
        z, log_q = draw(q, num_samples, seed=seed)
        p = self.decoded(z, x, condition, training)
        return Trace(x, z, q, self.prior_of(condition), p, log_q, condition, training)

    def call(self, inputs, training=False):
        """Mean of p(x|z) at a draw of z, (batch, event); adds the objective's losses."""
        training = bool(training)
        with contiguous_convolution_gradients(split_inputs(inputs)[0], self.compute_dtype):
            trace = self.trace(inputs, self.objective.num_draws, training=training)
            self.objective(trace=trace)
        return trace.likelihood.mean

    def save(self, filepath, *args, **kwargs):
        """Write the model to a `.keras` file, as `keras.Model.save` does.

        Raises:
            ValueError: if the path asks for Keras' old HDF5 format, which mixes up weights of one
                name.
        """
        if str(filepath).endswith((".h5", ".hdf5")):
            raise ValueError(
                "save needs a filepath that ends in .keras; weights alone go to .weights.h5 by "
                f"save_weights. Received: filepath={str(filepath)!r}"
            )
        super().save(filepath, *args, **kwargs)

    def save_own_variables(self, store):
        """Keras' hook: the state of the noise is saved with the weights, for resumed runs."""
        for name, generator in self._seeds().items():
            store[name] = generator.state
        store["shuffle_seed"] = np.array(self.shuffle_seed)

    def _seeds(self):
        """The model's two seed generators and those of its layers, by their names in files."""
        _, *layers = all_layers(self)
        values = [value for layer in layers for value in vars(layer).values()]
        found = [value for value in values if isinstance(value, keras.random.SeedGenerator)]
        names = {f"layer_seed_{i}": generator for i, generator in enumerate(found)}
        own = ("seed_generator", "validation_seed")
        return {**{name: getattr(self, name) for name in own}, **names}

    def load_own_variables(self, store):
        """Keras' hook: see `save_own_variables`."""
        for name, generator in self._seeds().items():
            if name in store:
                generator.state.assign(store[name])
        if "shuffle_seed" in store:
            self.shuffle_seed = int(store["shuffle_seed"][()])


def check_network(network, name):
    """Raise a ValueError unless `network` is a Keras model or layer."""
    if not isinstance(network, keras.layers.Layer):
        raise ValueError(
            f"VAE needs {name} as a Keras model or layer. Received: {name}={network!r}"
        )
    return network


def find_data_shape(encoder, data_shape):
    """The shape of one example: as given, or the encoder's input shape."""
    if data_shape is None:
        data_shape = encoder.first_shape or (None,)
        if any(size is None for size in data_shape):
            raise ValueError(
                "VAE needs an encoder with a known input shape (a functional model, or a "
                "Sequential that starts with keras.Input), or data_shape=(...). "
                f"Received: encoder={encoder.network!r}, data_shape=None"
            )
    check_shape_argument("VAE", data_shape=data_shape)
    return tuple(data_shape)


def find_condition_shape(wirings, condition_shape):
    """The shape of one condition: as given, or as the networks' inputs say; None without one."""
    found = {w.condition_shape for w in wirings} - {None}
    if condition_shape is not None:
        check_shape_argument("VAE", condition_shape=condition_shape)
        found.add(tuple(condition_shape))
    if len(found) > 1:
        raise ValueError(
            "VAE needs one shape of the condition in encoder, decoder and condition_shape. "
            f"Received: {sorted(found)}"
        )
    return found.pop() if found else None


def check_decoded(decoded, data_shape, likelihood):
    """Raise a ValueError unless the decoder's outputs are the likelihood's parameters."""
    expected = likelihood.parameter_shapes(data_shape)
    received = [tuple(out.shape[1:]) for out in likelihood.unpack(decoded)]
    if received != list(expected.values()):
        raise ValueError(
            f"The likelihood {type(likelihood).__name__} of data of shape {data_shape} needs a "
            f"decoder with outputs of shapes {expected}. Received: outputs of shapes {received}"
        )


def unfold(tensor, num_samples):
    """(samples * batch, ...) -> (samples, batch, ...)."""
    return ops.reshape(tensor, (num_samples, -1, *tensor.shape[1:]))
