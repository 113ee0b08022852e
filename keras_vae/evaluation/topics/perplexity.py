"""Perplexity of documents: by the bound, or by importance sampling."""

from typing import Any, NamedTuple

import numpy as np

from keras_vae.checks import check_choice
from keras_vae.evaluation.checks import NotApplicable
from keras_vae.evaluation.likelihood import elbo, log_likelihood
from keras_vae.typing import Array, ArrayLike


class Perplexity(NamedTuple):
    """What `perplexity` gives; lower is better.

    Args:
        per_word: float, exp of -log p of all documents over the number of all words.
        per_document: float, exp of the mean over documents of -log p(document) over the number of
            its words: each document counts alike, as in the papers on NVDM and ProdLDA.
        num_documents: int, documents with a word; others are left out.
    """

    per_word: float
    per_document: float
    num_documents: int


def perplexity(
    model: Any,
    x: Any,
    by: str = "bound",
    num_samples: int = 20,
    seed: int = 0,
    condition: ArrayLike = None,
    batch_size: int | None = None,
    verbose: Any = "auto",
) -> Perplexity:
    """How many words a model hesitates between at each word of a document.

    Of the words in their order: the number of orders, which the multinomial likelihood has in its
    density, does not count here. A vocabulary of V words that are all as likely has perplexity V.

    Args:
        model: `keras_vae.VAE` with the likelihood `Multinomial`.
        x: array or `scipy.sparse` (n, words), the documents' counts, or a dict of it and its
            condition.
        by: `"bound"`, the ELBO, which gives an upper bound of the perplexity, as papers have it; or
            `"importance"`, log p(x) by importance sampling, which is below that. Defaults to
            `"bound"`.
        num_samples: int, draws of z for each document. Defaults to `20`.
        seed: int. Defaults to `0`.
        condition: array (n, condition) or labels (n,). Defaults to `None`.
        batch_size: int, latents decoded at once. Defaults to `None`, a size that fits.
        verbose: `"auto"`, 0, 1 or 2. Defaults to `"auto"`, a progress bar for long work.

    Returns:
        `Perplexity`.

    Raises:
        NotApplicable: if the likelihood is not one of words whose total is given.
        ValueError: if `x` does not fit the model, no document has a word, or `by` is unknown.

    References:
        - [Miao et al., 2016](https://arxiv.org/abs/1511.06038)

    Example:

    >>> counts = np.random.default_rng(0).poisson(1.0, (8, 12))
    >>> topics = keras_vae.models.TopicVAE((12,), num_topics=2, hidden=(4,))
    >>> 1 < keras_vae.evaluation.perplexity(topics, counts, num_samples=2).per_word < 100
    True
    """
    check_choice("perplexity", ("bound", "importance"), by=by)
    if not model.likelihood_layer.given_total:
        raise NotApplicable(
            "perplexity needs a likelihood of words whose total is given, Multinomial. Received: "
            f"{type(model.likelihood_layer).__name__}"
        )
    inputs = model.prepare(x, condition, in_support=True, complete=False)
    counts = inputs["x"] if isinstance(inputs, dict) else inputs
    options = {"seed": seed, "batch_size": batch_size, "verbose": verbose}
    if by == "bound":
        log_p = elbo(model, inputs, num_samples, **options).elbo.values
    else:
        log_p = log_likelihood(model, inputs, num_samples, **options).values
    counts = counts.reshape(len(counts), -1)
    totals = counts.sum(axis=1, dtype="float64")
    some = totals > 0
    if not some.any():
        raise ValueError("perplexity needs a document with a word. Received: none")
    in_order = (log_p - log_orders(counts))[some]
    totals = totals[some]
    return Perplexity(
        float(np.exp(-in_order.sum() / totals.sum())),
        float(np.exp(-np.mean(in_order / totals))),
        len(totals),
    )


def log_orders(counts: Array) -> Array:
    """log of the number of orders of each document's words, N! / prod x!, (n, words) -> (n,)."""
    whole = np.rint(counts).astype("int64")
    totals = whole.sum(axis=1)
    log_factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, totals.max() + 1)))])
    return log_factorial[totals] - log_factorial[whole].sum(axis=1)
