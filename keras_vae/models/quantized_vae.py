"""What models with quantised latents can do besides: indices, and a prior over them."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vae import networks
from keras_vae.models.paper import Paper, Parts, Shape
from keras_vae.models.semantic_ids import SemanticIds
from keras_vae.models.vae import VAE
from keras_vae.networks import Network
from keras_vae.objectives import Quantized
from keras_vae.parts import check_count
from keras_vae.posteriors import Quantizer
from keras_vae.serialization import register


class Codes(SemanticIds):
    """Mixin of the models with quantised latents: indices of codes, and a prior over them."""

    @property
    def code_shape(self) -> Any:
        """The shape of one latent's indices."""
        return self.posterior_layer.code_shape

    def encode_indices(
        self, x: Any, condition: Any = None, batch_size: int | None = None, verbose: Any = "auto"
    ) -> Any:
        """The codes of examples, an integer array (n, *code_shape).

        Args:
            x: array (n, event).
            condition, batch_size, verbose: see `Inference`.
        """
        inputs = self.prepare(x, condition)
        return self.program("indices").run(inputs, batch_size, verbose).astype("int32")

    def _run_indices(self, inputs):
        # Batch by batch: the distances of all vectors from all codes would fill the memory.
        x, fields = self.parse_inputs(inputs)
        return self.encoded(x, **fields).indices

    def decode_indices(
        self,
        indices: Any,
        condition: Any = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
    ) -> Any:
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

    def fit_prior(self, x: Any, condition: Any = None, **kwargs: Any) -> Any:
        """Train the prior over codes on those of examples.

        From then on `generate` draws from it, and `log_likelihood` scores by it; in a conditional
        model both by the condition.

        Args:
            x: array (n, event).
            condition: as in `encode`. Defaults to `None`.
            **kwargs: passed to the prior's `fit`: `epochs`, `batch_size`, `optimizer`, `verbose`.

        Returns:
            `keras.callbacks.History`, its `loss` in nats for each code.
        """
        inputs = self.prepare(x, condition)
        indices = self.program("indices").run(inputs)
        if self.condition_shape is not None:
            condition = ops.convert_to_numpy(self._condition_tensor(inputs["condition"]))
        history = self.prior_layer.fit(indices, condition, **kwargs)
        self._forget_programs()
        return history

    def code_usage(self, x: Any, condition: Any = None) -> Any:
        """How many codes examples use: a dict with `usage` and `perplexity`, over all of them.

        Args:
            x: array (n, event).
            condition: as in `encode`. Defaults to `None`.
        """
        quantizer = self.posterior_layer
        levels = quantizer.columns(self.encode_indices(x, condition))
        # Of the codes that occur alone: there can be far more of them than vectors.
        shares = [np.unique(level, return_counts=True)[1] / len(level) for level in levels]
        usage = np.mean([len(share) / quantizer.num_codes for share in shares])
        perplexity = np.mean([np.exp(-np.sum(share * np.log(share))) for share in shares])
        return {"usage": float(usage), "perplexity": float(perplexity)}

    def load_own_variables(self, store: Any) -> None:
        """Keras' hook: weights can bring another prior, a fitted one or an unfitted one."""
        super().load_own_variables(store)
        self._forget_programs()

    def _forget_programs(self) -> None:
        """Drop compiled functions, which hold the prior that they were traced with."""
        self._programs.clear()
        self._loops.clear()
        self.train_function = self.test_function = self.predict_function = None
        self._update_term_metrics()


@register
class QuantizedVAE(Codes, VAE):
    """A `VAE` of networks of your own whose posterior is a quantizer.

    Args:
        encoder: any Keras model from x to the vectors, (batch, ..., channels).
        decoder: any Keras model from such vectors to the likelihood's parameters.
        **kwargs: passed to `keras_vae.VAE`: `posterior`, `prior`, ...

    Raises:
        ValueError: if the posterior is not a quantizer.
    """

    def __init__(
        self, encoder: keras.layers.Layer, decoder: keras.layers.Layer, **kwargs: Any
    ) -> None:
        super().__init__(encoder, decoder, **kwargs)
        if not isinstance(self.posterior_layer, Quantizer):
            raise ValueError(
                "QuantizedVAE needs a keras_vae.posteriors.Quantizer as posterior. "
                f"Received: posterior={self.posterior_layer!r}"
            )


class QuantizedPaper(Codes, Paper):
    """Base of the papers with quantised latents, one code or a map of codes for each example.

    Convolutional networks encode images to a map of vectors, others to one vector.

    Args:
        data_shape: tuple of int, shape of one example without batch axis.
        channels: int, length of each vector.
        normalize: bool, whether each channel of the vectors is brought to mean 0 and variance 1.
            Defaults to `False`.
        adapt: see `Paper`. Defaults to `None`, the networks of maps of codes.
        **kwargs: passed to `Paper`.
    """

    defaults = {"network": networks.Residual((128, 128), blocks=2), "prior": "gated_pixel_cnn"}
    fixes = {
        "posterior": "the quantizer is the idea of the paper",
        "objective": "the codes have no density to weigh",
    }

    def __init__(
        self,
        data_shape: Shape,
        channels: int,
        *,
        normalize: bool = False,
        adapt: Callable[[Network], Network] | None = None,
        **kwargs: Any,
    ) -> None:
        check_count(type(self).__name__, channels=channels)
        adapt = adapt or (lambda network: CodeNetwork(network, normalize))
        super().__init__(data_shape, channels, adapt=adapt, **kwargs)


def code_parts(
    quantizer: Quantizer,
    commitment_weight: float = 0.25,
    normalize: bool | None = None,
    latent_dim: int | None = None,
) -> Parts:
    """The parts of a paper with quantised latents, for `own_parts`.

    Args:
        quantizer: `keras_vae.posteriors.Quantizer`.
        commitment_weight: float >= 0. Defaults to `0.25`.
        normalize: bool, see `QuantizedPaper`. Defaults to `None`: the paper has no such argument.
        latent_dim: int, channels of a vector, where they follow from the quantizer. Defaults to
            `None`.
    """
    own: dict[str, Any] = {"posterior": quantizer, "objective": Quantized(commitment_weight)}
    if normalize is not None:
        own["adapt"] = lambda network: CodeNetwork(network, normalize)
    if latent_dim is not None:
        own["latent_dim"] = latent_dim
    return Parts(**own)


class CodeNetwork(Network):
    """The networks of a kind between data and the vectors of a quantizer.

    Args:
        base: `keras_vae.networks.Network`, the kind.
        normalize: bool, whether the vectors are normalized.
    """

    def __init__(self, base: Network, normalize: bool) -> None:
        self.base = base
        self.normalize = normalize

    def encoder(self, input_shape: Shape, output_shapes: Any, **options: Any) -> keras.Model:
        """See `Network.code_encoder`."""
        ((channels,),) = output_shapes.values()
        return self.base.code_encoder(input_shape, channels, self.normalize, **options)

    def decoder(self, input_shape: Shape, output_shapes: Any, **options: Any) -> keras.Model:
        """See `Network.code_decoder`."""
        return self.base.code_decoder(input_shape, output_shapes, **options)
