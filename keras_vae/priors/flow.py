"""What the priors made by flows share."""

from typing import Any

import keras
from keras import ops

from keras_vae import distributions
from keras_vae.distributions import Distribution
from keras_vae.parts import check_count
from keras_vae.priors.prior import Prior, log_square
from keras_vae.typing import Shape


class FlowPrior(Prior):
    """Base of the flow priors: standard normal noise, passed through `num_flows` learned steps.

    It starts at N(0, 1), and is learned with the model; its KL is estimated at the drawn latent.
    Latents are vectors.

    Args:
        num_flows: int, number of steps.
        hidden: tuple of int, widths of the hidden layers in each step's network.
        activation: name or function, of these layers.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if a size is not a positive integer.
    """

    def __init__(self, num_flows: int, hidden: Shape, activation: Any, **kwargs: Any) -> None:
        owner = f"priors.{type(self).__name__}"
        check_count(owner, num_flows=num_flows)
        super().__init__(**kwargs)
        self.num_flows = num_flows
        self.hidden = hidden
        self.activation = activation

    def make_networks(self, *args: Any, **kwargs: Any) -> list[keras.Model]:
        """The steps' networks, built, of `(num_flows, latent_dim, hidden=, activation=)`."""
        raise NotImplementedError

    def flow(self) -> Any:
        """The flow from noise to latents."""
        raise NotImplementedError

    def build(self, event_shape: Shape) -> None:
        super().build(event_shape)
        if len(self.event_shape) != 1:
            raise ValueError(
                f"The prior {type(self).__name__} needs latents that are vectors. "
                f"Received: latents of shape {self.event_shape}"
            )
        self.networks = self.make_networks(
            self.num_flows, *self.event_shape, hidden=self.hidden, activation=self.activation
        )

    def distribution(self, temperature: float = 1.0) -> Distribution:
        """`keras_vae.distributions.Transformed`; its mean is the flow of zero.

        Args:
            temperature: float, factor on the *noise's* standard deviation. Defaults to `1.0`.
        """
        mean = ops.zeros(self.event_shape, dtype="float32")
        log_var = ops.full(self.event_shape, log_square(temperature), dtype="float32")
        noise = distributions.Normal(mean, log_var, event_ndim=self.event_ndim)
        return distributions.Transformed(noise, self.flow())
