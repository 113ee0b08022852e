"""The optimizers of a model whose objective has players, such as a discriminator."""

from typing import Any

import keras

from keras_vae.objectives.objective import Objective
from keras_vae.optimizers.players import Players

#: an optimizer's name that trains a player with the model's own optimizer
SHARED = "shared"


def join_players(owner: str, objective: Objective, optimizer: Any, asked: dict[str, Any]) -> Any:
    """The model's optimizer, or one for all players if the objective has some.

    Args:
        owner: str, the model's class; for errors.
        objective: the objective, which says who plays, and with which optimizer by default.
        optimizer: name or `keras.optimizers.Optimizer`, the model's own.
        asked: dict of a player's name to a name or an optimizer, `"shared"`, or `None` for the
            default.

    Raises:
        ValueError: if the objective has no such player, or an optimizer serves two players.
    """
    players = objective.players()
    unknown = [name for name, value in asked.items() if value is not None and name not in players]
    if unknown:
        raise ValueError(
            f"{owner} has no {unknown[0]}: its objective {type(objective).__name__} has "
            f"{'the players ' + str(list(players)) if players else 'no second player'}. "
            f"Received: {unknown[0]}_optimizer={asked[unknown[0]]!r}"
        )
    own = {
        name: player.default_optimizer()
        if asked.get(name) is None
        else keras.optimizers.get(asked[name])
        for name, player in players.items()
        if asked.get(name) != SHARED
    }
    if not own:
        return optimizer
    return _around(keras.optimizers.get(optimizer), own, players)


def _around(optimizer, own, players):
    """`Players` around an optimizer, and within a loss scale that was asked for."""
    if not isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        return Players(optimizer, own, {name: players[name].variables for name in own})
    return keras.optimizers.LossScaleOptimizer(
        _around(optimizer.inner_optimizer, own, players),
        initial_scale=optimizer.initial_scale,
        dynamic_growth_steps=optimizer.dynamic_growth_steps,
    )


def compile_config(optimizer: keras.optimizers.Optimizer, objective: Objective) -> dict[str, Any]:
    """What a file keeps of a compiled model's optimizers: the arguments of `compile`."""
    config = {f"{name}_optimizer": SHARED for name in objective.players()}
    inner = optimizer
    if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        # Mixed precision adds it again.
        inner = optimizer.inner_optimizer
    if not isinstance(inner, Players):
        return config
    serialize = keras.saving.serialize_keras_object
    own = {f"{name}_optimizer": serialize(player) for name, player in inner.players.items()}
    return {**config, **own, "optimizer": serialize(inner.main)}
