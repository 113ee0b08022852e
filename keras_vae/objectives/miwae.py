"""Mean of importance weighted bounds (Rainforth et al., 2018), arxiv.org/abs/1802.04537."""

from typing import Any

from keras import ops

from keras_vae.objectives.importance import ImportanceWeighted, log_mean_exp
from keras_vae.parts import check_count
from keras_vae.serialization import register


@register
class MIWAE(ImportanceWeighted):
    """Mean of m importance weighted bounds of k draws each, as a loss.

    The more draws a single bound has, the more the encoder's gradient drowns in noise; averaging
    bounds lifts it again. (The VAE for missing data of the same name is another thing.)

    Args:
        num_estimates: int, m. Defaults to `5`.
        num_samples: int, k, the draws of each bound. Defaults to `5`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if an argument is not a positive integer.

    Reference:
        - [Rainforth et al., 2018](https://arxiv.org/abs/1802.04537)
    """

    def __init__(self, num_estimates: int = 5, num_samples: int = 5, **kwargs: Any) -> None:
        check_count("objectives.MIWAE", num_estimates=num_estimates, num_samples=num_samples)
        super().__init__(**kwargs)
        self.num_estimates = num_estimates
        self.num_samples = num_samples

    @property
    def num_draws(self) -> int:
        """All latents drawn for each example."""
        return self.num_estimates * self.num_samples

    def call(self, trace: Any) -> Any:
        log_weight, terms = self.weigh(trace)
        bounds = log_mean_exp(grouped(log_weight, self.num_samples), axis=1)  # (estimates, batch)
        return trace.mean(-ops.mean(bounds, axis=0)), terms


def grouped(log_weight: Any, num_samples: int) -> Any:
    """(samples, batch) -> (estimates, num_samples, batch)."""
    estimates = log_weight.shape[0] // num_samples
    return ops.reshape(log_weight, (estimates, num_samples, -1))
