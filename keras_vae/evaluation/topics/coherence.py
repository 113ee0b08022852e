"""Coherence of topics: normalized pointwise mutual information (Bouma, 2009; Lau et al., 2014)."""

from typing import Any

import numpy as np

from keras_vae.evaluation.estimate import Estimate
from keras_vae.inputs import read_array
from keras_vae.typing import Array, ArrayLike


def topic_coherence(top_words: ArrayLike, documents: Any) -> Estimate:
    r"""NPMI of the pairs of a topic's top words, mean over the pairs.

    $$
    \mathrm{NPMI}(i, j) = \log \frac{p(i, j)}{p(i)\, p(j)} \Big/ \big(-\log p(i, j)\big)
    $$

    where p(i) is the share of documents with the word i, and p(i, j) that of those with both. It is
    -1 for words that never meet, 0 for words that meet by chance, 1 for words that come together
    only. Papers differ in the documents (those of training, of test, another corpus), in the number
    of words, and in what counts as meeting: compare numbers of one protocol only.

    Args:
        top_words: integer array (topics, words), columns of `documents`, as
            `keras_vae.models.TopicVAE.top_words` gives it.
        documents: array or `scipy.sparse` (documents, vocabulary) of counts.

    Returns:
        `Estimate` in [-1, 1], a value for each topic.

    Raises:
        ValueError: if the arrays do not fit, or a topic has fewer than two words or one of them
            twice.

    References:
        - Bouma, 2009. Normalized (pointwise) mutual information in collocation extraction.
        - [Lau et al., 2014](https://doi.org/10.3115/v1/E14-1056)

    Example:

    >>> documents = np.array([[1, 2, 0], [1, 1, 0], [0, 0, 3], [0, 0, 1]])
    >>> keras_vae.evaluation.topic_coherence([[0, 1], [0, 2]], documents).values.tolist()
    [1.0, -1.0]
    """
    words = _checked("topic_coherence", top_words)
    source = read_array(documents, "documents")
    if len(source.shape) != 2 or not len(source) or words.max() >= source.shape[1]:
        raise ValueError(
            "topic_coherence needs documents (documents, vocabulary) with a column for each word. "
            f"Received: documents of shape {source.shape}, words up to {words.max()}"
        )
    used, places = np.unique(words, return_inverse=True)
    together = np.zeros((len(used), len(used)))
    for _, chunk in source.chunks():
        present = (chunk[:, used] > 0).astype("float64")
        together += present.T @ present
    npmi = _npmi(together / len(source))
    places = places.reshape(words.shape)
    upper = np.triu_indices(words.shape[1], 1)
    values = np.array([npmi[np.ix_(topic, topic)][upper].mean() for topic in places])
    return Estimate(values, np.zeros(len(values)), 1, "")


def topic_diversity(top_words: ArrayLike) -> float:
    """The share of distinct words among the top words of all topics.

    It is 1 if no two topics have a word in common. Topics that are all the same can be coherent.

    Args:
        top_words: integer array (topics, words).

    Returns:
        float in (0, 1].

    Raises:
        ValueError: as `topic_coherence`.

    Reference:
        - [Dieng et al., 2020](https://arxiv.org/abs/1907.04907)

    Example:

    >>> keras_vae.evaluation.topic_diversity([[0, 1], [1, 2]])
    0.75
    """
    words = _checked("topic_diversity", top_words)
    return len(np.unique(words)) / words.size


def _npmi(shares: Array) -> Array:
    """NPMI of all pairs, from the shares of documents with both words; its diagonal is each's."""
    alone = np.diag(shares)
    never, always = shares <= 0, shares >= 1
    p = np.where(never | always, 0.5, shares)
    chance = np.where(never, 1.0, np.outer(alone, alone))
    npmi = np.log(p / chance) / -np.log(p)
    return np.where(never, -1.0, np.where(always, 1.0, npmi))


def _checked(owner: str, top_words: ArrayLike) -> Array:
    words = np.asarray(top_words)
    if words.ndim != 2 or words.shape[1] < 2 or words.dtype.kind not in "iu" or words.min() < 0:
        raise ValueError(
            f"{owner} needs top_words as integers (topics, words) with at least two words a topic. "
            f"Received: top_words of shape {words.shape} and dtype {words.dtype}"
        )
    if any(len(set(topic)) < len(topic) for topic in words.tolist()):
        raise ValueError(f"{owner} needs distinct words in a topic. Received: a word twice")
    return words
