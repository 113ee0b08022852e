"""Players that share a loss, each with an optimizer of its own."""

from collections.abc import Mapping, Sequence
from typing import Any

import keras


@keras.saving.register_keras_serializable("keras_vae", "optimizers.Players")
class Players(keras.optimizers.Optimizer):
    """Hands each variable's gradient to the optimizer of the player that the variable belongs to.

    `VAE.compile` makes one for objectives with players, such as a discriminator. Each optimizer
    has its own learning rate, slots, clipping and weight decay, and sees its own gradients only.
    All players move in one step, from gradients at the same weights. `learning_rate` and
    `iterations` are those of the main optimizer, which callbacks such as `ReduceLROnPlateau` move.

    Args:
        main: `keras.optimizers.Optimizer` of all variables that belong to no player.
        players: dict of a player's name to its `keras.optimizers.Optimizer`.
        owned: dict of a player's name to the list of its variables.
        name: str. Defaults to `"players"`.

    Raises:
        ValueError: if an optimizer scales the loss, or serves more than one player.
    """

    def __init__(
        self,
        main: keras.optimizers.Optimizer,
        players: Mapping[str, keras.optimizers.Optimizer],
        owned: Mapping[str, Sequence[keras.Variable]],
        name: str = "players",
    ) -> None:
        super().__init__(learning_rate=0.0, name=name)
        _check_members([main, *players.values()])
        self.main = main
        self.players = dict(players)
        self._owner = {id(v): player for player, owned_by in owned.items() for v in owned_by}

    def routes(
        self, variables: Sequence[keras.Variable]
    ) -> list[tuple[keras.optimizers.Optimizer, list[int]]]:
        """Pairs of an optimizer and the places of its variables among these, none of them empty."""
        places: dict = {}
        for place, variable in enumerate(variables):
            places.setdefault(self._owner.get(id(variable)), []).append(place)
        names = [None, *self.players]
        return [(self._member(name), places[name]) for name in names if name in places]

    def _member(self, name):
        return self.main if name is None else self.players[name]

    def build(self, variables: Any) -> None:
        variables = list(variables)
        for optimizer, places in self.routes(variables):
            optimizer.build([variables[i] for i in places])
        super().build(variables)

    @property
    def variables(self) -> Any:
        """The variables of all optimizers, the main one's first."""
        return [v for o in (self.main, *self.players.values()) for v in o.variables]

    def apply(self, grads: Any, trainable_variables: Any = None) -> None:
        """One step of each player, from gradients in the order of the variables."""
        if trainable_variables is None:
            trainable_variables = self._trainable_variables
        trainable_variables, grads = list(trainable_variables), list(grads)
        if not self.built:
            self.build(trainable_variables)
        for optimizer, places in self.routes(trainable_variables):
            optimizer.apply([grads[i] for i in places], [trainable_variables[i] for i in places])

    def finalize_variable_values(self, var_list: Any) -> None:
        for optimizer, places in self.routes(list(var_list)):
            optimizer.finalize_variable_values([var_list[i] for i in places])

    @property
    def learning_rate(self) -> Any:
        """The main optimizer's learning rate."""
        return self.main.learning_rate

    @learning_rate.setter
    def learning_rate(self, learning_rate: Any) -> None:
        self.main.learning_rate = learning_rate

    @property
    def iterations(self) -> Any:
        """The main optimizer's number of steps."""
        return self.main.iterations

    def save_own_variables(self, store: Any) -> None:
        """Nothing: Keras finds the optimizers, and saves each."""

    def load_own_variables(self, store: Any) -> None:
        """Nothing: Keras finds the optimizers, and loads each."""

    def get_config(self) -> Any:
        serialize = keras.saving.serialize_keras_object
        players = {name: serialize(optimizer) for name, optimizer in self.players.items()}
        return {"name": self.name, "main": serialize(self.main), "players": players}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        raise ValueError(
            "Players is made by VAE.compile(optimizer, discriminator_optimizer=...), which knows "
            "whose variables are whose. It cannot be made from a config alone."
        )


def _check_members(optimizers):
    if len({id(optimizer) for optimizer in optimizers}) < len(optimizers):
        raise ValueError(
            "Each player needs an optimizer of its own. Received: one optimizer for two players"
        )
    for optimizer in optimizers:
        scales = isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
        if scales or optimizer.loss_scale_factor:
            raise ValueError(
                "Players share one loss, which no player may scale: leave out loss_scale_factor, "
                f"and LossScaleOptimizer, which mixed precision adds. Received: {optimizer!r}"
            )
