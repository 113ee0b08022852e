"""Sliced Wasserstein autoencoder (Kolouri et al., 2018), arxiv.org/abs/1804.01947."""

from typing import Any

from keras_vae.backend import mean_over_batch
from keras_vae.objectives.matching import prior_draws, sliced_wasserstein
from keras_vae.objectives.objective import NoisyObjective
from keras_vae.parts import check_choice, check_count, check_non_negative
from keras_vae.serialization import register


@register
class SlicedWAE(NoisyObjective):
    """Reconstruction + weight * sliced Wasserstein distance of latents and draws of the prior.

    `distance` is the mean over random directions of the Wasserstein distance in one dimension,
    between the latents of a batch and as many draws of the prior. It is biased upwards, the more
    the smaller the batch.

    Args:
        weight: float >= 0, of the distance. Defaults to `10.0`.
        num_projections: int, random directions, drawn anew at each step. Defaults to `50`.
        power: 1 or 2, of the distances between points. Defaults to `2`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if an argument is out of its range.

    Reference:
        - [Kolouri et al., 2018](https://arxiv.org/abs/1804.01947)
    """

    term_names = ("reconstruction", "distance")
    needs_equal_weights = "its distance compares the latents of the batch with the prior"

    def __init__(
        self, weight: float = 10.0, num_projections: int = 50, power: Any = 2, **kwargs: Any
    ) -> None:
        check_non_negative("objectives.SlicedWAE", weight=weight)
        check_count("objectives.SlicedWAE", num_projections=num_projections)
        check_choice("objectives.SlicedWAE", (1, 2), power=power)
        super().__init__(**kwargs)
        self.weight = self.moving_weight("weight", weight)
        self.num_projections = num_projections
        self.power = power

    def call(self, trace: Any) -> Any:
        seed = self.seed_of(trace)
        reconstruction = mean_over_batch(-trace.log_likelihood())
        draws = prior_draws(trace, seed)
        distance = sliced_wasserstein(trace.z, draws, self.num_projections, self.power, seed)
        terms = {"reconstruction": reconstruction, "distance": distance}
        return reconstruction + self.weight * distance, terms
