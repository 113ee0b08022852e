"""DIP-VAE (Kumar et al., 2018), arxiv.org/abs/1711.00848."""

import math
from typing import Any

from keras import ops

from keras_vae.backend import mean_over_batch
from keras_vae.context import Context
from keras_vae.objectives.objective import Objective
from keras_vae.parts import check_choice, check_non_negative
from keras_vae.serialization import register


@register
class DIPVAE(Objective):
    r"""ELBO plus penalties that draw the covariance of the latents to the identity.

    $$
    \lambda_{od} \sum_{i \ne j} C_{ij}^2 + \lambda_d \sum_i (C_{ii} - 1)^2
    $$

    `off_diagonal` is the sum of the squared covariances between latent elements, and `diagonal` the
    sum of the squared distances of their variances from one. Of kind 1 the covariance is that of
    the posteriors' means over the batch, of kind 2 that of the aggregated posterior, which adds the
    mean of the posteriors' variances.

    Args:
        kind: 1 or 2. Defaults to `1`.
        off_diagonal: float >= 0, weight. Defaults to `10.0`.
        diagonal: float >= 0, weight. Defaults to `None`: as in the paper ten times `off_diagonal`
            for kind 1, and the same as `off_diagonal` for kind 2.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if `kind` is unknown or a weight is negative.

    Reference:
        - [Kumar et al., 2018](https://arxiv.org/abs/1711.00848)
    """

    term_names = ("reconstruction", "kl", "off_diagonal", "diagonal")
    needs_equal_weights = "it takes the covariance of the batch as a whole"

    def __init__(
        self,
        kind: Any = 1,
        off_diagonal: float = 10.0,
        diagonal: float | None = None,
        **kwargs: Any,
    ) -> None:
        check_choice("objectives.DIPVAE", (1, 2), kind=kind)
        check_non_negative("objectives.DIPVAE", off_diagonal=off_diagonal)
        if diagonal is not None:
            check_non_negative("objectives.DIPVAE", diagonal=diagonal)
        super().__init__(**kwargs)
        self.kind = kind
        self.off_diagonal = self.moving_weight("off_diagonal", off_diagonal)
        if diagonal is None:
            diagonal = off_diagonal * (10.0 if kind == 1 else 1.0)
        self.diagonal = self.moving_weight("diagonal", diagonal)

    def bind(self, context: Context) -> None:
        """Check that the posterior has what the second kind needs.

        Raises:
            ValueError: if `kind` is 2 and the posterior knows no variances.
        """
        posterior, _ = context.example_distributions()
        if self.kind == 2 and not posterior.traits.has_variance:
            raise ValueError(
                "objectives.DIPVAE(kind=2) needs a posterior whose variances are known, such as "
                f"posteriors.Normal(). Received: posterior={type(context.posterior).__name__}; "
                "kind=1 takes any"
            )

    def call(self, trace: Any) -> Any:
        reconstruction = mean_over_batch(-trace.log_likelihood())
        kl = mean_over_batch(trace.kl())
        off_diagonal, diagonal = penalties(self.covariance(trace.posterior))
        loss = reconstruction + kl + self.off_diagonal * off_diagonal + self.diagonal * diagonal
        return loss, {
            "reconstruction": reconstruction,
            "kl": kl,
            "off_diagonal": off_diagonal,
            "diagonal": diagonal,
        }

    def covariance(self, posterior: Any) -> Any:
        """Covariance of the latent elements over the batch, (elements, elements)."""
        means = flat(posterior.mean)
        centred = means - mean_over_batch(means)
        # Divided by the batch's size, not by one less: a batch of one has the covariance 0.
        covariance = mean_over_batch(centred[:, :, None] * centred[:, None, :])
        if self.kind == 1:
            return covariance
        within = mean_over_batch(flat(posterior.variance))
        return covariance + within[:, None] * ops.eye(within.shape[0], dtype=within.dtype)


def flat(values: Any) -> Any:
    """(batch, *latent) -> (batch, elements)."""
    return ops.reshape(values, (-1, math.prod(values.shape[1:])))


def penalties(covariance: Any) -> Any:
    """Sums of squares: of the elements off the diagonal, and of those on it less one."""
    eye = ops.eye(covariance.shape[0], dtype=covariance.dtype)
    off_diagonal = ops.sum(ops.square(covariance * (1.0 - eye)))
    diagonal = ops.sum(ops.square((covariance - 1.0) * eye))
    return off_diagonal, diagonal
