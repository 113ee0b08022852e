"""Decoders of topic models: each latent has a weight for each word."""

import math
from typing import Any

import keras
from keras import layers

from keras_vae.networks.checks import check_dropout, check_shapes
from keras_vae.networks.ends import flatten, network, network_inputs
from keras_vae.networks.network import Network, Shape, Shapes

#: the name of the layer whose kernel holds the weights (topics, words)
TOPICS = "topics"
#: of the running means of batch normalization: with Keras' 0.99 a log-variance is far off until
#: some hundred steps are done, and the KL of validation data with it
MOMENTUM = 0.9


class LogLinearTopics(Network):
    """Encoders of a kind, and a decoder linear in z: the logits of words are z R + b.

    Args:
        base: `Network`, the kind of the encoder.

    Reference:
        - [Miao et al., 2016](https://arxiv.org/abs/1511.06038), NVDM
    """

    def __init__(self, base: Network) -> None:
        self.base = base

    def encoder(self, input_shape: Shape, output_shapes: Shapes, **options: Any) -> keras.Model:
        """The kind's encoder."""
        return self.base.encoder(input_shape, output_shapes, **options)

    def decoder(
        self,
        input_shape: Shape,
        output_shapes: Shapes,
        condition_shape: Shape | None = None,
        dtype: Any = None,
        name: str | None = None,
    ) -> keras.Model:
        """Decoder to one output, the logits of words; a condition adds weights of its own."""
        check_shapes(input_shape, output_shapes, condition_shape)
        ((output, shape),) = output_shapes.items()
        inputs = network_inputs(input_shape, condition_shape, dtype)
        words = math.prod(shape)
        logits = self.logits(flatten(inputs[0], [], dtype), words, dtype)
        for condition in inputs[1:]:
            dense = layers.Dense(words, use_bias=False, dtype=dtype, name="covariates")
            logits = layers.Add(dtype=dtype)([logits, dense(flatten(condition, [], dtype))])
        logits = self.normalized(logits, dtype)
        logits = layers.Reshape(shape, dtype=dtype, name=output)(logits)
        return network(inputs, [logits], name)

    def logits(self, z: Any, words: int, dtype: Any) -> Any:
        """The logits of words, (batch, topics) -> (batch, words)."""
        return layers.Dense(words, dtype=dtype, name=TOPICS)(z)

    def normalized(self, logits: Any, dtype: Any) -> Any:
        """What follows behind the sum of all weights."""
        return logits


class ProductOfExperts(LogLinearTopics):
    """Encoders of a kind, and a decoder linear in the shares of topics, softmax(z).

    The logits of words are the mean of the topics' logits, so that the distribution of words is a
    product of the topics' own, each to the power of its share. Batch normalization of the logits,
    and of the encoder's outputs, keeps topics from collapsing into one.

    Args:
        base: `Network`, the kind of the encoder.
        dropout: float in [0, 1), part of the shares that training leaves out. Defaults to `0.0`.

    Reference:
        - [Srivastava and Sutton, 2017](https://arxiv.org/abs/1703.01488), ProdLDA
    """

    def __init__(self, base: Network, dropout: float = 0.0) -> None:
        check_dropout("networks.ProductOfExperts", dropout=dropout)
        super().__init__(base)
        self.dropout = dropout

    def encoder(
        self,
        input_shape: Shape,
        output_shapes: Shapes,
        name: str | None = None,
        dtype: Any = None,
        **options: Any,
    ) -> keras.Model:
        """The kind's encoder, its outputs normalized without a scale, as in the authors' code."""
        encoder = self.base.encoder(input_shape, output_shapes, name=name, dtype=dtype, **options)
        tensors = zip(output_shapes, keras.tree.flatten(encoder.output), strict=True)
        outputs = [_normalized(tensor, dtype, f"normalized_{o}") for o, tensor in tensors]
        return network(keras.tree.flatten(encoder.input), outputs, encoder.name)

    def logits(self, z: Any, words: int, dtype: Any) -> Any:
        """The mean of the topics' logits, (batch, topics) -> (batch, words)."""
        shares = layers.Softmax(dtype=dtype)(z)
        if self.dropout:
            shares = layers.Dropout(self.dropout, dtype=dtype)(shares)
        return layers.Dense(words, use_bias=False, dtype=dtype, name=TOPICS)(shares)

    def normalized(self, logits: Any, dtype: Any) -> Any:
        """Batch normalization without a scale."""
        return _normalized(logits, dtype)


def _normalized(tensor, dtype, name=None):
    """Batch normalization without a scale, (batch, units)."""
    normalize = layers.BatchNormalization(scale=False, momentum=MOMENTUM, dtype=dtype, name=name)
    return normalize(tensor)
