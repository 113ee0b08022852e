"""What models with quantised latents can do besides: indices, and a prior over them."""

import numpy as np
from keras import ops

from keras_vae import networks
from keras_vae.models.checks import check_shape_argument
from keras_vae.models.vae import VAE
from keras_vae.posteriors import Quantizer
from keras_vae.serialization import register


@register
class QuantizedVAE(VAE):
    """Base of the models with quantised latents: a `VAE` whose posterior is a quantizer.

    Args:
        encoder: any Keras model from x to the vectors, (batch, ..., channels).
        decoder: any Keras model from such vectors to the likelihood's parameters.
        **kwargs: passed to `keras_vae.VAE`: `posterior`, `prior`, ...

    Raises:
        ValueError: if the posterior is no quantizer.
    """

    def __init__(self, encoder, decoder, **kwargs):
        super().__init__(encoder, decoder, **kwargs)
        if not isinstance(self.posterior_layer, Quantizer):
            raise ValueError(
                "QuantizedVAE needs a keras_vae.posteriors.Quantizer as posterior. "
                f"Received: posterior={self.posterior_layer!r}"
            )

    @property
    def code_shape(self):
        """The shape of one latent's indices."""
        return self.posterior_layer.code_shape

    def encode_indices(self, x, condition=None, batch_size=None, verbose="auto"):
        """The codes of examples, an integer array (n, *code_shape).

        Args:
            x: array (n, event).
            condition, batch_size, verbose: see `Inference`.
        """
        inputs = self._inputs("x", x, condition)
        return self._program("indices").run(inputs, batch_size, verbose).astype("int32")

    def _run_indices(self, inputs):
        # Batch by batch: the distances of all vectors from all codes would fill the memory.
        return self.encoded(*self.read(inputs)).indices

    def decode_indices(self, indices, condition=None, batch_size=None, verbose="auto"):
        """Data of codes: the likelihood's means, (n, event).

        Args:
            indices: integer array (n, *code_shape).
            condition, batch_size, verbose: see `Inference`.

        Raises:
            ValueError: if `indices` are of another shape or no codes.
        """
        indices = self.posterior_layer.check_indices(indices)
        z = ops.convert_to_numpy(self.posterior_layer.embed(indices))
        return self.decode(z, condition=condition, batch_size=batch_size, verbose=verbose)

    def fit_prior(self, x, condition=None, **kwargs):
        """Train the prior over codes on those of examples; `generate` draws from it from then on.

        Args:
            x: array (n, event).
            condition: as in `encode`. Defaults to `None`.
            **kwargs: passed to the prior's `fit`: `epochs`, `batch_size`, `optimizer`, `verbose`.

        Returns:
            `keras.callbacks.History`, its `loss` in nats for each code.
        """
        return self.prior_layer.fit(self.encode_indices(x, condition), **kwargs)

    def code_usage(self, x, condition=None):
        """How many codes examples use: a dict with `usage` and `perplexity`, over all of them.

        Args:
            x: array (n, event).
            condition: as in `encode`. Defaults to `None`.
        """
        quantizer = self.posterior_layer
        codes = self.encode_indices(x, condition).reshape(-1, quantizer.num_levels)
        counts = [np.bincount(level, minlength=quantizer.num_codes) for level in codes.T]
        shares = np.array(counts) / len(codes)
        entropy = -np.sum(shares * np.log(np.maximum(shares, 1e-300)), axis=1)
        usage, perplexity = np.mean(shares > 0), np.mean(np.exp(entropy))
        return {"usage": float(usage), "perplexity": float(perplexity)}


def map_pair(data_shape, channels, likelihood, filters, normalize=False, **kwargs):
    """Convolutional encoder to a map of vectors, and the decoder that mirrors it."""
    check_shape_argument("The model", data_shape=data_shape)
    decoded = likelihood.parameter_shapes(tuple(data_shape))
    encoder = networks.map_encoder(
        data_shape, channels, filters, normalize=normalize, name="encoder", **kwargs
    )
    decoder = networks.map_decoder(
        encoder.output.shape[1:], decoded, filters, name="decoder", **kwargs
    )
    return encoder, decoder
