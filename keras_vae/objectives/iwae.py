"""Importance weighted bound (Burda et al., 2015), arxiv.org/abs/1509.00519."""

from typing import Any

from keras import ops

from keras_vae.context import Context
from keras_vae.objectives.importance import (
    ImportanceWeighted,
    log_mean_exp,
    normalized,
    weighted_by_player,
    with_gradient_of,
)
from keras_vae.parts import check_choice, check_count
from keras_vae.serialization import register


@register
class IWAE(ImportanceWeighted):
    r"""Importance weighted bound, as a loss: -log (1/k) sum_k p(x, z_k) / q(z_k|x).

    $$
    -\mathbb{E} \log \frac{1}{k} \sum_{i=1}^{k} \frac{p(x, z_i)}{q(z_i|x)} , \quad z_i \sim q(z|x)
    $$

    All k latents of an example are decoded in one go. `reconstruction` and `kl` are the means over
    the draws; the `loss` lies below their sum, the tighter the more draws.

    Args:
        num_samples: int, k. Defaults to `5`.
        gradient: how the encoder's gradient is estimated; the loss and the decoder's gradient are
            the same for all:

            - `"standard"`: the gradient of the loss.
            - `"stl"`, sticking the landing: without the score of log q, whose mean is zero for
              one draw. Its noise vanishes where q is the true posterior; biased for more draws.
            - `"dreg"`, doubly reparameterised: unbiased, and with a noise that does not drown the
              gradient as draws are added. Decodes a second time.

            Defaults to `"standard"`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if `num_samples` is not a positive integer or `gradient` is unknown; when the
            model is made, if `gradient` is not `"standard"` and the posterior, such as a flow,
            gives log q with its own draws only.

    References:
        - [Burda et al., 2015](https://arxiv.org/abs/1509.00519)
        - [Roeder et al., 2017](https://arxiv.org/abs/1703.09194), `"stl"`
        - [Tucker et al., 2018](https://arxiv.org/abs/1810.04152), `"dreg"`
    """

    def __init__(self, num_samples: int = 5, gradient: str = "standard", **kwargs: Any) -> None:
        check_count("objectives.IWAE", num_samples=num_samples)
        check_choice("objectives.IWAE", ("standard", "stl", "dreg"), gradient=gradient)
        super().__init__(**kwargs)
        self.num_samples = num_samples
        self.gradient = gradient

    @property
    def decodes_again(self) -> bool:
        """Whether the gradient is `"dreg"`."""
        return self.gradient == "dreg"

    def bind(self, context: Context) -> None:
        super().bind(context)
        if self.gradient == "standard":
            return
        posterior, _ = context.example_distributions()
        # Such a log q comes with the gradient to the parameters that these estimators leave out.
        if posterior.traits.scores_draws:
            raise ValueError(
                f"objectives.IWAE with gradient={self.gradient!r} needs a posterior that knows log "
                'q of any z, to fix its parameters; with this one, use gradient="standard". '
                f"Received: posterior={type(context.posterior).__name__}, which knows log q of "
                "its own draws only"
            )

    def call(self, trace: Any) -> Any:
        log_weight, terms = self.weigh(trace, fix_posterior=self.gradient != "standard")
        bound = log_mean_exp(log_weight)
        if self.gradient == "dreg":
            # The weights of the decoder's gradient; the encoder's are their squares.
            weights = normalized(log_weight)
            log_joint = self.log_joint_of_decoder(trace)
            surrogate = weighted_by_player(log_weight, log_joint, ops.square(weights), weights)
            bound = with_gradient_of(bound, surrogate)
        return trace.mean(-bound), terms
