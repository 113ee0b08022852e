"""Codes and factors: what every score of disentanglement takes."""

from typing import Any

import numpy as np

from keras_vae.evaluation.checks import check_points


def check_arrays(owner: Any, codes: Any, factors: Any, least_latents: Any = 1) -> Any:
    """Codes as float64 (n, latent), and factors as numbers from 0, (n, factors).

    Raises:
        ValueError: if the shapes do not fit, if factors are not integers, or if one has one value.
    """
    factors = np.asarray(factors)
    if factors.ndim != 2 or factors.dtype.kind not in "iub" or factors.shape[1] == 0:
        raise ValueError(
            f"{owner} needs factors as integers (n, factors), the numbers of their values. "
            f"Received: factors of shape {factors.shape} and dtype {factors.dtype}"
        )
    (codes,) = check_points(owner, codes=codes)
    if len(codes) != len(factors) or codes.shape[1] < least_latents:
        raise ValueError(
            f"{owner} needs as many rows of codes as of factors, and at least {least_latents} "
            f"latents. Received: codes of shape {codes.shape}, factors of shape {factors.shape}"
        )
    numbered = [np.unique(column, return_inverse=True)[1] for column in factors.T]
    constant = [i for i, column in enumerate(numbered) if column.max() == 0]
    if constant:
        raise ValueError(
            f"{owner} needs factors with two values or more. Received: factors {constant} with one"
        )
    return codes, np.stack(numbered, axis=-1)


def in_bins(values: Any, num_bins: Any) -> Any:
    """The numbers of the equally wide bins that values lie in, for each column by itself."""
    low, high = values.min(axis=0), values.max(axis=0)
    width = np.where(high > low, high - low, 1.0) / num_bins
    return np.minimum((values - low) / width, num_bins - 1).astype(int)


def mutual_information(codes: Any, factors: Any) -> Any:
    """Mutual information of whole numbers in nats, (latent, factors), as their counts have it."""
    return np.array([[_information(c, f) for f in factors.T] for c in codes.T])


def entropy(factors: Any) -> Any:
    """Entropy of whole numbers in nats, (factors,)."""
    return np.array([_information(f, f) for f in factors.T])


def _information(a, b):
    joint = np.zeros((a.max() + 1, b.max() + 1))
    np.add.at(joint, (a, b), 1.0 / len(a))
    independent = np.outer(joint.sum(axis=1), joint.sum(axis=0))
    there = joint > 0
    return np.sum(joint[there] * np.log(joint[there] / independent[there]))
