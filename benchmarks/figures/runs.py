"""What the figures beside peers share: seeds, the part that is measured, and the record.

Settings were chosen by `--validation`. Without it the test part is measured, and the record written
to `results/<name>.json`: means and deviations over the seeds, and the command. `--only` measures
some contenders anew and keeps the others' rows.
"""

import argparse
import importlib.metadata
import json
import statistics
import time
from pathlib import Path

import keras

import keras_vae

RESULTS = Path(__file__).parent / "results"


def main(name, contenders, versions=(), conclude=None):
    """Run contenders for each seed, print means and deviations, and record them.

    Args:
        name: str, of the benchmark and its record.
        contenders: dict of functions `(seed, validation)` that give a dict of numbers, by name.
        versions: sequence of str, packages whose versions are recorded. Defaults to `()`.
        conclude: function of the rows -> dict that is recorded beside them. Defaults to `None`.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--validation", action="store_true", help="measure the validation part")
    parser.add_argument("--only", nargs="+", choices=list(contenders), default=list(contenders))
    options = parser.parse_args()
    rows = {}
    for contender in options.only:
        runs = []
        for seed in options.seeds:
            keras.utils.set_random_seed(seed)
            start = time.perf_counter()
            numbers = contenders[contender](seed, options.validation)
            runs.append({**numbers, "seconds": time.perf_counter() - start})
            print(contender, seed, _short(runs[-1]), flush=True)
        rows[contender] = _summary(runs)
        print(contender, rows[contender], flush=True)
        if not options.validation:
            _record(name, options.seeds, rows, versions, conclude)
    if conclude is not None:
        print(conclude(rows))


def _short(numbers):
    return {key: round(value, 4) for key, value in numbers.items()}


def _summary(runs):
    """Mean and standard deviation over the seeds of each number."""
    columns = {key: [run[key] for run in runs] for key in runs[0]}
    return {
        key: {
            "mean": round(statistics.mean(values), 4),
            "deviation": round(statistics.stdev(values), 4) if len(values) > 1 else None,
        }
        for key, values in columns.items()
    }


def _record(name, seeds, rows, versions, conclude):
    path = RESULTS / f"{name}.json"
    known = json.loads(path.read_text()) if path.exists() else {"rows": {}}
    rows = {**known["rows"], **rows}
    record = {
        "command": f"KERAS_BACKEND={keras.backend.backend()} python benchmarks/figures/{name}.py",
        "seeds": seeds,
        "versions": {
            "keras": keras.__version__,
            "keras_vae": keras_vae.__version__,
            **{package: importlib.metadata.version(package) for package in versions},
        },
        "rows": rows,
        **(conclude(rows) if conclude is not None else {}),
    }
    RESULTS.mkdir(exist_ok=True)
    path.write_text(json.dumps(record, indent=1) + "\n")
