"""Rows larger than the memory, streamed from a memory map: how fast beside rows in memory?

    python benchmarks/larger_than_memory.py [--gigabytes 0.25] [--limit 0]

One process trains on a part of the rows that is held in memory, another on the memory map of all
of them. The latter may take `--limit` gigabytes of memory beyond what it takes before training
(`ulimit -d`, RLIMIT_DATA; 0: a fifth of the rows), and so cannot hold them. Both take the network
of Burda et al., 784-200-200-z50, in batches of 100. Rows in memory are counted in the last of three
epochs, streamed rows from the second compiled block on, for the first one compiles.

10 GB under 2 GB: `python benchmarks/larger_than_memory.py --gigabytes 10 --limit 2`.
"""

import argparse
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
FEATURES, ROW = 784, 784 * 4
GIGABYTE = 2**30
#: rows that are written at once
PIECE = 2**15
#: rows of a batch, and of a compiled block: no block is shorter, which would be compiled anew
BATCH, BLOCK = 100, 6000


def write(path, rows):
    """A file of float32 bits whose means differ by row, (rows, 784)."""
    import numpy as np

    rng = np.random.default_rng(0)
    data = np.lib.format.open_memmap(path, "w+", "float32", (rows, FEATURES))
    for first in range(0, rows, PIECE):
        last = min(first + PIECE, rows)
        means = rng.random((last - first, 8), "float32").repeat(98, axis=1)
        data[first:last] = rng.random((last - first, FEATURES), "float32") < means
    data.flush()


def status(name):
    """A number of bytes from the kernel's account of this process."""
    for line in pathlib.Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return 1024 * int(line.split()[1])
    raise ValueError(f"/proc/self/status must have {name}")


def train(path, rows, in_memory, limit):
    """Rows of a second, and the most memory beyond that before training."""
    import keras
    import numpy as np

    import keras_vae
    from keras_vae.callbacks.blockwise import once_a_block

    class Watch(keras.callbacks.Callback):
        """Rows and seconds since the first block, and the most memory."""

        first = seen = begin = end = most = 0

        def on_epoch_begin(self, epoch, logs=None):
            self.begin = 0

        @once_a_block
        def on_train_batch_end(self, batch, logs=None):
            now = time.perf_counter()
            if not self.begin:
                self.begin, self.first = now, batch
            self.end, self.seen = now, batch
            self.most = max(self.most, status("RssAnon"))

    data = np.load(path, mmap_mode="r")[:rows]
    x = np.array(data) if in_memory else data
    vae = keras_vae.models.BernoulliVAE((FEATURES,), latent_dim=50, hidden=(200, 200), seed=0)
    vae.compile("adam")
    small = np.array(data[:1000])
    vae.fit(small, batch_size=BATCH, verbose=0)  # what a backend takes once for all
    before = status("RssAnon")
    if limit:
        allowed = status("VmData") + limit
        resource.setrlimit(resource.RLIMIT_DATA, (allowed, allowed))
    watch, begin = Watch(), time.perf_counter()
    epochs = 3 if in_memory else 1
    history = vae.fit(x, batch_size=BATCH, epochs=epochs, verbose=0, callbacks=[watch])
    steps = watch.seen - watch.first
    return {
        "rows_per_second": BATCH * steps / (watch.end - watch.begin),
        "seconds": time.perf_counter() - begin,
        "gigabytes": (watch.most - before) / GIGABYTE,
        "loss": history.history["loss"][0],
    }


def measure(path, rows, in_memory, limit):
    """`train` in a process of its own."""
    command = [sys.executable, __file__, "--worker", json.dumps([path, rows, in_memory, limit])]
    paths = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": paths}
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gigabytes", type=float, default=0.25, help="of the rows")
    parser.add_argument("--limit", type=float, default=0.0, help="gigabytes; 0: a fifth of them")
    parser.add_argument("--folder", help="where the rows are written; the system's by default")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        print(json.dumps(train(*json.loads(options.worker))))
        return
    size = int(options.gigabytes * GIGABYTE)
    limit = int(options.limit * GIGABYTE) or max(size // 5, 3 * 2**28)
    rows = max(2 * BLOCK, size // ROW // BLOCK * BLOCK)
    held = max(2 * BLOCK, min(rows // 2, limit // (4 * ROW)) // BLOCK * BLOCK)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        path = os.path.join(folder, "rows.npy")
        write(path, rows)
        memory = measure(path, held, True, 0)
        streamed = measure(path, rows, False, limit)
    backend = os.environ.get("KERAS_BACKEND", "tensorflow")
    print(f"{backend}: {rows:,} rows, {size / GIGABYTE:.2f} GB, limit {limit / GIGABYTE:.2f} GB")
    for name, found in (("in memory", memory), ("streamed", streamed)):
        print(
            f"{name:10} {found['rows_per_second']:10,.0f} rows/s  {found['seconds']:7.1f} s  "
            f"{found['gigabytes']:.2f} GB more  loss {found['loss']:.2f}"
        )
    print(f"ratio {streamed['rows_per_second'] / memory['rows_per_second']:.2f}")


if __name__ == "__main__":
    main()
