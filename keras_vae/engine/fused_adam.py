"""Keras' Adam as PyTorch's fused kernel, over Keras' own slot variables."""

import math
from collections.abc import Callable, Sequence

import keras
import torch

from keras_vae.engine.keras_internals import adam_slots, is_plain_adam
from keras_vae.optimizers.players import Players
from keras_vae.typing import Tensor

#: settings of a Keras optimizer that the fused kernel does not know
UNSUPPORTED = (
    "amsgrad",
    "clipnorm",
    "clipvalue",
    "global_clipnorm",
    "weight_decay",
    "use_ema",
    "loss_scale_factor",
    "gradient_accumulation_steps",
)


#: Where a gradient is exactly zero (a unit that has died) its running mean falls by beta_1 at each
#: step, and soon to denormal numbers, which cost a CPU a hundred times as much. So now and then all
#: below this is set to zero: with epsilon at 1e-7, far below the last digit of any step.
LEAST_MEAN = 1e-24
STEPS_BETWEEN = 256


def weight_update(
    optimizer: keras.optimizers.Optimizer, variables: Sequence[keras.Variable]
) -> Callable[[list[torch.Tensor]], None]:
    """A function `gradients -> None` that updates the variables: fused for plain Adam, else Keras'.

    Each of several players is updated by its own optimizer.

    Args:
        optimizer: `keras.optimizers.Optimizer`.
        variables: list of `keras.Variable`, with gradients in their order.
    """
    if isinstance(optimizer, Players):
        return _each_players_update(optimizer, variables)
    if not is_plain_adam(optimizer) or any(getattr(optimizer, a, None) for a in UNSUPPORTED):
        return lambda gradients: optimizer.apply(gradients, variables)
    return _FusedAdam(optimizer, variables)


def _each_players_update(players, variables):
    """The updates of all players, each by its own optimizer."""
    updates = [
        (places, weight_update(optimizer, [variables[i] for i in places]))
        for optimizer, places in players.routes(variables)
    ]

    def update(gradients: list[Tensor]) -> None:
        for places, one in updates:
            one([gradients[i] for i in places])

    return update


class _FusedAdam:
    def __init__(self, optimizer: keras.optimizers.Adam, variables: list[keras.Variable]) -> None:
        self.optimizer = optimizer
        self.weights = [v.value for v in variables]
        self.constrained = [v for v in variables if v.constraint is not None]
        first, second = adam_slots(optimizer, variables)
        self.first, self.second = [v.value for v in first], [v.value for v in second]
        # One tensor for all: the kernel only reads the step.
        step = torch.zeros((), device=self.weights[0].device)
        self.steps = [step] * len(variables)

    def __call__(self, gradients: list[Tensor]) -> None:
        adam = self.optimizer
        rate = float(adam.learning_rate)
        # Keras' own counter, in place: its assign costs more than the kernel.
        step = int(adam.iterations.value.add_(1))
        self.steps[0].fill_(step)
        # torch adds epsilon after the bias correction, Keras before it.
        epsilon = adam.epsilon / math.sqrt(1.0 - adam.beta_2**step)
        torch._fused_adam_(
            self.weights,
            gradients,
            self.first,
            self.second,
            [],
            self.steps,
            lr=rate,
            beta1=adam.beta_1,
            beta2=adam.beta_2,
            weight_decay=0.0,
            eps=epsilon,
            amsgrad=False,
            maximize=False,
        )
        for variable in self.constrained:
            variable.assign(variable.constraint(variable))
        if step % STEPS_BETWEEN == 0:
            for mean in self.first:
                torch.ops.aten.hardshrink.out(mean, LEAST_MEAN, out=mean)
