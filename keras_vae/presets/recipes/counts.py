"""Models of counts: genes in blood cells, words in newsgroups, films of viewers."""

from typing import Any

import keras
import numpy as np

from keras_vae import callbacks, datasets, evaluation, models
from keras_vae.datasets import Split
from keras_vae.presets.measurements import active_units, elbo, likelihood_numbers
from keras_vae.presets.recipe import Recipe

NUM_FILMS = 1669


def _cells(seed):
    return models.CountVAE((765,), 10, "negative_binomial", hidden=(64,), seed=seed)


def _topics(seed):
    return models.TopicVAE((2000,), 50, dropout=0.2, log_counts=True, seed=seed)


def _films(seed):
    return models.MultVAE((NUM_FILMS,), 64, hidden=(), seed=seed)


def topic_numbers(vae: keras.Model, part: Split, recipe: Recipe) -> dict[str, Any]:
    """The bound of test documents, their perplexity, and the coherence of the topics.

    Args:
        vae: `keras_vae.models.TopicVAE`.
        part: `keras_vae.datasets.Split`.
        recipe: `Recipe`.
    """
    found = evaluation.perplexity(vae, part.x, num_samples=5, seed=recipe.seed, verbose=0)
    words = vae.top_words(k=10)
    return {
        "negative_elbo": -float(elbo(vae, part.x, recipe.seed)["elbo"].mean()),
        "perplexity": found.per_document,
        "topic_coherence": evaluation.topic_coherence(words, part.x).mean,
        "topic_diversity": evaluation.topic_diversity(words),
        "active_units": active_units(vae, part.x),
    }


def film_numbers(vae: keras.Model, part: Split, recipe: Recipe) -> dict[str, Any]:
    """The bound of what is known of test users, and what is found of what is hidden.

    Args:
        vae: `keras_vae.models.MultVAE`.
        part: `keras_vae.datasets.Split`.
        recipe: `Recipe`.
    """
    scores, hidden = vae.score_items(part.x), datasets.films().hidden_test
    return {
        "negative_elbo": -float(elbo(vae, part.x, recipe.seed)["elbo"].mean()),
        "recall_at_20": evaluation.recall_at_k(scores, hidden, 20).mean,
        "ndcg_at_100": evaluation.ndcg_at_k(scores, hidden, 100).mean,
        "active_units": active_units(vae, np.asarray(part.x)),
    }


RECIPES = [
    Recipe(
        name="count_vae_blood_cells",
        title="CountVAE (scVI), negative binomial, 765-64-z10, 700 blood cells",
        reference="Lopez et al., 2018, doi.org/10.1038/s41592-018-0229-2",
        data=lambda: datasets.blood_cells(num_validation=100),
        protocol="450 / 100 / 150 cells at random, counts of 765 genes, their total as the size",
        licence="scanpy BSD-3; 10x Genomics, CC BY 4.0",
        model=_cells,
        optimizer=lambda steps: keras.optimizers.Adam(1e-3),
        epochs=300,
        batch_size=64,
        patience=50,
        measure=likelihood_numbers,
        num_samples=500,
        significant_bits=14,
        backend="torch",
    ),
    Recipe(
        name="topic_vae_newsgroups",
        title="TopicVAE (ProdLDA), 50 topics, 20 newsgroups",
        reference="Srivastava and Sutton, 2017, arXiv:1703.01488",
        data=lambda: datasets.newsgroups(num_validation=1000),
        protocol='10,268 / 1,000 / 7,505 messages, "bydate", counts of 2,000 words',
        licence="none is stated at the source",
        model=_topics,
        optimizer=lambda steps: keras.optimizers.Adam(2e-3, beta_1=0.99),
        epochs=50,
        batch_size=200,
        patience=15,
        measure=topic_numbers,
        significant_bits=10,
        backend="torch",
    ),
    Recipe(
        name="mult_vae_films",
        title="Mult-VAE, 1669-z64, linear, films rated 4 or better",
        reference="Liang et al., 2018, arXiv:1802.05814",
        data=lambda: datasets.films().data,
        protocol=(
            "459 / 100 / 100 users with at least 5 films of 1,669; a fifth of the films of users "
            "held out is hidden"
        ),
        licence="GroupLens: research use, redistribution under the same terms, acknowledgement",
        model=_films,
        optimizer=lambda steps: keras.optimizers.Adam(1e-3),
        epochs=100,
        callbacks=lambda: [callbacks.LinearKLWarmup(100, stop=0.2)],
        measure=film_numbers,
        significant_bits=10,
        backend="torch",
    ),
]
