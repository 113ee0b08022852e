"""`python tests [BACKEND ...] [pytest options]`: the tests on each backend, one after the other.

Keras fixes its backend when it is imported, so each backend gets a pytest of its own. No backend
named means all that are installed.
"""

import importlib.util
import itertools
import os
import subprocess
import sys
from pathlib import Path

BACKENDS = ("tensorflow", "jax", "torch")

# One process a core beats one process with many threads: the tests' arrays are small. And XLA would
# spend most of the time on programs that run once, so it is asked for correct ones and no more.
XLA = (
    "--xla_cpu_multi_thread_eigen=false",
    "--xla_backend_optimization_level=0",
    "--xla_llvm_disable_expensive_passes=true",
    "--xla_cpu_use_fusion_emitters=false",
)
SETTINGS = {
    "OMP_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "XLA_FLAGS": " ".join(XLA),
}


def run(backend, options):
    """One pytest under `backend`; its exit code."""
    print(f"\n==== {backend} ====", flush=True)
    environment = {"TF_CPP_MIN_LOG_LEVEL": "3", **SETTINGS, **os.environ}
    environment["KERAS_BACKEND"] = backend
    command = [sys.executable, "-m", "pytest", "-n", "auto", "--dist", "worksteal", *options]
    return subprocess.run(command, env=environment, cwd=Path(__file__).parents[1]).returncode


def main(arguments):
    """Run the tests on the named backends, or on all installed ones; 1 if any failed."""
    named = list(itertools.takewhile(BACKENDS.__contains__, arguments))
    backends = named or [name for name in BACKENDS if importlib.util.find_spec(name)]
    codes = {backend: run(backend, arguments[len(named) :]) for backend in backends}
    print()
    for backend, code in codes.items():
        print(f"{backend}: {f'FAILED, exit code {code}' if code else 'passed'}")
    return 1 if any(codes.values()) or not codes else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
