"""Mult-VAE, which recommends (Liang et al., 2018), arxiv.org/abs/1802.05814."""

from typing import Any, Unpack

import keras
import numpy as np

from keras_vae import networks
from keras_vae.checks import check_count
from keras_vae.likelihoods import Multinomial
from keras_vae.models.data_sets import over_data_sets
from keras_vae.models.paper import Paper, PaperOptions, Shape
from keras_vae.networks import Corrupted
from keras_vae.networks.checks import check_dropout
from keras_vae.objectives import ELBO
from keras_vae.serialization import register
from keras_vae.typing import ArrayLike


@register
class MultVAE(Paper):
    """VAE of what users have chosen, which ranks what they have not chosen yet.

    A row of x holds a user's zeros and ones, or counts, of items; the likelihood is multinomial.
    The encoder sees rows of length one, and in training without a share of their entries, so that
    it learns to tell what is missing. `recommend(x, k)` gives the best items without those that a
    user has; `score_items(x)` the scores of all, for `keras_vae.evaluation.recall_at_k` and
    `ndcg_at_k`.

    The paper raises the KL's weight from 0 to `beta`:
    `callbacks=[keras_vae.callbacks.LinearKLWarmup(epochs, stop=vae.objective.beta)]`.

    x may be sparse (`scipy.sparse`). Negative numbers and fractions are refused. A row of zeros
    teaches nothing, and gets the scores of what is popular.

    Args:
        beta: float >= 0, weight of the KL. Defaults to `0.2`, the paper's.
        dropout: float in [0, 1), share of the entries that the encoder does not see in training.
            Defaults to `0.5`.

    Raises:
        ValueError: if `beta` or `dropout` is out of its range.

    Reference:
        - [Liang et al., 2018](https://arxiv.org/abs/1802.05814)

    Example:

    >>> x = np.random.default_rng(0).binomial(1, 0.2, (64, 20))
    >>> vae = keras_vae.models.MultVAE((20,), latent_dim=4, hidden=(8,), seed=0)
    >>> vae.compile("adam")
    >>> warmup = keras_vae.callbacks.LinearKLWarmup(1, stop=0.2)
    >>> history = vae.fit(x, epochs=1, callbacks=[warmup], verbose=0)
    >>> items = vae.recommend(x[:3], k=5)
    >>> items.shape, int(x[0, items[0]].sum())
    ((3, 5), 0)
    """

    family = "counts"
    defaults = {"network": networks.MLP((600,), activation="tanh")}
    fixes = {
        "likelihood": "the multinomial is the idea of the paper",
        "objective": "`beta` weighs its KL",
    }

    def __init__(
        self,
        data_shape: Shape,
        latent_dim: int = 200,
        beta: float = 0.2,
        dropout: float = 0.5,
        **kwargs: Unpack[PaperOptions],
    ) -> None:
        check_dropout("MultVAE", dropout=dropout)
        seed = kwargs.get("seed")
        super().__init__(
            data_shape,
            latent_dim,
            fixed={"likelihood": Multinomial(size_factor="total"), "objective": ELBO(beta=beta)},
            adapt=lambda network: Corrupted(network, _seen(data_shape, dropout, seed)),
            **kwargs,
        )

    @over_data_sets()
    def score_items(
        self,
        x: Any,
        condition: ArrayLike = None,
        known: bool = False,
        batch_size: int | None = None,
        verbose: Any = "auto",
    ) -> np.ndarray:
        """log p(item) of every item for each user, at the posterior's mean.

        Args:
            x: as in `fit`, what each user has.
            condition: array (n, condition) or labels (n,). Defaults to `None`.
            known: bool, whether items that a user has keep their scores. Defaults to `False`: they
                have the score `-inf`.
            batch_size, verbose: see `Inference`.

        Returns:
            Array (n, items), in nats; items in the order of the flattened `data_shape`.
        """
        inputs = self.prepare(x, condition, in_support=True)
        rows, fields = (inputs.pop("x"), inputs) if isinstance(inputs, dict) else (inputs, {})
        common = {"batch_size": batch_size, "verbose": verbose}
        z = self.encode({"x": rows, **fields}, **common)
        latents = self._latents(z, fields.get("condition"))
        (logits,) = self.likelihood_layer.unpack(self.program("decoder").run(latents, **common))
        scores = logits.reshape(len(rows), -1)
        scores = scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)
        return scores if known else np.where(rows.reshape(scores.shape) > 0, -np.inf, scores)

    @over_data_sets()
    def recommend(
        self,
        x: Any,
        k: int = 10,
        condition: ArrayLike = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
    ) -> np.ndarray:
        """The `k` best items that each user does not have, the best one first.

        Args:
            x: as in `fit`, what each user has.
            k: int, at most the number of items. Defaults to `10`.
            condition: array (n, condition) or labels (n,). Defaults to `None`.
            batch_size, verbose: see `Inference`.

        Returns:
            Integer array (n, k), the items' places in the flattened `data_shape`; -1 where a user
            has all items but fewer than `k`.

        Raises:
            ValueError: if `k` is not a positive integer, or more than the items.
        """
        check_count("recommend", k=k)
        num_items = int(np.prod(self.data_shape))
        if k > num_items:
            raise ValueError(f"recommend needs k <= {num_items}, the items. Received: k={k}")
        scores = self.score_items(x, condition, batch_size=batch_size, verbose=verbose)
        items = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        return np.where(np.isfinite(np.take_along_axis(scores, items, axis=1)), items, -1)


def _seen(data_shape, dropout, seed):
    """What the encoder sees of a row: of length one, without a share of it in training."""
    axes = tuple(range(-len(data_shape), 0))
    unit = keras.layers.UnitNormalization(axis=axes, dtype="float32", name="unit_row")
    if not dropout:
        return unit
    drop = keras.layers.Dropout(dropout, seed=seed, dtype="float32", name="unseen")
    return lambda rows: drop(unit(rows))
