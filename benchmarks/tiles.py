"""Peak memory and time of encoding and decoding one large image, whole and in tiles.

    KERAS_BACKEND=torch python benchmarks/tiles.py [--sides 512 1024] [--tile 256] [--overlap 64]
        [--filters 128 256 512 512] [--dtype float32]

Each case runs in a process of its own, whose greatest resident memory it prints: on a CPU all of
it, on a GPU without what is on the device. The weights are random, for memory does not depend on
them. It also says whether every number is finite, as they must be with `--dtype mixed_bfloat16`
or `bfloat16`. This is not a test.
"""

import argparse
import json
import resource
import subprocess
import sys
import time

FILTERS = (32, 64, 128, 128)


def measure(side, tile, overlap, filters, dtype):
    """One case, in this process: a dict of numbers."""
    import numpy as np

    from keras_vae import models, networks

    network = networks.LatentDiffusion(tuple(filters), blocks=2)
    vae = models.AutoencoderKL((None, None, 3), network=network, dtype=dtype, seed=0)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    x = np.random.default_rng(0).uniform(-1, 1, size=(1, side, side, 3)).astype("float32")
    start = time.perf_counter()
    z = vae.encode(x, tile=tile, overlap=overlap, batch_size=1)
    again = vae.decode(z, tile=tile, overlap=overlap, batch_size=1)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    finite = bool(np.isfinite(z).all() and np.isfinite(again).all())
    return {"before": before / 2**20, "peak": peak / 2**20, "seconds": seconds, "finite": finite}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sides", type=int, nargs="+", default=[512, 1024])
    parser.add_argument("--tile", type=int, default=256)
    parser.add_argument("--overlap", type=int, default=64)
    parser.add_argument("--filters", type=int, nargs="+", default=FILTERS)
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--case", type=json.loads, default=None, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.case is not None:
        print(json.dumps(measure(**arguments.case)))
        return
    common = {
        "overlap": arguments.overlap,
        "filters": arguments.filters,
        "dtype": arguments.dtype,
    }
    print("| side | tile | GB before | GB at most | seconds | finite |\n|---|---|---|---|---|---|")
    for side in arguments.sides:
        for tile in (None, arguments.tile):
            case = json.dumps({"side": side, "tile": tile, **common})
            run = [sys.executable, __file__, "--case", case]
            done = subprocess.run(run, capture_output=True, text=True)  # noqa: S603
            if done.returncode:
                print(f"| {side} | {tile} | failed: {done.stderr.strip().splitlines()[-1:]} |")
                continue
            r = json.loads(done.stdout.strip().splitlines()[-1])
            print(
                f"| {side} | {tile or 'whole'} | {r['before']:.2f} | {r['peak']:.2f} | "
                f"{r['seconds']:.0f} | {r['finite']} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
