"""Adversarial autoencoder (Makhzani et al., 2015), arxiv.org/abs/1511.05644."""

from keras_vae import objectives
from keras_vae.models.paper import Paper, Parts, Shape


class AdversarialAutoencoder(Paper, family="matching"):
    """Autoencoder whose latents a discriminator cannot tell from the prior.

    Both players learn in one step with one optimizer. Without noise in the latents there is no
    log-likelihood.

    Args:
        weight: float >= 0, of the adversarial term. Defaults to `1.0`.
        discriminator_hidden: tuple of int, widths of the discriminator's layers. Defaults to
            `(1000, 1000)`.
        gradient_penalty: float >= 0, of the discriminator's squared slope at draws of the prior,
            which the paper has not, and without which the players may never settle. Defaults to
            `1.0`.

    References:
        - [Makhzani et al., 2015](https://arxiv.org/abs/1511.05644)
        - [Mescheder et al., 2018](https://arxiv.org/abs/1801.04406), the penalty

    >>> vae = keras_vae.models.AdversarialAutoencoder(
    ...     x.shape[1:], latent_dim=4, hidden=(64,), discriminator_hidden=(32,)
    ... )
    """

    defaults = {"latent_dim": 8, "posterior": "deterministic", "likelihood": "normal"}
    fixes = {"objective": "the discriminator is the idea of the paper"}

    def own_parts(
        self,
        weight: float = 1.0,
        discriminator_hidden: Shape = (1000, 1000),
        gradient_penalty: float = 1.0,
    ) -> Parts:
        objective = objectives.AAE(weight, discriminator_hidden, gradient_penalty)
        return Parts(objective=objective)
