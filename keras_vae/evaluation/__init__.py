"""Numbers from a model and data, or from arrays."""

from keras_vae.evaluation.checks import NotApplicable
from keras_vae.evaluation.codes import collision_rate
from keras_vae.evaluation.disentanglement import (
    DCI,
    beta_vae_score,
    dci,
    disentanglement_scores,
    factor_vae_score,
    irs,
    mig,
    modularity,
    sap,
)
from keras_vae.evaluation.estimate import Estimate
from keras_vae.evaluation.latents import (
    ActiveUnits,
    RateDecomposition,
    active_units,
    kl_per_dimension,
    rate_decomposition,
)
from keras_vae.evaluation.likelihood import (
    ELBO,
    RateDistortion,
    annealed_log_likelihood,
    bits_per_dimension,
    elbo,
    log_likelihood,
    rate_distortion,
)
from keras_vae.evaluation.ranking import ndcg_at_k, recall_at_k
from keras_vae.evaluation.report import Report, evaluate_generative
from keras_vae.evaluation.representation import (
    ClusteringScores,
    cluster,
    clustering_scores,
    knn_accuracy,
    linear_probe,
)
from keras_vae.evaluation.samples import (
    PrecisionRecall,
    ReconstructionQuality,
    classifier_fid,
    extract_features,
    frechet_distance,
    mmd,
    mse,
    precision_recall,
    psnr,
    reconstruction_quality,
    ssim,
    train_classifier,
)
from keras_vae.evaluation.topics import (
    Perplexity,
    perplexity,
    topic_coherence,
    topic_diversity,
)

__all__ = [
    "evaluate_generative",
    "Report",
    "Estimate",
    "NotApplicable",
    "log_likelihood",
    "annealed_log_likelihood",
    "bits_per_dimension",
    "ELBO",
    "elbo",
    "RateDistortion",
    "rate_distortion",
    "RateDecomposition",
    "rate_decomposition",
    "kl_per_dimension",
    "ActiveUnits",
    "active_units",
    "train_classifier",
    "extract_features",
    "classifier_fid",
    "frechet_distance",
    "PrecisionRecall",
    "precision_recall",
    "mmd",
    "mse",
    "psnr",
    "ssim",
    "ReconstructionQuality",
    "reconstruction_quality",
    "linear_probe",
    "knn_accuracy",
    "cluster",
    "ClusteringScores",
    "clustering_scores",
    "collision_rate",
    "mig",
    "sap",
    "DCI",
    "dci",
    "factor_vae_score",
    "beta_vae_score",
    "modularity",
    "irs",
    "disentanglement_scores",
    "recall_at_k",
    "ndcg_at_k",
    "Perplexity",
    "perplexity",
    "topic_coherence",
    "topic_diversity",
]
