"""Bidirectional transformer over codes of which some are hidden (Chang et al., 2022)."""

import math
from typing import Any

import keras
from keras import layers, ops

from keras_vae.networks.autoregressive import Positions, transformer_blocks
from keras_vae.networks.gated_pixel_cnn import code_inputs, from_condition
from keras_vae.typing import Shape, Tensor


def masked_transformer(
    length: int,
    num_codes: int,
    width: int = 128,
    blocks: int = 4,
    heads: int = 4,
    name: str | None = None,
    condition_shape: Shape | None = None,
) -> keras.Model:
    """Transformer that tells hidden codes from all those that it sees (Chang et al., 2022).

    Args:
        length: int, of the sequence.
        num_codes: int; the integer `num_codes` itself stands for a hidden code.
        width: int, the hidden channels. Defaults to `128`.
        blocks: int. Defaults to `4`.
        heads: int, attention heads; must divide `width`. Defaults to `4`.
        name: str, the model's name. Defaults to `None`.
        condition_shape: tuple of int, shape of a condition; zeros stand for none. Defaults to
            `None`.

    Returns:
        A built functional `keras.Model`, integers (batch, length), or a list of them and a
        condition (batch, condition), -> logits (batch, length, num_codes) of the code at each place
        given those that are not hidden.

    Reference:
        - [Chang et al., 2022](https://arxiv.org/abs/2202.04200)
    """
    inputs, condition = code_inputs((length,), condition_shape)
    x = Positions()(layers.Embedding(num_codes + 1, width)(inputs))
    if condition is not None:
        x = layers.Add()([x, from_condition(condition, width, 3)])
    x = transformer_blocks(x, width, blocks, heads, causal=False)
    logits = layers.Dense(num_codes)(layers.LayerNormalization()(x))
    return keras.Model(inputs if condition is None else [inputs, condition], logits, name=name)


class MaskedCodeTrainer(keras.Model):
    """Trains a `masked_transformer`: codes are hidden by the cosine schedule, and asked for.

    Of each example a share cos(pi u / 2) of the places is hidden, with u uniform in [0, 1). The
    loss is the mean over these of -log p(code | what is not hidden), in nats.

    Args:
        network: the `masked_transformer`.
        num_codes: int.
        condition_dropout: float in [0, 1], the part of the examples whose condition is zeros.
        seed: int.
    """

    def __init__(
        self, network: keras.Model, num_codes: int, condition_dropout: float, seed: int
    ) -> None:
        super().__init__()
        self.network = network
        self.num_codes = num_codes
        self.condition_dropout = condition_dropout
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, inputs: Any, training: bool = False) -> tuple[Tensor, Tensor]:
        """Logits (batch, length, num_codes), and which places are hidden, (batch, length)."""
        codes, *conditions = inputs if isinstance(inputs, (list, tuple)) else [inputs]
        hidden = self._hidden(codes)
        shown = ops.where(hidden, self.num_codes, ops.cast(codes, "int32"))
        given = [self._dropped(condition) for condition in conditions]
        logits = self.network([shown, *given] if given else shown, training=training)
        return ops.cast(logits, "float32"), ops.cast(hidden, "float32")

    def _hidden(self, codes):
        batch, length = ops.shape(codes)[0], codes.shape[1]
        share = keras.random.uniform((batch, 1), seed=self.seed_generator)
        count = ops.ceil(ops.cos(0.5 * math.pi * share) * length)  # at least 1
        order = ops.argsort(keras.random.uniform((batch, length), seed=self.seed_generator), -1)
        rank = ops.argsort(order, axis=-1)
        return ops.cast(rank, "float32") < count

    def _dropped(self, condition):
        shape = (ops.shape(condition)[0], *[1] * (len(condition.shape) - 1))
        kept = keras.random.uniform(shape, seed=self.seed_generator) >= self.condition_dropout
        return condition * ops.cast(kept, condition.dtype)

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Tensor:
        """Keras' hook: the mean over the hidden places of each example, and over the examples."""
        logits, hidden = y_pred
        each = keras.losses.sparse_categorical_crossentropy(y, logits, from_logits=True)
        return ops.mean(ops.sum(each * hidden, axis=-1) / ops.sum(hidden, axis=-1))
