"""InfoVAE (Zhao et al., 2017), arxiv.org/abs/1706.02262."""

from typing import Any

from keras_vae.backend import mean_over_batch
from keras_vae.objectives.matching import SCALES, mmd, prior_draws
from keras_vae.objectives.objective import NoisyObjective
from keras_vae.parts import check_choice, check_finite
from keras_vae.serialization import register


@register
class InfoVAE(NoisyObjective):
    r"""Reconstruction + (1 - alpha) KL + (alpha + lambd - 1) MMD of aggregate and prior.

    $$
    -\mathbb{E} \log p(x|z) + (1 - \alpha)\, \mathrm{KL}(q(z|x) \,\|\, p(z))
    + (\alpha + \lambda - 1)\, \mathrm{MMD}^2(q(z), p(z))
    $$

    The maximum mean discrepancy between the latents of a batch and as many draws of the prior is
    unbiased, so its estimates are of either sign, and 0 for a batch of one.

    Args:
        alpha: float <= 1; at 1 the KL drops out, and z keeps all information on x that it can.
            Defaults to `0.0`.
        lambd: float >= 1 - alpha. Defaults to `10.0`. The paper's 1,000 goes with its kernel,
            exp(-d^2 / elements^2), which for ten elements is 7 to 170 times less sensitive: beside
            the kernels here it leaves nothing in z but the prior.
        kernel: `"imq"` or `"rbf"`. Defaults to `"imq"`.
        scales: tuple of float, widths of the kernels that are added up, in mean squared distances
            of a standard normal. Defaults to `(0.1, 0.2, 0.5, 1, 2, 5, 10)`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if a weight would be negative, so that training drove aggregate and prior
            apart; or if `kernel` is unknown.

    Reference:
        - [Zhao et al., 2017](https://arxiv.org/abs/1706.02262)
    """

    term_names = ("reconstruction", "kl", "mmd")
    needs_equal_weights = "its MMD compares the latents of the batch with the prior"

    def __init__(
        self,
        alpha: float = 0.0,
        lambd: float = 10.0,
        kernel: str = "imq",
        scales: tuple[float, ...] = SCALES,
        **kwargs: Any,
    ) -> None:
        check_finite("objectives.InfoVAE", alpha=alpha, lambd=lambd)
        check_choice("objectives.InfoVAE", ("imq", "rbf"), kernel=kernel)
        if alpha > 1 or alpha + lambd - 1 < 0:
            raise ValueError(
                "objectives.InfoVAE needs 1 - alpha >= 0 and alpha + lambd - 1 >= 0, the weights "
                "of KL and MMD: a negative one would maximise it. "
                f"Received: alpha={alpha}, lambd={lambd}"
            )
        super().__init__(**kwargs)
        self.alpha = alpha
        self.lambd = self.moving_weight("lambd", lambd)
        self.kernel, self.scales = kernel, scales

    def call(self, trace: Any) -> Any:
        reconstruction = mean_over_batch(-trace.log_likelihood())
        kl = mean_over_batch(trace.kl())
        draws = prior_draws(trace, self.seed_of(trace))
        discrepancy = mmd(trace.z, draws, self.kernel, self.scales)
        loss = reconstruction + (self.alpha + self.lambd - 1.0) * discrepancy
        if self.alpha != 1:
            loss = loss + (1.0 - self.alpha) * kl
        return loss, {"reconstruction": reconstruction, "kl": kl, "mmd": discrepancy}
