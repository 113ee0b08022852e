"""Regularized autoencoder (Ghosh et al., 2020), arxiv.org/abs/1903.12436."""

from typing import Any

from keras import ops

from keras_vae import backend
from keras_vae.backend import gradient
from keras_vae.context import Context
from keras_vae.objectives.matching import flat
from keras_vae.objectives.objective import NoisyObjective
from keras_vae.parts import check_choice, check_non_negative
from keras_vae.serialization import register
from keras_vae.typing import Tensor


@register
class RAE(NoisyObjective):
    """Reconstruction + half the square of the code + a penalty that keeps the decoder smooth.

    `code` is half the sum of squares of a code, mean over the batch. `decoder` is, for `"l2"`, the
    sum of squares of the decoder's weights, and for `"gradient"` the mean squared Frobenius norm
    of the Jacobian of the decoded mean by the code, estimated without bias by one random direction
    for each example.

    Args:
        penalty: `"l2"` or `"gradient"`. Defaults to `"l2"`.
        code_weight: float >= 0. Defaults to `1e-4`.
        decoder_weight: float >= 0. Defaults to `1e-7`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if `penalty` is unknown or a weight is negative.

    References:
        - [Ghosh et al., 2020](https://arxiv.org/abs/1903.12436), RAE-L2 and RAE-GP. Their code
          takes the gradient of the *sum* of the pixels, in which opposite changes cancel.
        - Hutchinson, 1989, the estimate
    """

    term_names = ("reconstruction", "code", "decoder")
    needs_equal_weights = None

    def __init__(
        self,
        penalty: str = "l2",
        code_weight: float = 1e-4,
        decoder_weight: float = 1e-7,
        **kwargs: Any,
    ) -> None:
        check_choice("objectives.RAE", ("l2", "gradient"), penalty=penalty)
        check_non_negative("objectives.RAE", code_weight=code_weight, decoder_weight=decoder_weight)
        super().__init__(**kwargs)
        self.penalty = penalty
        self.code_weight = self.moving_weight("code_weight", code_weight)
        self.decoder_weight = self.moving_weight("decoder_weight", decoder_weight)

    def bind(self, context: Context) -> None:
        super().bind(context)
        self._decode = context.decode
        # A function: Keras would count variables kept here as the objective's own.
        self._decoder_weights = context.decoder_weights

    def call(self, trace: Any) -> Any:
        reconstruction = trace.mean(-trace.log_likelihood())
        code = 0.5 * trace.mean(ops.sum(ops.square(flat(trace.z)), axis=-1))
        decoder = self._squared_weights() if self.penalty == "l2" else self._squared_slope(trace)
        loss = reconstruction + self.code_weight * code + self.decoder_weight * decoder
        return loss, {"reconstruction": reconstruction, "code": code, "decoder": decoder}

    def _squared_weights(self):
        weights = (ops.convert_to_tensor(weight) for weight in self._decoder_weights())
        return sum(ops.sum(ops.square(ops.cast(weight, "float32"))) for weight in weights)

    def _squared_slope(self, trace):
        direction = backend.normal(ops.shape(trace.x), seed=self.seed_of(trace))

        def along(z: Tensor) -> Tensor:
            # Not as in training: batch normalization and dropout would tie what they change to this
            # inner gradient.
            mean = self._decode(z, training=False, **trace.fields).mean
            return ops.sum(direction * mean)

        return trace.mean(ops.sum(ops.square(flat(gradient(along, trace.z))), axis=-1))
