"""What missing values cost: MissingDataVAE with a mask, and the same model without one.

    OMP_NUM_THREADS=1 KERAS_BACKEND=jax python benchmarks/missing_values.py

Both train in the compiled loop on as many rows, in turns. On a machine that has other work to do
the processor's seconds still compare, and the wall's do not.
"""

import argparse
import statistics
import time

import keras
import numpy as np

from keras_vae.models import MissingDataVAE

ROWS, COLUMNS, BATCH, EPOCHS = 7_680, 20, 64, 3


def contenders():
    """A compiled model and its data, by name."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(ROWS, COLUMNS)).astype("float32")
    holed = np.where(rng.uniform(size=x.shape) < 0.5, np.nan, x)
    for name, data in (("without a mask", x), ("with a mask", holed)):
        keras.utils.set_random_seed(0)
        vae = MissingDataVAE((COLUMNS,), missing=data is holed, seed=0)
        vae.compile("adam")
        yield name, (vae, data)


def main():
    parser = argparse.ArgumentParser(prog="python benchmarks/missing_values.py")
    parser.add_argument("--rounds", type=int, default=12)
    rounds = parser.parse_args().rounds
    models = dict(contenders())
    clocks = {"processor": time.process_time, "wall": time.perf_counter}
    seconds = {(clock, name): [] for clock in clocks for name in models}
    for _ in range(rounds + 1):
        for name, (vae, data) in models.items():
            start = {clock: read() for clock, read in clocks.items()}
            vae.fit(data, batch_size=BATCH, epochs=EPOCHS, verbose=0)
            for clock, read in clocks.items():
                seconds[clock, name].append(read() - start[clock])
    for clock in clocks:
        # The first round compiles.
        medians = {name: statistics.median(seconds[clock, name][1:]) for name in models}
        ratio = medians["with a mask"] / medians["without a mask"]
        each = ", ".join(f"{name} {1e3 * s / EPOCHS:.0f} ms" for name, s in medians.items())
        print(f"{clock}: an epoch {each}; ratio {ratio:.3f}")


if __name__ == "__main__":
    main()
