"""How well a model knows documents, and how well its topics hang together."""

from keras_vae.evaluation.topics.coherence import topic_coherence, topic_diversity
from keras_vae.evaluation.topics.perplexity import Perplexity, perplexity

__all__ = ["Perplexity", "perplexity", "topic_coherence", "topic_diversity"]
