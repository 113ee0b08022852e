"""What the recipes share: their options, a run of training, its numbers and their record."""

import argparse
import json
import shutil
import time
from pathlib import Path

import keras

import keras_vae

CROSS_ENTROPY = "grey values in [0, 1] under cross-entropy, not binarized; nats an image"
BITS = "binarized, so that log-likelihoods are those of a normalised model; nats an image"
DENSITY = "log-density of pixels in [0, 1], neither dequantized nor rescaled; nats an image"


class Recipe:
    """One run of one script, from its options to its record.

    Args:
        script: str, the script's `__file__`.
        epochs: int, how long it trains unless `--epochs` says otherwise.
        models: list of str, names of the models that it trains unless `--only` names fewer.
            Defaults to `()`: there is no such option.
    """

    def __init__(self, script, epochs, models=()):
        self.name = Path(script).stem
        parser = argparse.ArgumentParser(prog=f"python examples/{self.name}.py")
        parser.add_argument("--epochs", type=int, default=epochs, help=f"default {epochs}")
        parser.add_argument("--seed", type=int, default=0, help="default 0")
        parser.add_argument("--output", type=Path, default="examples/results", help="a folder")
        parser.add_argument("--images", type=int, help="so many of each part, to try the script")
        if models:
            parser.add_argument("--only", nargs="+", choices=models, metavar="MODEL")
        options = parser.parse_args()
        self.only = options.only if models else None
        self.models = self.only or list(models)
        self.epochs, self.seed, self.output = options.epochs, options.seed, options.output
        self.images = options.images
        self.output.mkdir(parents=True, exist_ok=True)
        keras.utils.set_random_seed(self.seed)
        self.backups, self.seconds, self.epochs_run = [], 0.0, 0
        self.history = None

    def cut(self, data):
        """The data, or their first `--images` rows in each part, to try a script quickly.

        Args:
            data: `keras_vae.datasets.Dataset`.
        """
        rows = slice(self.images)
        parts = [
            part and part._replace(x=part.x[rows], y=None if part.y is None else part.y[rows])
            for part in data
        ]
        return data._replace(**dict(zip(data._fields, parts, strict=True)))

    def fit(self, vae, data, callbacks=(), resume=False, batch_size=100, run=None, **kwargs):
        """Train for all epochs; the test part is watched, and never chosen by.

        Args:
            vae: `keras_vae.VAE`, compiled.
            data: `keras_vae.datasets.Dataset`.
            callbacks: sequence of callbacks. Defaults to `()`.
            resume: bool, whether to go on where a killed run with the same options stopped.
                Defaults to `False`.
            batch_size: int. Defaults to `100`.
            run: str, a name for one of several models that the script trains. Defaults to `None`.
            **kwargs: passed to `VAE.fit`, or taken instead of what stands here.
        """
        if resume:
            name = self.name if run is None else f"{self.name}-{run}"
            backup = f"output/{name}-{self.epochs}-epochs-seed-{self.seed}"
            # Kept until the record is written: a run that ended is not trained again either.
            restore = keras_vae.callbacks.BackupAndRestore(backup, delete_checkpoint=False)
            callbacks = [*callbacks, restore]
            self.backups.append(backup)
        start = time.perf_counter()
        settings = {
            "validation_data": (data.test.x,),
            "batch_size": batch_size,
            "epochs": self.epochs,
            "callbacks": list(callbacks),
            "verbose": 2,
            **kwargs,
        }
        self.history = vae.fit(data.train.x, **settings)
        self.seconds += time.perf_counter() - start
        self.epochs_run += len(self.history.epoch)

    def measure(self, vae, data, num_samples=100, num_images=None):
        """The numbers of a trained model, in nats an image, as a dict.

        The loss is the negative ELBO with one draw of z for each image, as `fit` gives it; the
        log-likelihood is by importance sampling.

        Args:
            vae: `keras_vae.VAE`.
            data: `keras_vae.datasets.Dataset`.
            num_samples: int, draws of z for each image's log-likelihood. Defaults to `100`.
            num_images: int, log-likelihood of so many test images. Defaults to `None`, all.
        """
        numbers = {}
        for part in ("train", "test"):
            x = getattr(data, part).x
            terms = vae.evaluate(x, batch_size=1000, verbose=0, return_dict=True)
            numbers.update({f"{part}_{name}": value for name, value in terms.items()})
        numbers["test_loss_of_its_best_epoch"] = min(self.history.history["val_loss"])
        x = data.test.x[:num_images]
        log_p = vae.log_likelihood(x, num_samples=num_samples, seed=self.seed, verbose=0)
        numbers[f"test_log_likelihood_{num_samples}_draws_{len(x)}_images"] = log_p.mean()
        return numbers

    def save(self, figure, picture):
        """Write a figure to `<output>/<recipe>-<picture>.png`."""
        figure.savefig(self.output / f"{self.name}-{picture}.png", dpi=100)

    def record(self, numbers, data, protocol):
        """Print the result and write it to `<output>/<recipe>-seed-<seed>.json`.

        Args:
            numbers: dict of name to number.
            data: str, the data set and how it was split.
            protocol: str, what is measured and in which units.
        """
        backend = keras.backend.backend()
        done = self.history.epoch if self.history else ()
        options = f"--epochs {self.epochs} --seed {self.seed}"
        options += "" if self.images is None else f" --images {self.images}"
        options += "" if self.only is None else f" --only {' '.join(self.only)}"
        record = {
            "recipe": self.name,
            "data": data,
            "protocol": protocol,
            "numbers": {name: _rounded(value) for name, value in numbers.items()},
            "epochs": done[-1] + 1 if done else self.epochs,
            "seed": self.seed,
            "backend": backend,
            "versions": {"keras": keras.__version__, "keras_vae": keras_vae.__version__},
            "seconds": round(self.seconds),
            "epochs_in_these_seconds": self.epochs_run,
            "command": f"KERAS_BACKEND={backend} python examples/{self.name}.py {options}",
        }
        text = json.dumps(record, indent=2)
        (self.output / f"{self.name}-seed-{self.seed}.json").write_text(text + "\n")
        for backup in self.backups:
            shutil.rmtree(backup, ignore_errors=True)
        print(text)


def _rounded(value):
    """Three digits behind the point, and five of errors and shares below one."""
    return round(float(value), 3 if abs(value) >= 1 else 5)
