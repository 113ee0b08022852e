"""Training and inference of keras_vae beside raw loops, Keras' own fit and pythae.

    python benchmarks/run.py [--jobs A B C D E] [--rounds 5] [--only torch] [--write]

All contenders of a job stay in processes of their own and take turns, epoch by epoch, so that a
machine that slows down slows all of them; what is reported are medians and their ratios.
"""

import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).parent

#: name -> (script with its arguments, KERAS_BACKEND)
CONTENDERS = {
    "keras_vae, JAX": ("ours.py {job}", "jax"),
    "keras_vae, TensorFlow": ("ours.py {job}", "tensorflow"),
    "keras_vae, torch": ("ours.py {job}", "torch"),
    "raw JAX, scan": ("raw_jax.py {job}", None),
    "raw TensorFlow, while_loop": ("raw_tensorflow.py {job}", None),
    "raw PyTorch, eager": ("raw_torch.py {job} eager", None),
    "raw PyTorch, fused Adam": ("raw_torch.py {job} fused", None),
    "raw PyTorch, compiled": ("raw_torch.py {job} compiled", None),
    "Keras fit, JAX": ("ours.py {job} --keras", "jax"),
    "Keras fit, TensorFlow": ("ours.py {job} --keras", "tensorflow"),
    "Keras fit, torch": ("ours.py {job} --keras", "torch"),
    "pythae": ("pythae_trainer.py {job}", None),
}


class Worker:
    """A contender's process; `seconds()` lets it run one epoch."""

    def __init__(self, command, backend, job):
        script, *arguments = command.format(job=job).split()
        environment = dict(os.environ, KERAS_BACKEND=backend or "", PYTHONPATH=str(HERE.parent))
        if not backend:
            del environment["KERAS_BACKEND"]
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "contenders" / script), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
        )
        self.ready = self._line() == "ready"

    def _line(self):
        # Some libraries greet on the standard output.
        for line in self.process.stdout:
            line = line.strip()
            if line == "ready" or line.replace(".", "").replace("e-", "").isdigit():
                return line
        return None

    def seconds(self):
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        return float(self._line())

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


def run_training(job, rounds, only=""):
    """Median seconds of an epoch by contender; those that cannot run are left out."""
    workers = {}
    for name, (command, backend) in CONTENDERS.items():
        if name == "pythae" and job == "C":
            continue  # its convolutions are other ones
        if only.lower() not in name.lower():
            continue
        worker = Worker(command, backend, job)
        if worker.ready:
            workers[name] = worker
        else:
            print(f"{name}: did not start", file=sys.stderr)
    times = {name: [] for name in workers}
    for _ in range(rounds):
        for name, worker in workers.items():
            times[name].append(worker.seconds())
    for worker in workers.values():
        worker.stop()
    return {name: statistics.median(values) for name, values in times.items()}


def run_inference():
    """Seconds of job E by contender."""
    results = {}
    for name, kind, backend in (
        ("keras_vae, JAX", "ours", "jax"),
        ("keras_vae, TensorFlow", "ours", "tensorflow"),
        ("keras_vae, torch", "ours", "torch"),
        ("one jitted JAX call", "jitted", "jax"),
        ("pythae", "pythae", "torch"),
    ):
        command = [sys.executable, str(HERE / "inference.py"), kind]
        environment = dict(os.environ, KERAS_BACKEND=backend, PYTHONPATH=str(HERE.parent))
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        if done.returncode:
            print(f"{name}: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)
            continue
        results[name] = json.loads(done.stdout.strip().splitlines()[-1])
    return results


REFERENCES = {
    "keras_vae, JAX": "raw JAX, scan",
    "keras_vae, TensorFlow": "raw TensorFlow, while_loop",
    "keras_vae, torch": "raw PyTorch, fused Adam",
}


def training_table(job, medians):
    """Rows: contender, milliseconds a step, ratio to raw JAX, ratio to its own raw loop."""
    from jobs import JOBS

    steps, base = JOBS[job].steps, medians.get("raw JAX, scan")
    lines = [f"| job {job} | ms a step | to raw JAX | to its raw loop |", "|---|---|---|---|"]
    for name, seconds in medians.items():
        own = medians.get(REFERENCES.get(name))
        ratio = f"{seconds / own:.2f}" if own else ""
        to_jax = f"{seconds / base:.2f}" if base else ""
        lines.append(f"| {name} | {1e3 * seconds / steps:.2f} | {to_jax} | {ratio} |")
    return "\n".join(lines)


def inference_table(results):
    """Rows: contender, seconds of each task."""
    tasks = ("decode", "encode", "log_likelihood")
    lines = [f"| job E, seconds | {' | '.join(tasks)} |", "|---|---|---|---|"]
    for name, seconds in results.items():
        cells = [f"{seconds[task]:.2f}" if task in seconds else "" for task in tasks]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def write(job, table):
    """Put the table of one job into `results.md`, in the order of the jobs; others stay."""
    path = HERE / "results.md"
    machine = f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores"
    sections = path.read_text().split("\n\n")[1:] if path.exists() else []
    found = {section.split()[2].rstrip(","): section.strip() for section in sections}
    found[job] = table
    path.write_text("\n\n".join([machine, *(found[name] for name in sorted(found))]) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", nargs="+", default=list("ABCDE"), choices=list("ABCDE"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="of training, those with this in their name")
    parser.add_argument(
        "--processor-time",
        action="store_true",
        help="seconds of the processors: for a machine that has other work too; "
        "with OMP_NUM_THREADS=1, for threads that wait count",
    )
    parser.add_argument("--write", action="store_true", help="write benchmarks/results.md")
    arguments = parser.parse_args()
    sys.path.insert(0, str(HERE))
    if arguments.processor_time:
        os.environ["BENCHMARK_CLOCK"] = "process_time"
    for job in arguments.jobs:
        if job == "E":
            table = inference_table(run_inference())
        else:
            table = training_table(job, run_training(job, arguments.rounds, arguments.only))
        print(table, flush=True)
        if arguments.write:
            write(job, table)


if __name__ == "__main__":
    main()
