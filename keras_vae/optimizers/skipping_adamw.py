"""AdamW that skips steps whose gradient is large (Child, 2021), arxiv.org/abs/2011.10650."""

from typing import Any

import keras
from keras import ops

from keras_vae.checks import check_positive


@keras.saving.register_keras_serializable("keras_vae", "optimizers.SkippingAdamW")
class SkippingAdamW(keras.optimizers.AdamW):
    """AdamW that leaves all as it is in a step whose gradient is long, NaN or infinite.

    The length is the Euclidean one of all gradients together. A skipped step moves neither weights
    nor the optimizer's own averages, nor those of `use_ema`; `skipped` counts such steps. It works
    in the compiled loop.

    Args:
        learning_rate: float or schedule. Defaults to `2e-4`, the paper's.
        skip_norm: float > 0, length above which a step is skipped. Losses here are sums over an
            example, and the paper's are divided by the numbers in it: its 400 for CIFAR-10 are
            400 * 3072 here. Defaults to `1e6`.
        weight_decay: float. Defaults to `0.01`, the paper's.
        beta_1: float. Defaults to `0.9`, the paper's.
        beta_2: float. Defaults to `0.9`, the paper's.
        epsilon: float. Defaults to `1e-8`.
        **kwargs: passed to `keras.optimizers.AdamW`: `use_ema=True` and `ema_momentum` keep an
            average of the weights, which is in the model when `fit` ends.

    Raises:
        ValueError: if `skip_norm` is not positive.

    Reference:
        - [Child, 2021](https://arxiv.org/abs/2011.10650)

    Example:

    >>> vae.compile(keras_vae.optimizers.SkippingAdamW(1e-3, skip_norm=1e4, use_ema=True))
    >>> history = vae.fit(x, verbose=0)
    >>> int(vae.optimizer.skipped)
    0
    """

    def __init__(
        self,
        learning_rate: Any = 2e-4,
        skip_norm: float = 1e6,
        weight_decay: float = 0.01,
        beta_1: float = 0.9,
        beta_2: float = 0.9,
        epsilon: float = 1e-8,
        **kwargs: Any,
    ) -> None:
        check_positive("optimizers.SkippingAdamW", skip_norm=skip_norm)
        super().__init__(
            learning_rate=learning_rate,
            weight_decay=weight_decay,
            beta_1=beta_1,
            beta_2=beta_2,
            epsilon=epsilon,
            **kwargs,
        )
        self.skip_norm = skip_norm

    def build(self, variables: Any) -> None:
        """Keras' hook: the optimizer's variables, and the number of skipped steps."""
        if self.built:
            return
        super().build(variables)
        self.skipped = self.add_variable((), name="skipped", dtype="float32")

    def apply(self, grads: Any, trainable_variables: Any = None) -> None:
        """One step or none, from gradients in the order of the variables; `None` for those without.

        Args:
            grads: list of tensors.
            trainable_variables: list of `keras.Variable`. Defaults to `None`: those of `build`.
        """
        if trainable_variables is None:
            trainable_variables = self._trainable_variables
        trainable_variables, grads = list(trainable_variables), list(grads)
        if not self.built:
            self.build(trainable_variables)
        keep = [*trainable_variables, *(v for v in self.variables if v is not self.skipped)]
        before = [ops.copy(v) for v in keep]
        takes = _norm(grads) <= self.skip_norm  # false of NaN
        super().apply(grads, trainable_variables)
        for variable, value in zip(keep, before, strict=True):
            variable.assign(ops.where(takes, ops.convert_to_tensor(variable), value))
        self.skipped.assign(self.skipped + ops.cast(ops.logical_not(takes), "float32"))

    def finalize_variable_values(self, var_list: Any) -> None:
        """Keras' hook at the end of `fit`: the average of `use_ema` becomes the weights.

        Not where no step was taken, for there is no average then.
        """
        if int(ops.convert_to_numpy(self.iterations)):
            super().finalize_variable_values(var_list)

    def get_config(self) -> dict[str, Any]:
        """Keras' hook: the constructor's arguments."""
        return {**super().get_config(), "skip_norm": self.skip_norm}


def _norm(gradients):
    # In float32, where squares do not overflow.
    squares = [ops.sum(ops.square(ops.cast(g, "float32"))) for g in gradients if g is not None]
    return ops.sqrt(sum(squares))
