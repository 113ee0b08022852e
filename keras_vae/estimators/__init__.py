"""Estimators of scikit-learn around any model: they fit into its pipelines and searches."""

try:
    import sklearn  # noqa: F401
except ImportError as error:
    raise ImportError(
        "keras_vae.estimators needs scikit-learn: pip install keras_vae[sklearn]"
    ) from error

from keras_vae.estimators.anomaly_detector import AnomalyDetector
from keras_vae.estimators.vae_transformer import VAETransformer

__all__ = ["AnomalyDetector", "VAETransformer"]
