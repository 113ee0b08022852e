"""Soft-IntroVAE (Daniel and Tamar, 2021), arxiv.org/abs/2012.13253."""

import dataclasses
from typing import Any

from keras import ops

from keras_vae.context import Context
from keras_vae.distributions import draw
from keras_vae.objectives.critic import sum_of_squares
from keras_vae.objectives.fixed import fixed
from keras_vae.objectives.matching import prior_draws
from keras_vae.objectives.objective import NoisyObjective
from keras_vae.objectives.perceptual import num_elements
from keras_vae.parts import check_non_negative
from keras_vae.serialization import register


@register
class SoftIntro(NoisyObjective):
    r"""ELBO, and a game of encoder and decoder over what the decoder makes.

    The encoder wants a low ELBO of what is generated, the decoder a small KL of it. With D elements
    of x, E(x) the squared error of a reconstruction and KL(x) that of its posterior, both minimise

    $$
    \frac{\beta_{rec} E(x) + \beta_{kl} \mathrm{KL}(x)}{D} ,
    $$

    and for what is made, $y$, from the posterior and from the prior, on average the encoder

    $$
    \frac12 \exp\!\left( -\frac{2}{D} (\beta_{rec} E(y) + \beta_{neg} \mathrm{KL}(y)) \right)
    $$

    and the decoder $\beta_{kl} \mathrm{KL}(y) / D$. `squared_error` is E(x) and `generated_kl` is
    KL(y), means over the batch; `exp_elbo` is the mean of the exponential. `reconstruction` is
    -log p(x|z) of the likelihood, which nobody learns from.

    Args:
        beta_rec: float >= 0, weight of the squared error. Defaults to `1.0`.
        beta_kl: float >= 0, weight of the KL. Defaults to `1.0`.
        beta_neg: float >= 0, weight of the KL of what is made. Defaults to `256.0`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if a weight is negative; in a model, if its posterior passes through the
            decoder.

    Reference:
        - [Daniel and Tamar, 2021](https://arxiv.org/abs/2012.13253), the weights for CIFAR-10. They
          move the encoder first and then the decoder, here both move at once; 1e-8 times the error
          of what is made, in the decoder's loss, is left out.
    """

    term_names = ("reconstruction", "kl", "squared_error", "generated_kl", "exp_elbo")
    needs_equal_weights = None
    needs_all_of_x: str | None = "its encoder judges whole examples"

    def __init__(
        self,
        beta_rec: float = 1.0,
        beta_kl: float = 1.0,
        beta_neg: float = 256.0,
        **kwargs: Any,
    ) -> None:
        owner = "objectives.SoftIntro"
        check_non_negative(owner, beta_rec=beta_rec, beta_kl=beta_kl, beta_neg=beta_neg)
        super().__init__(**kwargs)
        self.beta_rec = self.moving_weight("beta_rec", beta_rec)
        self.beta_kl = self.moving_weight("beta_kl", beta_kl)
        self.beta_neg = self.moving_weight("beta_neg", beta_neg)

    def bind(self, context: Context) -> None:
        super().bind(context)
        if context.posterior.passes_decoder:
            raise ValueError(
                "objectives.SoftIntro needs an encoder and a decoder that are apart, for they are "
                f"its two players. Received: posterior={type(context.posterior).__name__}, which "
                "passes through the decoder"
            )
        self._encode, self._decode = context.encode, context.decode
        self._encoder_layers = context.encoder_layers
        self._decoder_layers = context.decoder_layers

    def call(self, trace: Any) -> Any:
        scale = 1.0 / num_elements(trace.x)
        error = trace.mean(sum_of_squares(trace.x - trace.likelihood.mean))
        kl = trace.mean(trace.kl())
        latents = (ops.stop_gradient(trace.z), prior_draws(trace, self.seed_of(trace)))
        made = [self._decoded(z, trace) for z in latents]
        generated_kl = 0.5 * sum(self._kl_for_the_decoder(y, trace) for y in made)
        exp_elbo = 0.5 * sum(self._exp_elbo(ops.stop_gradient(y), trace, scale) for y in made)
        real = self.beta_rec * error + self.beta_kl * kl
        loss = scale * (real + self.beta_kl * generated_kl) + 0.5 * exp_elbo
        return loss, {
            "reconstruction": ops.stop_gradient(trace.mean(-trace.log_likelihood())),
            "kl": kl,
            "squared_error": error,
            "generated_kl": generated_kl,
            "exp_elbo": exp_elbo,
        }

    def _decoded(self, z, trace):
        return self._decode(z, training=trace.training, **trace.fields).mean

    def _encoded(self, y, trace):
        return self._encode(y, training=trace.training, **trace.fields)

    def _drawn(self, y, q, trace):
        """The trace of what was made, y (batch, event), with a draw of its posterior q."""
        # In no scope of ours: the seeds have to move on.
        z, log_q = draw(q, seed=self.seed_of(trace))
        return dataclasses.replace(trace, x=y, z=z, posterior=q, log_q=log_q)

    def _kl_for_the_decoder(self, y, trace):
        with fixed(self._encoder_layers()):
            q = self._encoded(y, trace)
        return trace.mean(self._drawn(y, q, trace).kl())

    def _exp_elbo(self, y, trace, scale):
        """exp(2 ELBO / D) with the paper's weights; its gradient goes to the encoder alone."""
        again = self._drawn(y, self._encoded(y, trace), trace)
        with fixed(self._decoder_layers()):
            mean = self._decoded(again.z, trace)
        cost = self.beta_rec * sum_of_squares(y - mean) + self.beta_neg * again.kl()
        return trace.mean(ops.exp(-2.0 * scale * cost))
