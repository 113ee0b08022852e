"""Priors over the codes of a quantizer, trained after it (van den Oord et al., 2017)."""

import keras
import numpy as np
from keras import ops

from keras_vae.distributions.quantized import UniformCodes
from keras_vae.networks.autoregressive import causal_transformer, pixel_cnn
from keras_vae.parts import check_count, check_non_negative
from keras_vae.priors.prior import Prior, check_no_temperature
from keras_vae.serialization import register


class CodePrior(Prior):
    """Base of the priors over codes: uniform until `fit(indices)`, then autoregressive.

    While the quantizer trains, the prior is uniform over its codes, and the network stays as it is.
    Then `fit` trains the network on the codes of examples, and `sample` draws from it.

    A subclass makes the network in `make_network(size)`, from integers (batch, *size) to logits of
    each code given those before it.
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        # A function, for Keras would follow what it gives when it loads weights.
        self.context = None

    def bind(self, context):
        """Learn what the posterior's codes are.

        Raises:
            ValueError: if the posterior is no quantizer.
        """
        if not hasattr(context.posterior, "code_shape"):
            raise ValueError(
                f"The prior {type(self).__name__} needs a quantizer as posterior. "
                f"Received: posterior={context.posterior!r}"
            )
        self.context = context

    @property
    def quantizer(self):
        """The model's `Quantizer`."""
        return self.context.posterior

    def build(self, event_shape):
        super().build(event_shape)
        self.fitted = self.float32_weight("fitted", (), "zeros")
        self.network = self.make_network(self.size, self.quantizer.num_codes)
        # The model trains without it, and before it.
        self.trainable = False

    @property
    def size(self):
        """The codes as the network takes them: (height, width), levels beside each other."""
        height, *rest = self.quantizer.code_shape or (1,)
        return height, int(np.prod(rest))

    def make_network(self, size, num_codes):
        """The network over codes of shape (height, width)."""
        raise NotImplementedError

    def distribution(self, temperature=1.0):
        """`keras_vae.distributions.UniformCodes`: what the quantizer trains with."""
        check_no_temperature(type(self).__name__, temperature)
        num_places = int(np.prod(self.quantizer.code_shape))
        return UniformCodes(float(num_places * np.log(self.quantizer.num_codes)), self.event_ndim)

    def fit(self, indices, batch_size=64, epochs=10, optimizer="adam", verbose="auto", **kwargs):
        """Train the network on codes.

        Args:
            indices: integer array (n, *code_shape), as `encode_indices` gives them.
            batch_size: int. Defaults to `64`.
            epochs: int. Defaults to `10`.
            optimizer: name or `keras.optimizers.Optimizer`. Defaults to `"adam"`.
            verbose: as in `keras.Model.fit`. Defaults to `"auto"`.
            **kwargs: passed to `keras.Model.fit`: `callbacks`, `validation_split`, ...

        Returns:
            `keras.callbacks.History`, its `loss` in nats for each code.
        """
        indices = self._codes(indices)
        # A copy, for the network itself is frozen while and where the model trains.
        trainer = self.make_network(self.size, self.quantizer.num_codes)
        trainer.set_weights(self.network.get_weights())
        trainer.compile(optimizer, keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        history = trainer.fit(
            indices, indices, batch_size=batch_size, epochs=epochs, verbose=verbose, **kwargs
        )
        self.network.set_weights(trainer.get_weights())
        self.fitted.assign(1.0)
        return history

    def log_prob(self, indices, batch_size=256):
        """Log-probability of codes under the network in nats, an array (n,).

        Args:
            indices: integer array (n, *code_shape).
            batch_size: int. Defaults to `256`.
        """
        self._check_fitted()
        indices = self._codes(indices)
        logits = self.network.predict(indices, batch_size=batch_size, verbose=0)
        log_p = logits - np.logaddexp.reduce(logits, axis=-1, keepdims=True)
        chosen = np.take_along_axis(log_p, indices[..., None], axis=-1)
        return chosen.reshape(len(indices), -1).sum(axis=1)

    def sample_indices(self, num_samples, seed=None, temperature=1.0):
        """Codes drawn one after the other, integers (num_samples, *code_shape).

        Args:
            num_samples: int.
            seed: int or `keras.random.SeedGenerator`. Defaults to `None`.
            temperature: float >= 0, divides the logits; 0 takes the likeliest code. Defaults to
                `1.0`.

        Raises:
            ValueError: if `fit` has not been called, or an argument is out of its range.
        """
        check_count("The prior", num_samples=num_samples)
        check_non_negative("The prior", temperature=temperature)
        self._check_fitted()
        if not isinstance(seed, keras.random.SeedGenerator):
            seed = keras.random.SeedGenerator(seed)
        codes = np.zeros((num_samples, *self.size), "int32")
        for place in np.ndindex(*self.size):
            logits = self.network.predict_on_batch(codes)[(slice(None), *place)]
            # The Gumbel-max trick.
            uniform = keras.random.uniform(logits.shape, 2.0**-24, 1 - 2.0**-24, seed=seed)
            noise = -np.log(-np.log(ops.convert_to_numpy(uniform)))
            codes[(slice(None), *place)] = np.argmax(logits + temperature * noise, axis=-1)
        return codes.reshape(num_samples, *self.quantizer.code_shape)

    def sample(self, num_samples, seed=None, temperature=1.0):
        """Latents of drawn codes, (num_samples, latent); see `sample_indices`."""
        return self.quantizer.embed(self.sample_indices(num_samples, seed, temperature))

    def _codes(self, indices):
        return self.quantizer.check_indices(indices).reshape(-1, *self.size)

    def _check_fitted(self):
        if not float(ops.convert_to_numpy(self.fitted)):
            raise ValueError(
                f"The prior {type(self).__name__} knows no codes yet: fit it after the model, with "
                "vae.fit_prior(x). Received: a prior that has not been fitted"
            )


@register
class PixelCNN(CodePrior):
    """PixelCNN over the codes of a quantizer.

    The levels of a residual quantizer stand beside each other in a row.

    Args:
        filters: int, hidden channels. Defaults to `64`.
        blocks: int, residual blocks. Defaults to `4`.
        **kwargs: passed to `keras.layers.Layer`.

    References:
        - [van den Oord et al., 2016](https://arxiv.org/abs/1601.06759)
        - [van den Oord et al., 2017](https://arxiv.org/abs/1711.00937)
    """

    def __init__(self, filters=64, blocks=4, **kwargs):
        check_count("priors.PixelCNN", filters=filters, blocks=blocks)
        super().__init__(**kwargs)
        self.filters = filters
        self.blocks = blocks

    def make_network(self, size, num_codes):
        """See `CodePrior`."""
        return pixel_cnn(size, num_codes, self.filters, self.blocks, name="pixel_cnn")


@register
class CodeTransformer(CodePrior):
    """Autoregressive transformer over the codes of a quantizer, row by row.

    Args:
        width: int, hidden channels. Defaults to `128`.
        blocks: int. Defaults to `2`.
        heads: int, attention heads; must divide `width`. Defaults to `4`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if an argument is no integer >= 1, or `heads` does not divide `width`.

    Reference:
        - [Vaswani et al., 2017](https://arxiv.org/abs/1706.03762)
    """

    def __init__(self, width=128, blocks=2, heads=4, **kwargs):
        check_count("priors.CodeTransformer", width=width, blocks=blocks, heads=heads)
        if width % heads:
            raise ValueError(
                "priors.CodeTransformer needs heads to divide width. "
                f"Received: width={width}, heads={heads}"
            )
        super().__init__(**kwargs)
        self.width = width
        self.blocks = blocks
        self.heads = heads

    @property
    def size(self):
        """The codes as the network takes them: (length,)."""
        return (int(np.prod(self.quantizer.code_shape)),)

    def make_network(self, size, num_codes):
        """See `CodePrior`."""
        return causal_transformer(
            *size, num_codes, self.width, self.blocks, self.heads, name="transformer"
        )
