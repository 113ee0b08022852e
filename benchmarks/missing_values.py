"""What missing values and size factors cost: a model with them, and the same one without.

    OMP_NUM_THREADS=1 KERAS_BACKEND=jax python benchmarks/missing_values.py
    OMP_NUM_THREADS=1 KERAS_BACKEND=jax python benchmarks/missing_values.py --model CountVAE

All train in the compiled loop on as many rows, in turns. On a machine that has other work to do the
processor's seconds still compare, and the wall's do not.
"""

import argparse
import statistics
import time

import keras
import numpy as np

from keras_vae.models import CountVAE, MissingDataVAE

BATCH, EPOCHS = 64, 3


def missing_data_vae():
    """Models and their data by name, the first without what is to be measured."""
    rows, columns = 7_680, 20
    rng = np.random.default_rng(0)
    x = rng.normal(size=(rows, columns)).astype("float32")
    holed = np.where(rng.uniform(size=x.shape) < 0.5, np.nan, x)
    return {
        "without a mask": (MissingDataVAE((columns,), missing=False, seed=0), x),
        "with a mask": (MissingDataVAE((columns,), missing=True, seed=0), holed),
    }


def count_vae():
    """The same for counts; a size factor comes with the decoder's softmax over features."""
    rows, features = 1_280, 765
    rng = np.random.default_rng(0)
    x = rng.poisson(rng.gamma(0.5, 2.0, (rows, features))).astype("float32")
    holed = np.where(rng.uniform(size=x.shape) < 0.5, np.nan, x)

    def model(**options):
        return CountVAE((features,), 10, "negative_binomial", seed=0, **options)

    return {
        "without a mask or a size": (model(size_factor=False), x),
        "with a mask": (model(size_factor=False, missing=True), holed),
        "with a size": (model(size_factor="total"), x),
        "with both": (model(size_factor="total", missing=True), holed),
    }


MODELS = {"MissingDataVAE": missing_data_vae, "CountVAE": count_vae}


def main():
    parser = argparse.ArgumentParser(prog="python benchmarks/missing_values.py")
    parser.add_argument("--model", choices=list(MODELS), default="MissingDataVAE")
    parser.add_argument("--rounds", type=int, default=12)
    options = parser.parse_args()
    keras.utils.set_random_seed(0)
    models = MODELS[options.model]()
    for vae, _ in models.values():
        vae.compile("adam")
    clocks = {"processor": time.process_time, "wall": time.perf_counter}
    seconds = {(clock, name): [] for clock in clocks for name in models}
    for _ in range(options.rounds + 1):
        for name, (vae, data) in models.items():
            start = {clock: read() for clock, read in clocks.items()}
            vae.fit(data, batch_size=BATCH, epochs=EPOCHS, verbose=0)
            for clock, read in clocks.items():
                seconds[clock, name].append(read() - start[clock])
    for clock in clocks:
        # The first round compiles.
        medians = {name: statistics.median(seconds[clock, name][1:]) for name in models}
        base, *others = models
        print(f"{clock}: {base} {1e3 * medians[base] / EPOCHS:.0f} ms an epoch", end="")
        print("".join(f"; {name} {medians[name] / medians[base]:.3f} of it" for name in others))


if __name__ == "__main__":
    main()
