"""Anomalies in eight UCI tables: AnomalyDetector beside IsolationForest and PyOD's ECOD and VAE.

    pip install pyod scikit-learn
    KERAS_VAE_DATA=<folder of uci_tabular.npz> KERAS_BACKEND=torch \
        python benchmarks/figures/anomalies.py

Some classes of a table are its anomalies, the odd or the smaller ones, as usual. A detector learns
from half of the other rows, and no anomaly; ROC AUC is asked on the other half and all anomalies.
The seed draws the halves. All detectors have their defaults but for what stands in `OURS`, which
was chosen on five other tables (`--validation`). Ranks are of the means over the seeds, 1 is best.
"""

import os
import warnings
from pathlib import Path

import numpy as np
from runs import main
from scipy.stats import rankdata
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score

from keras_vae.estimators import AnomalyDetector

#: the classes that are anomalies
TABLES = {
    "banknote": ["1"],
    "blood_transfusion": ["1"],
    "breast_cancer_wdbc": ["M"],
    "climate_crashes": ["0"],
    "ecoli": ["imL", "imS", "omL"],
    "glass": ["6"],
    "ionosphere": ["b"],
    "qsar_biodeg": ["RB"],
}
VALIDATION_TABLES = {
    "vowel": ["0"],
    "seeds": ["3"],
    "sonar": ["M"],
    "wine_red": ["3", "4"],
    "yeast": ["ERL", "POX", "VAC"],
}
#: fewer steps than by default, for the tables are small
OURS = {"epochs": 30, "batch_size": 32}


def halves(name, anomalies, seed):
    """Training rows, test rows, and which of the latter are anomalies."""
    data = np.load(Path(os.environ.get("KERAS_VAE_DATA", ".")) / "uci_tabular.npz")
    x, classes = data[f"{name}_x"].astype("float64"), data[f"{name}_classes"].astype(str)
    odd = np.isin(classes[data[f"{name}_y"].astype(int)], anomalies)
    usual = np.random.default_rng(seed).permutation(np.flatnonzero(~odd))
    half = len(usual) // 2
    test = np.concatenate([usual[half:], np.flatnonzero(odd)])
    return x[usual[:half]], x[test], odd[test]


def contender(scores):
    """ROC AUC of each table by `scores(train, test, seed)`, higher for stranger rows."""

    def run(seed, validation):
        found = {}
        for name, anomalies in (VALIDATION_TABLES if validation else TABLES).items():
            train, test, odd = halves(name, anomalies, seed)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found[name] = roc_auc_score(odd, scores(train, test, seed))
        return {**found, "mean": float(np.mean(list(found.values())))}

    return run


def detector(train, test, seed):
    return -AnomalyDetector(random_state=seed, **OURS).fit(train).score_samples(test)


def isolation_forest(train, test, seed):
    return -IsolationForest(random_state=seed).fit(train).score_samples(test)


def ecod(train, test, seed):
    from pyod.models.ecod import ECOD

    return ECOD().fit(train).decision_function(test)


def pyod_vae(train, test, seed):
    from pyod.models.vae import VAE

    return VAE(random_state=seed, verbose=0).fit(train).decision_function(test)


def ranks(rows):
    """The mean rank of each contender over the tables."""
    tables = [name for name in next(iter(rows.values())) if name not in ("mean", "seconds")]
    means = np.array([[row[name]["mean"] for name in tables] for row in rows.values()])
    mean_ranks = rankdata(-means, axis=0).mean(axis=1)
    return {"mean_rank": dict(zip(rows, map(float, mean_ranks), strict=True))}


CONTENDERS = {
    "AnomalyDetector": contender(detector),
    "IsolationForest": contender(isolation_forest),
    "PyOD ECOD": contender(ecod),
    "PyOD VAE": contender(pyod_vae),
}

if __name__ == "__main__":
    main("anomalies", CONTENDERS, versions=["pyod", "scikit-learn"], conclude=ranks)
