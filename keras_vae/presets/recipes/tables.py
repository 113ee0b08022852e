"""Tables: rows of the census of 1994 (Becker and Kohavi, 1996, UCI)."""

from typing import Any

import keras
import numpy as np

from keras_vae.callbacks import LinearKLWarmup
from keras_vae.datasets import Dataset, Split
from keras_vae.datasets.stored import stored_arrays
from keras_vae.models import TabularVAE
from keras_vae.presets.measurements import active_units, elbo
from keras_vae.presets.recipe import Recipe
from keras_vae.tables import Schema
from keras_vae.tables.codec import encode

ORIGIN = "Adult of the UCI Machine Learning Repository, doi.org/10.24432/C5XW20"
NAMES = ("numeric_names", "categorical_names")
VALUES = ("x_num", "x_cat", "y")
MISSING, CATEGORY_OF_MISSING = None, "?"
TARGET, RICH = "income", ">50K"
NUM_VALIDATION, NUM_NEW = 4_000, 20_000
EPOCHS, RECONSTRUCTION_WEIGHT = 30, 2.0


def adult_frame(part: str) -> Any:
    """The rows of a part of Adult as a DataFrame with the column `income`; holes are missing.

    Args:
        part: `"train"` or `"test"`.
    """
    import pandas

    names = stored_arrays("adult", NAMES, ORIGIN)
    categories = tuple(f"categories_{name}" for name in names["categorical_names"])
    keys = tuple(f"{name}_{part}" for name in VALUES)
    arrays = stored_arrays("adult", (*keys, *categories), ORIGIN)
    numbers, codes, rich = (arrays[key] for key in keys)
    frame = pandas.DataFrame(numbers, columns=[str(name) for name in names["numeric_names"]])
    for place, name in enumerate(names["categorical_names"]):
        values = arrays[f"categories_{name}"].astype(str).astype(object)[codes[:, place]]
        values = np.where(values == CATEGORY_OF_MISSING, MISSING, values)
        # Else pandas 3 makes its own strings of them.
        frame[str(name)] = pandas.Series(values, dtype=object)
    frame[TARGET] = pandas.Series(np.where(rich == 1, RICH, "<=50K"), dtype=object)
    return frame


def _training_rows():
    """Training and validation rows: the original training part, shuffled once."""
    rows = adult_frame("train").sample(frac=1.0, random_state=0, ignore_index=True)
    return rows[:-NUM_VALIDATION], rows[-NUM_VALIDATION:]


def _table(seed):
    return TabularVAE.from_dataframe(
        _training_rows()[0],
        latent_dim=32,
        hidden=(128, 128),
        reconstruction_weight=RECONSTRUCTION_WEIGHT,
        seed=seed,
    )


def _adult():
    train, validation = _training_rows()
    schema = Schema.find(train)
    return Dataset(*(Split(encode(schema, f)) for f in (train, validation, adult_frame("test"))))


def table_numbers(vae: keras.Model, part: Split, recipe: Recipe) -> dict[str, Any]:
    """The bound of test rows, and what a classifier learns from rows of the model.

    Args:
        vae: `keras_vae.models.TabularVAE`.
        part: `keras_vae.datasets.Split`.
        recipe: `Recipe`.
    """
    frame = adult_frame("test")
    return {
        "negative_elbo": -float(elbo(vae, part.x, recipe.seed)["elbo"].mean()),
        "auc_of_real_rows": utility(adult_frame("train"), frame),
        "auc_of_new_rows": utility(vae.generate(NUM_NEW, seed=recipe.seed), frame),
        "active_units": active_units(vae, part.x),
    }


def utility(rows: Any, real: Any) -> float:
    """ROC AUC on real rows of a gradient boosting that learned `income` from `rows`.

    Args:
        rows: `pandas.DataFrame`, such as new rows of a model.
        real: `pandas.DataFrame`, rows of the test part.
    """
    import pandas
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import roc_auc_score

    names = [name for name in real if real[name].dtype == object and name != TARGET]
    values = {name: {*rows[name].dropna(), *real[name].dropna()} for name in names}
    dtypes = {name: pandas.CategoricalDtype(sorted(values[name])) for name in names}

    def split(frame: Any) -> Any:
        return frame.drop(columns=TARGET).astype(dtypes), frame[TARGET] == RICH

    boosting = HistGradientBoostingClassifier(categorical_features="from_dtype", random_state=0)
    x, y = split(real)
    return float(roc_auc_score(y, boosting.fit(*split(rows)).predict_proba(x)[:, 1]))


RECIPES = [
    Recipe(
        name="tabular_vae_adult",
        title="TabularVAE, 128-128-z32, reconstruction weight 2, Adult",
        reference="Xu et al., 2019, arXiv:1907.00503",
        data=_adult,
        protocol=(
            "28,561 / 4,000 rows of the original training part at random, 16,281 of its test part; "
            "6 numeric and 9 categorical columns, holes are missing values; nats a row of numbers "
            "in deviations of their columns"
        ),
        licence="CC BY 4.0, UCI Machine Learning Repository",
        model=_table,
        optimizer=lambda steps: keras.optimizers.Adam(
            keras.optimizers.schedules.CosineDecay(2e-3, EPOCHS * steps)
        ),
        epochs=EPOCHS,
        batch_size=250,
        callbacks=lambda: [LinearKLWarmup(EPOCHS / 2, stop=1.0 / RECONSTRUCTION_WEIGHT)],
        measure=table_numbers,
        significant_bits=14,
        backend="torch",
    ),
]
