"""Partially importance weighted autoencoder (Rainforth et al., 2018), arxiv.org/abs/1802.04537."""

from typing import Any

from keras import ops

from keras_vae.objectives.importance import (
    ImportanceWeighted,
    log_mean_exp,
    normalized,
    weighted_by_player,
    with_gradient_of,
)
from keras_vae.objectives.miwae import grouped
from keras_vae.parts import check_count
from keras_vae.serialization import register


@register
class PIWAE(ImportanceWeighted):
    """Importance weighted bound of m k draws, whose encoder follows m bounds of k draws each.

    The decoder's gradient is that of `IWAE(m * k)`, the tighter bound; the encoder's is that of
    `MIWAE(m, k)`, the one with less noise. The loss shown is the tighter bound's.

    Args:
        num_estimates: int, m. Defaults to `5`.
        num_samples: int, k. Defaults to `5`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if an argument is not a positive integer.

    Reference:
        - [Rainforth et al., 2018](https://arxiv.org/abs/1802.04537)
    """

    decodes_again = True

    def __init__(self, num_estimates: int = 5, num_samples: int = 5, **kwargs: Any) -> None:
        check_count("objectives.PIWAE", num_estimates=num_estimates, num_samples=num_samples)
        super().__init__(**kwargs)
        self.num_estimates = num_estimates
        self.num_samples = num_samples

    @property
    def num_draws(self) -> int:
        """All latents drawn for each example."""
        return self.num_estimates * self.num_samples

    def call(self, trace: Any) -> Any:
        log_weight, terms = self.weigh(trace)
        in_group = normalized(grouped(log_weight, self.num_samples), axis=1) / self.num_estimates
        surrogate = weighted_by_player(
            log_weight,
            self.log_joint_of_decoder(trace),
            encoder_weights=ops.reshape(in_group, ops.shape(log_weight)),
            decoder_weights=normalized(log_weight),
        )
        bound = with_gradient_of(log_mean_exp(log_weight), surrogate)
        return trace.mean(-bound), terms
