"""Normal likelihood with the optimal variance (Rybkin et al., 2021), arxiv.org/abs/2006.13202."""

from typing import Any

from keras import ops

from keras_vae.backend import mean_over_batch
from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.likelihoods.normal import normal_with_shared_log_var
from keras_vae.parts import check_non_negative, check_positive
from keras_vae.serialization import register
from keras_vae.typing import Shape


@register
class OptimalNormal(Likelihood):
    r"""Normal likelihood whose one variance is the mean squared error, its closed-form optimum.

    $$
    \sigma^{*2} = \frac{1}{D}\, \mathbb{E} \sum_{i=1}^{D} (x_i - \mu_i)^2
    $$

    In training the variance is that of the batch. A density must not depend on the data that it
    scores, so everything else (evaluation, log-likelihoods, draws) uses a running average of the
    training batches' optimum, kept in a weight.

    Args:
        min_scale: float, least standard deviation. Defaults to `1e-3`, a quarter of a grey level.
        momentum: float in [0, 1), of the running average. Defaults to `0.99`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if `min_scale` is not positive or `momentum` outside [0, 1).

    Reference:
        - [Rybkin et al., 2021](https://arxiv.org/abs/2006.13202), the optimal sigma-VAE
    """

    takes_observed = True

    def __init__(self, min_scale: float = 1e-3, momentum: float = 0.99, **kwargs: Any) -> None:
        check_positive("likelihoods.OptimalNormal", min_scale=min_scale)
        check_non_negative("likelihoods.OptimalNormal", momentum=momentum)
        if momentum >= 1:
            raise ValueError(
                f"likelihoods.OptimalNormal needs 0 <= momentum < 1. Received: momentum={momentum}"
            )
        super().__init__(**kwargs)
        self.min_scale = min_scale
        self.momentum = momentum

    def build(self, event_shape: Shape) -> None:
        super().build(event_shape)
        # Sum and weight of the average apart, as in Adam: right from the first step on.
        self.weighted_variance = self.scalar_weight("weighted_variance", 0.0, trainable=False)
        self.weight = self.scalar_weight("weight", 0.0, trainable=False)

    def parameter_shapes(self, data_shape: Shape) -> Any:
        """`mean`, of the data's shape."""
        return {"mean": tuple(data_shape)}

    @property
    def variance(self) -> Any:
        """The running average of the optimal variance, a scalar; 1 before any training."""
        weight = ops.convert_to_tensor(self.weight)
        average = self.weighted_variance / ops.maximum(weight, 1.0 - self.momentum)
        return ops.where(weight > 0, average, 1.0)

    def call(
        self, parameters: Any, x: Any = None, training: bool = False, observed: Any = None
    ) -> Any:
        (mean,) = self.unpack(parameters)
        if training and x is not None:
            variance = self._fit(mean, x, observed)
        else:
            variance = self.variance
        log_var = ops.log(ops.maximum(variance, self.min_scale**2))
        return normal_with_shared_log_var(mean, log_var, self.event_ndim)

    def _fit(self, mean, x, observed):
        """The batch's mean squared error where x is observed; averages it into the running one."""
        # At its optimum the loss has no gradient in the variance, so none is needed through it.
        squares = ops.stop_gradient(ops.square(x - mean))
        if observed is None:
            variance = self._batch_mean(squares)
        else:
            observed = ops.broadcast_to(observed, ops.shape(squares))
            # A batch without any observed value says nothing: its sum is zero as well.
            share = ops.maximum(self._batch_mean(observed), 1e-12)
            variance = self._batch_mean(observed * squares) / share
        for average, value in ((self.weighted_variance, variance), (self.weight, 1.0)):
            average.assign(self.momentum * average + (1.0 - self.momentum) * value)
        return variance

    def _batch_mean(self, values):
        batch_axis = len(values.shape) - self.event_ndim - 1
        return ops.mean(mean_over_batch(ops.moveaxis(values, batch_axis, 0)))
