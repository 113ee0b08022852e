"""Tables with real holes: penguins and Adult, imputed by TabularVAE beside the mode and the mean.

    pip install pandas
    KERAS_VAE_DATA=<folder of palmer_penguins.csv and adult.npz> KERAS_BACKEND=torch \
        python benchmarks/figures/holes.py

The tables keep the values that they lack; a fifth of the others is hidden at random, which gives
the truth to compare with. The model learns from these rows, and imputes them. `accuracy` is the
share of hidden categories that are right, `rmse` the root mean squared error of hidden numbers in
deviations of their column, each over all hidden entries of its kind. Of Adult 2,000 training rows
are taken. The settings are those of `adult.py`, with as many epochs as make about 1,000 steps.
"""

import os
from pathlib import Path

import keras
import numpy as np
import pandas as pd
from adult import OPTIONS, RATE, adult
from runs import main

from keras_vae.models import TabularVAE

HIDDEN, BATCH, STEPS, ADULT_ROWS = 0.2, 100, 1_000, 2_000
#: `--validation` asks for other entries of the tables
VALIDATION_SEED = 100


def penguins():
    """344 penguins, 7 columns; 19 of their values are missing."""
    folder = Path(os.environ.get("KERAS_VAE_DATA", "."))
    frame = pd.read_csv(folder / "palmer_penguins.csv", dtype={"year": "float64"})
    for name in ("species", "island", "sex"):
        frame[name] = frame[name].astype(object).where(frame[name].notna(), None)
    return frame


def adult_with_holes():
    """2,000 rows of Adult, where a question mark is a missing value."""
    frame = adult("train").sample(n=ADULT_ROWS, random_state=0).reset_index(drop=True)
    frame = frame.astype({name: "float64" for name in frame if frame[name].dtype != object})
    return frame.mask(frame == "?", None)


def hide(frame, seed):
    """The frame with more holes, and where these are, (n, columns)."""
    chosen = np.random.default_rng(seed).uniform(size=frame.shape) < HIDDEN
    hidden = chosen & frame.notna().to_numpy()
    return frame.mask(hidden, None), hidden


def simple(holed, seed):
    """The mode of each column of categories, and the mean of the others."""
    fills = {c: holed[c].mode()[0] if holed[c].dtype == object else holed[c].mean() for c in holed}
    return holed.fillna(fills)


def tabular_vae(holed, seed):
    vae = TabularVAE.from_dataframe(holed, seed=seed, **OPTIONS)
    epochs = STEPS * BATCH // len(holed)
    vae.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(RATE, STEPS)))
    vae.fit(holed, batch_size=BATCH, epochs=epochs, verbose=0)
    return vae.impute(holed, num_importance_samples=50, seed=seed)


def contender(impute):
    def run(seed, validation):
        numbers = {}
        for name, load in (("penguins", penguins), ("adult", adult_with_holes)):
            frame = load()
            holed, hidden = hide(frame, seed + VALIDATION_SEED * validation)
            filled = impute(holed, seed)
            right, squares = [], []
            for place, column in enumerate(frame):
                rows = hidden[:, place]
                true, guess = frame[column][rows], filled[column][rows]
                if frame[column].dtype == object:
                    right.append((true == guess).to_numpy())
                else:
                    squares.append((((true - guess) / frame[column].std()) ** 2).to_numpy())
            numbers[f"{name}_accuracy"] = float(np.concatenate(right).mean())
            numbers[f"{name}_rmse"] = float(np.sqrt(np.concatenate(squares).mean()))
        return numbers

    return run


CONTENDERS = {"TabularVAE": contender(tabular_vae), "mode and mean": contender(simple)}

if __name__ == "__main__":
    main("holes", CONTENDERS, versions=["pandas"])
