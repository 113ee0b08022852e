"""JointVAE (Dupont, 2018), arxiv.org/abs/1804.00104."""

from keras_vae import posteriors, priors
from keras_vae.models.paper import Paper, Parts, Shape
from keras_vae.objectives import JointCapacity
from keras_vae.parts import check_count


class JointVAE(Paper, family="disentangled"):
    """VAE with continuous and discrete latents, each held at a capacity.

    A latent is a vector: `latent_dim` normal numbers, then a one-hot vector of each categorical
    variable. The capacities grow while training by two callbacks
    `keras_vae.callbacks.LinearCapacity`, one for the variable `"continuous_capacity"` and one for
    `"discrete_capacity"`; without them, they stay.

    Args:
        latent_dim: int, the normal numbers. Defaults to `10`.
        num_categories: tuple of int >= 2, the categories of each categorical variable. Defaults to
            `(10,)`, one of ten.
        gamma: float >= 0, weight of the distances of KL and capacity. Defaults to `30.0`.
        continuous_capacity: float >= 0, in nats. Defaults to `5.0`.
        discrete_capacity: float >= 0, in nats; at most sum log(categories) counts. Defaults to
            `5.0`.
        temperature: float > 0, of the Gumbel-softmax relaxation. Defaults to `0.67`.

    Reference: [Dupont, 2018](https://arxiv.org/abs/1804.00104)

    >>> vae = keras_vae.models.JointVAE(x.shape[1:], 4, num_categories=(10,), hidden=(64,))
    >>> rises = [
    ...     keras_vae.callbacks.LinearCapacity(epochs=9, stop=5.0, variable="continuous_capacity"),
    ...     keras_vae.callbacks.LinearCapacity(epochs=9, stop=5.0, variable="discrete_capacity"),
    ... ]
    >>> history = vae.fit(x, epochs=1, callbacks=rises, verbose=0)
    >>> sorted(history.history)
    ['elbo', 'kl_continuous', 'kl_discrete', 'loss', 'reconstruction']
    >>> vae.encode(x[:3]).shape
    (3, 14)
    """

    defaults = {"latent_dim": 10}
    fixes = {
        "posterior": "its latents are numbers and categories",
        "prior": "its latents are numbers and categories",
        "objective": "the two capacities are the idea of the paper",
    }

    def own_parts(
        self,
        num_categories: Shape = (10,),
        gamma: float = 30.0,
        continuous_capacity: float = 5.0,
        discrete_capacity: float = 5.0,
        temperature: float = 0.67,
        *,
        latent_dim: int,
    ) -> Parts:
        check_count("JointVAE", latent_dim=latent_dim)
        return Parts(
            posterior=posteriors.Joint(num_categories, temperature),
            prior=priors.Joint(num_categories),
            objective=JointCapacity(gamma, continuous_capacity, discrete_capacity),
            latent_dim=latent_dim + sum(num_categories),
        )
