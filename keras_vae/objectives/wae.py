"""Wasserstein autoencoder with MMD (Tolstikhin et al., 2017), arxiv.org/abs/1711.01558."""

from typing import Any

from keras_vae.backend import mean_over_batch
from keras_vae.objectives.matching import SCALES, mmd, prior_draws
from keras_vae.objectives.objective import NoisyObjective
from keras_vae.parts import check_choice, check_non_negative
from keras_vae.serialization import register


@register
class WAE(NoisyObjective):
    """Reconstruction + weight * MMD between the latents of a batch and draws of the prior.

    Not each posterior but all together are to look like the prior, so latents need no noise: see
    `keras_vae.posteriors.Deterministic`. The estimate is unbiased, so it is of either sign, and 0
    for a batch of one.

    Args:
        weight: float >= 0, of the MMD. The paper's 10 on squared errors is 5 on the negative
            log-density of a normal, and more with a smaller scale. Defaults to `10.0`.
        kernel: `"imq"` or `"rbf"`. Defaults to `"imq"`.
        scales: tuple of float, widths of the kernels that are added up, in mean squared distances
            of a standard normal. Defaults to `(0.1, 0.2, 0.5, 1, 2, 5, 10)`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if `weight` is negative or `kernel` is unknown.

    Reference:
        - [Tolstikhin et al., 2017](https://arxiv.org/abs/1711.01558)
    """

    term_names = ("reconstruction", "mmd")
    needs_equal_weights = "its MMD compares the latents of the batch with the prior"

    def __init__(
        self,
        weight: float = 10.0,
        kernel: str = "imq",
        scales: tuple[float, ...] = SCALES,
        **kwargs: Any,
    ) -> None:
        check_non_negative("objectives.WAE", weight=weight)
        check_choice("objectives.WAE", ("imq", "rbf"), kernel=kernel)
        super().__init__(**kwargs)
        self.weight = self.moving_weight("weight", weight)
        self.kernel, self.scales = kernel, scales

    def call(self, trace: Any) -> Any:
        reconstruction = mean_over_batch(-trace.log_likelihood())
        draws = prior_draws(trace, self.seed_of(trace))
        discrepancy = mmd(trace.z, draws, self.kernel, self.scales)
        terms = {"reconstruction": reconstruction, "mmd": discrepancy}
        return reconstruction + self.weight * discrepancy, terms
