"""VAE with a growing capacity (Burgess et al., 2018), arxiv.org/abs/1804.03599."""

from keras_vae.models.paper import Paper, Parts
from keras_vae.objectives import AnnealedCapacity


class AnnealedVAE(Paper, family="disentangled"):
    """VAE whose KL is held at a capacity, which grows while training.

    The callback `keras_vae.callbacks.LinearCapacity` raises the capacity; without it, it stays.

    Args:
        gamma: float >= 0, weight of the distance of KL and capacity. Defaults to `1000.0`,
            meant for a rise over some 100,000 steps; in a few thousand on MNIST, 10 learned more.
        capacity: float >= 0, in nats. Defaults to `25.0`.

    Reference: [Burgess et al., 2018](https://arxiv.org/abs/1804.03599)

    >>> vae = keras_vae.models.AnnealedVAE(x.shape[1:], latent_dim=4, hidden=(64,))
    >>> rise = keras_vae.callbacks.LinearCapacity(epochs=5, stop=25.0)
    >>> history = vae.fit(x, epochs=1, callbacks=[rise], verbose=0)
    >>> float(vae.objective.capacity)
    0.0
    """

    defaults = {"latent_dim": 10}
    fixes = {"objective": "the capacity is the idea of the paper"}

    def own_parts(self, gamma: float = 1000.0, capacity: float = 25.0) -> Parts:
        return Parts(objective=AnnealedCapacity(gamma, capacity))
