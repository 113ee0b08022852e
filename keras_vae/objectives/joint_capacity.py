"""Capacities of continuous and of discrete latents (Dupont, 2018), arxiv.org/abs/1804.00104."""

import math
from typing import Any

from keras import ops

from keras_vae.context import Context
from keras_vae.distributions import Product, kl_divergence
from keras_vae.objectives.objective import Objective
from keras_vae.parts import check_non_negative
from keras_vae.serialization import register


@register
class JointCapacity(Objective):
    """Reconstruction + gamma |KL_z - C_z| + gamma |KL_c - C_c|, for normal and categorical latents.

    KL_z is that of the normal numbers and KL_c that of the categorical variables, both in closed
    form and means over the batch. Without a capacity of their own the discrete latents are not
    used. The capacities are kept in the variables `continuous_capacity` and `discrete_capacity`,
    which `keras_vae.callbacks.LinearCapacity` raises while training; without it, they are constant.

    Args:
        gamma: float >= 0, weight of the distances. Defaults to `30.0`, the paper's for MNIST.
        continuous_capacity: float >= 0, C_z in nats at the start. Defaults to `5.0`.
        discrete_capacity: float >= 0, C_c in nats at the start. More than the categories can hold,
            sum log(categories), counts as that. Defaults to `5.0`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if an argument is negative; when the model is made, if posterior and prior are
            not `Joint`.

    Reference:
        - [Dupont, 2018](https://arxiv.org/abs/1804.00104)
    """

    term_names = ("reconstruction", "kl_continuous", "kl_discrete")
    needs_equal_weights = None
    numbered_variables = ("continuous_capacity", "discrete_capacity")

    def __init__(
        self,
        gamma: float = 30.0,
        continuous_capacity: float = 5.0,
        discrete_capacity: float = 5.0,
        **kwargs: Any,
    ) -> None:
        check_non_negative(
            "objectives.JointCapacity",
            gamma=gamma,
            continuous_capacity=continuous_capacity,
            discrete_capacity=discrete_capacity,
        )
        super().__init__(**kwargs)
        self.gamma = self.moving_weight("gamma", gamma)
        self.continuous_capacity = self.moving_weight("continuous_capacity", continuous_capacity)
        self.discrete_capacity = self.moving_weight("discrete_capacity", discrete_capacity)
        self.most_discrete: float | None = None

    def bind(self, context: Context) -> None:
        posterior, prior = context.example_distributions()
        if not isinstance(posterior, Product) or not isinstance(prior, Product):
            raise ValueError(
                "objectives.JointCapacity needs the posterior Joint and the prior Joint. "
                f"Received: {type(posterior).__name__} and {type(prior).__name__}"
            )
        self.most_discrete = sum(math.log(size) for size in context.posterior.num_categories)

    def call(self, trace: Any) -> Any:
        reconstruction = trace.mean(-trace.log_likelihood())
        normal, *categorical = [
            trace.mean(kl_divergence(q, p))
            for q, p in zip(trace.posterior.parts, trace.prior.parts, strict=True)
        ]
        discrete = sum(categorical)
        reachable = ops.minimum(self.discrete_capacity, self.most_discrete)
        distance = ops.abs(normal - self.continuous_capacity) + ops.abs(discrete - reachable)
        return reconstruction + self.gamma * distance, {
            "reconstruction": reconstruction,
            "kl_continuous": normal,
            "kl_discrete": discrete,
        }
