"""Adult: rows from TabularVAE beside those of CTGAN's TVAE and CTGAN with their defaults.

    pip install ctgan sdmetrics scikit-learn pandas
    KERAS_VAE_DATA=<folder of adult.npz> KERAS_BACKEND=torch python benchmarks/figures/adult.py

Each generator learns from the same 8,000 training rows, and gives as many new ones. `auc` is the
ROC AUC of a gradient boosting that learns from the new rows to tell who earns more than 50,000
dollars, asked on the 16,281 test rows (train on synthetic, test on real). `column_shapes` and
`pair_trends` are the two scores of SDMetrics' quality report, of the new rows against the test
rows. `fit_seconds` is the processor's time for the fit
with all that belongs to it, on one core (`OMP_NUM_THREADS=1`). The row "training rows" says
what real rows have, "columns by themselves" what shuffling each column by itself gives.

The settings of TabularVAE were chosen on 5,000 other rows of the training part (`--validation`).
"""

import os
import time
import warnings
from pathlib import Path

import keras
import numpy as np
import pandas as pd
from runs import main
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

from keras_vae.models import TabularVAE

ROWS, VALIDATION_ROWS = 8_000, 5_000
TARGET, POSITIVE = "income", ">50K"
EPOCHS, BATCH, RATE = 60, 200, 2e-3
OPTIONS = {"latent_dim": 32, "hidden": (128, 128), "reconstruction_weight": 2.0}


def adult(part):
    """The rows of a part, "train" or "test", as a DataFrame; `?` is a category."""
    data = np.load(Path(os.environ.get("KERAS_VAE_DATA", ".")) / "adult.npz")
    frame = pd.DataFrame(data[f"x_num_{part}"], columns=[str(n) for n in data["numeric_names"]])
    for place, name in enumerate(map(str, data["categorical_names"])):
        values = data[f"categories_{name}"].astype(str)[data[f"x_cat_{part}"][:, place]]
        frame[name] = pd.Series(values, dtype=object)
    frame[TARGET] = pd.Series(np.where(data[f"y_{part}"] == 1, POSITIVE, "<=50K"), dtype=object)
    return frame


def parts(validation):
    """The training rows, and the rows to be like."""
    rows = adult("train").sample(frac=1.0, random_state=0, ignore_index=True)
    if validation:
        return rows[:ROWS], rows[ROWS : ROWS + VALIDATION_ROWS].reset_index(drop=True)
    return rows[:ROWS], adult("test")


def utility(rows, real):
    """ROC AUC on real rows of a gradient boosting that learned from others."""
    names = [name for name in real if real[name].dtype == object and name != TARGET]
    known = {name: pd.CategoricalDtype(sorted(set(adult("train")[name]))) for name in names}

    def split(frame):
        return frame.drop(columns=TARGET).astype(known), frame[TARGET] == POSITIVE

    boosting = HistGradientBoostingClassifier(categorical_features="from_dtype", random_state=0)
    x, y = split(real)
    return roc_auc_score(y, boosting.fit(*split(rows)).predict_proba(x)[:, 1])


def likeness(rows, real):
    """SDMetrics' scores of columns and of pairs of columns."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from sdmetrics.reports.single_table import QualityReport

        kinds = {
            name: {"sdtype": "categorical" if real[name].dtype == object else "numerical"}
            for name in real
        }
        report = QualityReport()
        report.generate(real, rows[list(real)], {"columns": kinds}, verbose=False)
    scores = report.get_properties().set_index("Property")["Score"]
    return {
        "column_shapes": float(scores["Column Shapes"]),
        "pair_trends": float(scores["Column Pair Trends"]),
    }


def generator(fit):
    """A contender that fits and gives new rows: `fit(rows, seed)` -> function (n) -> rows."""

    def run(seed, validation):
        train, real = parts(validation)
        start = time.process_time()
        sample = fit(train, seed)
        seconds = time.process_time() - start
        rows = sample(len(train))
        return {"auc": utility(rows, real), **likeness(rows, real), "fit_seconds": seconds}

    return run


def tabular_vae(train, seed):
    vae = TabularVAE.from_dataframe(train, seed=seed, **OPTIONS)
    steps = EPOCHS * len(train) // BATCH
    vae.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(RATE, steps)))
    vae.fit(train, batch_size=BATCH, epochs=EPOCHS, verbose=0)
    return lambda n: vae.generate(n, seed=seed)


def peer(name):
    def fit(train, seed):
        import ctgan

        model = getattr(ctgan, name)()
        model.set_random_state(seed)
        model.fit(train, discrete_columns=[c for c in train if train[c].dtype == object])
        return model.sample

    return fit


def shuffled(train, seed):
    rng = np.random.default_rng(seed)
    return lambda n: pd.DataFrame({c: rng.permutation(train[c].to_numpy()) for c in train})


CONTENDERS = {
    "TabularVAE": generator(tabular_vae),
    "TVAE": generator(peer("TVAE")),
    "CTGAN": generator(peer("CTGAN")),
    "training rows": generator(lambda train, seed: lambda n: train),
    "columns by themselves": generator(shuffled),
}

if __name__ == "__main__":
    main("adult", CONTENDERS, versions=["ctgan", "sdmetrics", "scikit-learn"])
