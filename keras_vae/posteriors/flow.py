"""What the posteriors made by flows share."""

from collections.abc import Sequence
from typing import Any

from keras_vae import distributions
from keras_vae.distributions import Distribution
from keras_vae.parts import check_count, check_range
from keras_vae.posteriors.bounds import bounded
from keras_vae.posteriors.posterior import Posterior
from keras_vae.typing import Shape, Tensor


class FlowPosterior(Posterior):
    """Base of the flow posteriors: a normal, whose draws pass through `num_flows` steps.

    The encoder gives the normal's mean and log-variance, and what the steps need of it. Its draws
    come with their log-density; the KL from any prior is estimated at them. Latents are vectors.

    Args:
        num_flows: int, number of steps.
        log_var_range: pair of float, bounds of the log-variance, so that an untrained or
            diverging encoder gives finite losses. Defaults to `(-30.0, 20.0)`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if `num_flows` is not a positive integer, or `log_var_range` is not an
            increasing pair.
    """

    def __init__(
        self, num_flows: int, log_var_range: tuple[float, float] = (-30.0, 20.0), **kwargs: Any
    ) -> None:
        owner = f"posteriors.{type(self).__name__}"
        check_count(owner, num_flows=num_flows)
        check_range(owner, log_var_range=log_var_range)
        super().__init__(**kwargs)
        self.num_flows = num_flows
        self.log_var_range = log_var_range

    def step_shapes(self, latent_dim: int) -> dict[str, Shape]:
        """The names and shapes of what the steps need, as a dict."""
        raise NotImplementedError

    def flow(self, *parameters: Tensor) -> Any:
        """The flow of what the steps need, tensors (batch, ...) in the order of `step_shapes`."""
        raise NotImplementedError

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """`mean`, `log_var`, and the names of `step_shapes`."""
        return ("mean", "log_var", *self.step_shapes(1))

    def parameter_shapes(self, latent_shape: Shape) -> dict[str, Shape]:
        """`mean` and `log_var`, each of the latent's shape, and what the steps need.

        Raises:
            ValueError: if a latent is not a vector.
        """
        latent_shape = tuple(latent_shape)
        if len(latent_shape) != 1:
            raise ValueError(
                f"The posterior {type(self).__name__} needs latents that are vectors. "
                f"Received: latents of shape {latent_shape}"
            )
        normal = {"mean": latent_shape, "log_var": latent_shape}
        return {**normal, **self.step_shapes(latent_shape[0])}

    def latent_shape(self, shapes: Sequence[Shape]) -> Shape:
        """The mean's shape.

        Raises:
            ValueError: if the encoder's outputs have other shapes than these latents ask for.
        """
        received = [tuple(shape) for shape in shapes]
        expected = self.parameter_shapes(received[0])
        if received != list(expected.values()):
            raise ValueError(
                f"The posterior {type(self).__name__} with latents of shape {received[0]} needs "
                f"encoder outputs of shapes {expected}. Received: outputs of shapes {received}"
            )
        return received[0]

    def call(self, parameters: Any, training: bool = False) -> Distribution:
        mean, log_var, *others = self.unpack(parameters)
        log_var = bounded(log_var, *self.log_var_range)
        base = distributions.Normal(mean, log_var, event_ndim=self.event_ndim)
        return distributions.Transformed(base, self.flow(*others))
