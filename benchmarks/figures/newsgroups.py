"""20 Newsgroups, 2,000 words: perplexity of test documents, and coherence of 50 topics.

    KERAS_VAE_DATA=<folder of 20newsgroups_2000.npz> KERAS_BACKEND=jax \
        python benchmarks/figures/newsgroups.py

Perplexity by the bound (20 draws) and by importance sampling (100 draws), each document counted
alike; NPMI of the ten top words of a topic, mean over the topics, counted in the test documents
(words that meet in a document); the share of distinct words among them. Beside them scikit-learn's
LDA, whose perplexity is by its own bound.
"""

import keras
import numpy as np
from runs import main

from keras_vae import callbacks, datasets, evaluation, models

TOPICS = 50
NUM_VALIDATION = 1000


def parts(validation):
    data = datasets.newsgroups(NUM_VALIDATION if validation else 0)
    return data.train.x, data.validation.x if validation else data.test.x


def of_topics(words, x):
    return {
        "npmi": evaluation.topic_coherence(words, x).mean,
        "diversity": evaluation.topic_diversity(words),
    }


def topic_vae(kind, epochs, batch_size, optimizer, warmup=None, **options):
    def run(seed, validation):
        train, part = parts(validation)
        vae = models.TopicVAE((2000,), TOPICS, kind, seed=seed, **options)
        vae.compile(optimizer())
        schedules = [callbacks.LinearKLWarmup(warmup)] if warmup else []
        vae.fit(train, batch_size=batch_size, epochs=epochs, callbacks=schedules, verbose=0)
        settings = {"seed": seed, "verbose": 0}
        bound = evaluation.perplexity(vae, part, num_samples=20, **settings)
        sampled = evaluation.perplexity(vae, part, "importance", 100, **settings)
        return {
            "perplexity": bound.per_document,
            "perplexity_by_importance": sampled.per_document,
            "perplexity_per_word": bound.per_word,
            **of_topics(vae.top_words(k=10), part),
        }

    return run


def lda(seed, validation):
    from sklearn.decomposition import LatentDirichletAllocation

    train, part = parts(validation)
    model = LatentDirichletAllocation(
        TOPICS, learning_method="online", max_iter=10, random_state=seed
    ).fit(train)
    words = np.argsort(-model.components_, axis=1)[:, :10]
    return {"perplexity_per_word": model.perplexity(part), **of_topics(words, part)}


CONTENDERS = {
    "TopicVAE, ProdLDA": topic_vae(
        "prodlda",
        *(50, 200, lambda: keras.optimizers.Adam(2e-3, beta_1=0.99)),
        dropout=0.2,
        log_counts=True,
    ),
    "TopicVAE, NVDM": topic_vae(
        "nvdm",
        *(20, 64, lambda: keras.optimizers.Adam(1e-3)),
        hidden=(500,),
        activation="tanh",
        log_counts=True,
    ),
    "scikit-learn LDA": lda,
}

if __name__ == "__main__":
    main("newsgroups", CONTENDERS)
