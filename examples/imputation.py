"""Half of ten UCI tables removed, and imputed: MissingDataVAE beside scikit-learn's imputers.

    KERAS_VAE_DATA=<folder of uci_tabular.npz> KERAS_BACKEND=torch python examples/imputation.py

Entries are removed at random, and apart from that not at random: a value of a standardised column
is missing with the probability sigmoid(2 x), so that what is large is rarely seen. Every method
gets columns standardised by their observed values. Numbers are the root mean squared error of the
missing entries in deviations of the whole column, and of the VAEs the share of the missing entries
that lie in their 90 % intervals.

All rows are imputed, and no true value is used: the bound of a tenth of the rows, with their holes,
says when to stop. The settings were tried on three other tables: climate_crashes, airfoil and
blood_transfusion. Without the file, tables that come with scikit-learn take their place.
"""

import os
import time
from pathlib import Path

import keras
import numpy as np
from recipe import Recipe
from sklearn import datasets
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer, KNNImputer

from keras_vae.models import MissingDataVAE

TABLES = (
    "banknote breast_cancer_wdbc concrete ecoli glass parkinsons seeds vowel wine_red yacht"
).split()
BUNDLED = {"breast_cancer_wdbc": datasets.load_breast_cancer, "wine": datasets.load_wine}
IMPORTANCE_SAMPLES = 300
#: rows of an epoch: small tables are repeated
EPOCH_ROWS = 2_560


def table(name):
    """The rows of a table, (n, columns), or None without its file."""
    path = Path(os.environ.get("KERAS_VAE_DATA", ".")) / "uci_tabular.npz"
    if path.exists():
        return np.load(path)[f"{name}_x"]
    return BUNDLED[name]().data if name in BUNDLED else None


def holes(x, at_random, rng):
    """Which entries of standardised columns are removed, about half."""
    return rng.uniform(size=x.shape) < (0.5 if at_random else 1 / (1 + np.exp(-2 * x)))


def fitted(x, seed, missing_model, epochs):
    """A model of rows with NaN, stopped by the bound of a tenth of them."""
    keras.utils.set_random_seed(seed)
    order = np.random.default_rng(seed).permutation(len(x))
    held_out, train = np.split(order, [max(1, len(x) // 10)])
    vae = MissingDataVAE(
        x.shape[1:],
        latent_dim=min(10, x.shape[1]),
        num_samples=20,
        missing_model=missing_model,
        hidden=(128, 128),
        seed=seed,
    )
    vae.compile(keras.optimizers.Adam(1e-3))
    stop = keras.callbacks.EarlyStopping("val_loss", patience=8, restore_best_weights=True)
    vae.fit(
        x[np.resize(train, EPOCH_ROWS)],
        validation_data=x[np.resize(held_out, 512)],
        batch_size=64,
        epochs=epochs,
        callbacks=[stop],
        verbose=0,
    )
    return vae


def compare(x, missing, seed, epochs, missing_models):
    """The error of each method, and the coverage of intervals, by name."""
    holed = np.where(missing, np.nan, x)
    mean, deviation = np.nanmean(holed, axis=0), np.nanstd(holed, axis=0) + 1e-6
    holed = (holed - mean) / deviation
    true = (x - mean) / deviation

    def error(imputed):
        return np.sqrt(np.mean(np.square((imputed - true) * deviation)[missing]))

    numbers = {
        "mean": error(np.zeros_like(x)),
        "IterativeImputer": error(IterativeImputer(random_state=seed).fit_transform(holed)),
        "KNNImputer": error(KNNImputer(n_neighbors=5).fit_transform(holed)),
    }
    for missing_model in missing_models:
        vae = fitted(holed, seed, missing_model, epochs)
        options = {"num_importance_samples": IMPORTANCE_SAMPLES, "seed": seed, "verbose": 0}
        numbers[missing_model] = error(vae.impute(holed, **options))
        low, high = vae.impute_intervals(holed, level=0.9, **options)
        inside = (low <= true) & (true <= high)
        numbers[f"{missing_model}, coverage"] = inside[missing].mean()
    return numbers


def main():
    recipe = Recipe(__file__, epochs=60, models=TABLES)
    start, numbers = time.perf_counter(), {}
    kinds = {"at random": ["at_random"], "not at random": ["at_random", "self_masking"]}
    for kind, missing_models in kinds.items():
        for name in recipe.models:
            x = table(name)
            if x is None:
                continue
            rng = np.random.default_rng(recipe.seed)
            x = x[rng.permutation(len(x))[: recipe.images]]
            x = (x - x.mean(axis=0)) / (x.std(axis=0) + 1e-6)
            missing = holes(x, kind == "at random", rng)
            found = compare(x, missing, recipe.seed, recipe.epochs, missing_models)
            numbers.update({f"{name}, {kind}, {key}": value for key, value in found.items()})
            line = ", ".join(f"{key} {value:.3f}" for key, value in found.items())
            print(f"{name} {x.shape} {kind}: {line}", flush=True)
    recipe.seconds = time.perf_counter() - start
    recipe.record(
        numbers,
        "ten UCI tables, all rows, half of the entries removed",
        "root mean squared error of missing entries in deviations of their column; coverage of "
        "90 % intervals",
    )


if __name__ == "__main__":
    main()
