"""VaDE, a VAE that clusters (Jiang et al., 2017), arxiv.org/abs/1611.05148."""

from typing import Any

import numpy as np
from keras import ops

from keras_vae import networks
from keras_vae.models.paper import Paper, Parts
from keras_vae.priors import NormalMixture


class VaDE(Paper, family="priors"):
    """VAE with a mixture of normals as prior, each component a cluster of the data.

    The ELBO with the best q(c|x), which is p(c|z), is that of the marginal prior sum_c p(c) p(z|c);
    so the clusters need no term of their own. The KL is estimated at the drawn latent.

    Without a good start all data fall into a few clusters. The paper trains an autoencoder first
    and fits a mixture to its latents; `start_clusters(x)` does the second.

    Args:
        num_clusters: int. Defaults to `10`.

    Reference: [Jiang et al., 2017](https://arxiv.org/abs/1611.05148)

    >>> vae = keras_vae.models.VaDE(x.shape[1:], latent_dim=4, hidden=(64,), seed=0)
    >>> history = vae.fit(x, epochs=1, verbose=0)  # better: the warm start of an autoencoder
    >>> vae.start_clusters(x, seed=0)
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> vae.cluster(x[:3]).shape
    (3,)
    """

    defaults = {"latent_dim": 10, "network": networks.MLP((500, 500, 2000))}
    fixes = {"prior": "its components are the clusters"}

    def own_parts(self, num_clusters: int = 10, *, seed: int | None) -> Parts:
        return Parts(prior=NormalMixture(num_clusters, seed=seed))

    def start_clusters(self, x: Any, condition: Any = None, seed: int | None = None) -> None:
        """Set the prior to a mixture fitted by EM to the posterior's means of examples.

        Args:
            x: array (n, event).
            condition: array (n, condition). Defaults to `None`.
            seed: int, of the fit. Defaults to `None`.

        Raises:
            ImportError: without scikit-learn.
        """
        try:
            from sklearn.mixture import GaussianMixture
        except ImportError as error:
            raise ImportError(
                'start_clusters needs scikit-learn: pip install "keras_vae[datasets]"'
            ) from error
        z = self.encode(x, condition=condition)
        mixture = GaussianMixture(
            self.prior_layer.num_components, covariance_type="diag", random_state=seed
        ).fit(z)
        self.prior_layer.logits.assign(np.log(mixture.weights_))
        self.prior_layer.means.assign(mixture.means_)
        self.prior_layer.log_vars.assign(np.log(mixture.covariances_))

    def cluster_probabilities(self, x: Any, condition: Any = None) -> Any:
        """p(cluster | z) at the posterior's means, (n, clusters).

        Args:
            x: array (n, event).
            condition: array (n, condition). Defaults to `None`.
        """
        z = ops.convert_to_tensor(self.encode(x, condition=condition))
        return ops.convert_to_numpy(self.prior_layer.responsibilities(z))

    def cluster(self, x: Any, condition: Any = None) -> Any:
        """The likeliest cluster of each example, integers (n,).

        Args:
            x: array (n, event).
            condition: array (n, condition). Defaults to `None`.
        """
        return np.argmax(self.cluster_probabilities(x, condition), axis=-1)
