"""All scores of disentanglement in one call."""

from typing import Any

from keras_vae.evaluation.disentanglement.beta_vae_score import beta_vae_score
from keras_vae.evaluation.disentanglement.dci import dci
from keras_vae.evaluation.disentanglement.factor_vae_score import factor_vae_score
from keras_vae.evaluation.disentanglement.irs import irs
from keras_vae.evaluation.disentanglement.mig import mig
from keras_vae.evaluation.disentanglement.modularity import modularity
from keras_vae.evaluation.disentanglement.sap import sap


def disentanglement_scores(
    codes: Any, factors: Any, num_train: Any = 10_000, num_test: Any = 5_000, seed: int = 0
) -> Any:
    """MIG, SAP, DCI, FactorVAE and beta-VAE score, modularity and IRS of the same codes.

    Args:
        codes: array (n, latent), such as posterior means of examples.
        factors: integer array (n, factors), the examples' true factors.
        num_train: int, examples (or batches) to fit, and for scores without a fit to count.
            Defaults to `10_000`.
        num_test: int, examples or batches to predict. Defaults to `5_000`.
        seed: int. Defaults to `0`.

    Returns:
        Dict of floats.

    Raises:
        ValueError: if the arrays do not fit.
        ImportError: scikit-learn is missing.

    Example:

    >>> factors = np.stack(np.meshgrid(np.arange(4), np.arange(5)), axis=-1).reshape(-1, 2)
    >>> codes = factors = np.repeat(factors, 5, axis=0)
    >>> scores = disentanglement_scores(codes, factors, num_train=60, num_test=40)
    >>> len(scores), round(scores["irs"], 3)
    (9, 1.0)
    """
    counts = {"num_train": num_train, "num_test": num_test, "seed": seed}
    once = {"num_samples": num_train, "seed": seed}
    parts = dci(codes, factors, **counts)
    return {
        "mig": mig(codes, factors, **once),
        "sap": sap(codes, factors, **counts),
        "dci_disentanglement": parts.disentanglement,
        "dci_completeness": parts.completeness,
        "dci_informativeness": parts.informativeness,
        "factor_vae_score": factor_vae_score(codes, factors, **counts),
        "beta_vae_score": beta_vae_score(codes, factors, **counts),
        "modularity": modularity(codes, factors, **once),
        "irs": irs(codes, factors, **once),
    }
