"""VAE/GAN (Larsen et al., 2016), arxiv.org/abs/1512.09300."""

from typing import Any

from keras import ops

from keras_vae.context import Context
from keras_vae.objectives.critic import Critic, default_optimizer, sum_of_squares
from keras_vae.objectives.matching import prior_draws
from keras_vae.objectives.objective import NoisyObjective, Player
from keras_vae.parts import check_count, check_positive
from keras_vae.serialization import register


@register
class VAEGAN(NoisyObjective):
    r"""KL + squared error in the features of a discriminator, which judges what the decoder makes.

    `feature_error` is half the squared distance of the last features of x and of its
    reconstruction, a sum over them: -log p of a normal distribution with variance 1, less its
    constant. `reconstruction` is -log p(x|z) of the likelihood, which nobody learns from. The
    discriminator learns to tell data from reconstructions and from what draws of the
    prior decode to; `discriminator` is its loss, a part of the loss, and `adversarial` what the
    other two lose. All are means over the batch.

    Each player has the gradient of the paper: the encoder that of KL and feature error, the
    decoder that of `gamma` * feature error + adversarial, and the discriminator that of its own
    loss alone. For this the decoder decodes once more. The decoder's loss is divided by `gamma`, of
    which Adam takes no notice.

    Args:
        gamma: float > 0, of the feature error in the decoder's loss. Defaults to `1.0`.
        filters: int, see `networks.discriminator`. Defaults to `64`.
        stages: int, see `networks.discriminator`. Defaults to `3`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if an argument is out of its range.

    Reference:
        - [Larsen et al., 2016](https://arxiv.org/abs/1512.09300); their discriminator's losses at
          reconstructions and at draws of the prior weigh as much as that at data, here half of it
    """

    term_names = ("reconstruction", "kl", "feature_error", "adversarial", "discriminator")
    needs_equal_weights = None
    needs_all_of_x: str | None = "its discriminator looks at whole examples"

    def __init__(
        self, gamma: float = 1.0, filters: int = 64, stages: int = 3, **kwargs: Any
    ) -> None:
        check_positive("objectives.VAEGAN", gamma=gamma)
        check_count("objectives.VAEGAN", filters=filters, stages=stages)
        super().__init__(**kwargs)
        self.gamma = self.moving_weight("gamma", gamma)
        self.discriminator = Critic(filters, stages, "non_saturating", name="discriminator")

    def bind(self, context: Context) -> None:
        super().bind(context)
        self.discriminator.build_once(context.data_shape)
        self._decode = context.decode

    def players(self) -> dict[str, Player]:
        """The discriminator."""
        return {"discriminator": Player(self.discriminator.trainable_variables, default_optimizer)}

    def call(self, trace: Any) -> Any:
        judge = self.discriminator
        features = judge(trace.x, own_weights_learn=False)[0]
        again = judge(trace.likelihood.mean, own_weights_learn=False)[0]
        error = trace.mean(0.5 * sum_of_squares(features - again))
        kl = trace.mean(trace.kl())
        latents = (ops.stop_gradient(trace.z), prior_draws(trace, self.seed_of(trace)))
        made = [self._decode(z, training=trace.training, **trace.fields).mean for z in latents]
        adversarial = 0.5 * sum(trace.mean(judge.judged(x)) for x in made)
        discriminator = trace.mean(judge.loss(trace.x, *made))
        loss = error + kl + adversarial / self.gamma + discriminator
        return loss, {
            "reconstruction": ops.stop_gradient(trace.mean(-trace.log_likelihood())),
            "kl": kl,
            "feature_error": error,
            "adversarial": adversarial,
            "discriminator": discriminator,
        }
