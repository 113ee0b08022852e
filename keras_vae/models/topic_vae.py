"""ProdLDA and NVDM, topic models (Srivastava and Sutton, 2017; Miao et al., 2016)."""

from collections.abc import Sequence
from typing import Unpack

import numpy as np

from keras_vae import networks
from keras_vae.checks import check_choice, check_count
from keras_vae.likelihoods import Multinomial
from keras_vae.models.paper import Paper, PaperOptions, Shape
from keras_vae.networks import LogLinearTopics, Network, OfCounts, ProductOfExperts
from keras_vae.priors import LaplaceDirichlet, StandardNormal
from keras_vae.serialization import register
from keras_vae.typing import ArrayLike

#: far enough for softmax(z) to be all of one topic
_FAR = 1e3


@register
class TopicVAE(Paper):
    """VAE of word counts whose latents are topics, each with its own words.

    With `kind="prodlda"` softmax(z) is a document's shares of topics under the Laplace
    approximation of a Dirichlet prior, and the words' distribution is a product of the topics' own.
    With `kind="nvdm"` the prior is standard normal and the logits of words are linear in z.

    x holds the counts of the words of each document, as an array or `scipy.sparse`. Negative
    numbers and fractions are refused. A document without words teaches nothing.
    `keras_vae.evaluation` has `perplexity`, `topic_coherence` and `topic_diversity`.

    Args:
        num_topics: int, number of latents. Defaults to `50`.
        kind: `"prodlda"` or `"nvdm"`. Defaults to `"prodlda"`.
        concentration: float > 0, of the Dirichlet prior of ProdLDA. Defaults to `1.0`.
        dropout: float in [0, 1), part of a document's shares of topics that training leaves out,
            in ProdLDA. Defaults to `0.6`, as in the authors' code.
        log_counts: bool, whether the encoder sees log(1 + x), which a few long documents do not
            throw far off. Defaults to `False`, the counts, as in both papers.

    Raises:
        ValueError: if an argument is out of its range.

    References:
        - [Srivastava and Sutton, 2017](https://arxiv.org/abs/1703.01488)
        - [Miao et al., 2016](https://arxiv.org/abs/1511.06038), `kind="nvdm"`

    Example:

    >>> x = np.random.default_rng(0).poisson(0.5, (64, 20))
    >>> vae = keras_vae.models.TopicVAE((20,), num_topics=3, hidden=(8,), seed=0)
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> vae.topics().shape, len(vae.top_words([f"word {i}" for i in range(20)], k=4)[0])
    ((3, 20), 4)
    """

    family = "counts"
    defaults = {"network": networks.MLP((100, 100), activation="softplus")}
    fixes = {
        "likelihood": "a document's words are multinomial",
        "prior": "it is what `kind` says of topics",
    }

    def __init__(
        self,
        data_shape: Shape,
        num_topics: int = 50,
        kind: str = "prodlda",
        concentration: float = 1.0,
        dropout: float = 0.6,
        log_counts: bool = False,
        **kwargs: Unpack[PaperOptions],
    ) -> None:
        check_choice("TopicVAE", ("prodlda", "nvdm"), kind=kind)
        check_count("TopicVAE", num_topics=num_topics)
        product = kind == "prodlda"

        def adapt(network: Network) -> Network:
            base = OfCounts(network, shares=False) if log_counts else network
            return ProductOfExperts(base, dropout) if product else LogLinearTopics(base)

        super().__init__(
            data_shape,
            num_topics,
            fixed={
                "likelihood": Multinomial(size_factor="total"),
                "prior": LaplaceDirichlet(concentration) if product else StandardNormal(),
            },
            adapt=adapt,
            **kwargs,
        )
        self.kind = kind

    def topics(self, condition: ArrayLike = None) -> np.ndarray:
        """p(word | topic), the words' distribution in a document of one topic alone.

        NVDM's latents are real numbers; its topics are documents with one latent at 1, the others
        at 0.

        Args:
            condition: one label or row, of conditional models. Defaults to `None`.

        Returns:
            Array (topics, words); words in the order of the flattened `data_shape`.
        """
        z = np.eye(self.latent_shape[0], dtype="float32")
        means = self.decode(_FAR * z if self.kind == "prodlda" else z, condition=condition)
        means = means.reshape(len(z), -1)
        return means / means.sum(axis=1, keepdims=True)

    def top_words(
        self,
        vocabulary: Sequence[str] | None = None,
        k: int = 10,
        condition: ArrayLike = None,
    ) -> list[list[str]] | np.ndarray:
        """The `k` likeliest words of each topic, the likeliest one first.

        Args:
            vocabulary: sequence of str, the words in the order of the columns of x. Defaults to
                `None`: their numbers.
            k: int, at most the number of words. Defaults to `10`.
            condition: see `topics`. Defaults to `None`.

        Returns:
            List of a list of words for each topic; without a vocabulary an integer array
            (topics, k), as `keras_vae.evaluation.topic_coherence` takes it.

        Raises:
            ValueError: if `k` is not a positive integer, or more than the words, or if the
                vocabulary has another number of words than x.
        """
        check_count("top_words", k=k)
        topics = self.topics(condition)
        num_words = topics.shape[1]
        if k > num_words:
            raise ValueError(f"top_words needs k <= {num_words}, the words. Received: k={k}")
        if vocabulary is not None and len(vocabulary) != num_words:
            raise ValueError(
                f"top_words needs a vocabulary of {num_words} words, one for each column. "
                f"Received: {len(vocabulary)} words"
            )
        words = np.argsort(-topics, axis=1, kind="stable")[:, :k]
        if vocabulary is None:
            return words
        return [[str(vocabulary[word]) for word in topic] for topic in words]
