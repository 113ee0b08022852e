"""What the papers on importance weighted bounds have in common (Burda et al., 2015)."""

from keras_vae import networks
from keras_vae.models.paper import Paper


class ImportanceWeightedPaper(Paper):
    """Base of the papers whose objective is a bound of many draws, with Burda et al.'s networks."""

    defaults = {"latent_dim": 50, "network": networks.MLP((200, 200), activation="tanh")}
    fixes = {"objective": "the bound is the idea of the paper"}
