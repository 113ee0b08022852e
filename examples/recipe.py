"""What the recipes share: their options, a run of training, its numbers and their record."""

import argparse
import json
import time
from pathlib import Path

import keras

import keras_vae

CROSS_ENTROPY = "grey values in [0, 1] under cross-entropy, not binarized; nats an image"
DENSITY = "log-density of pixels in [0, 1], neither dequantized nor rescaled; nats an image"


class Recipe:
    """One run of one script, from its options to its record.

    Args:
        script: str, the script's `__file__`.
        epochs: int, how long it trains unless `--epochs` says otherwise.
    """

    def __init__(self, script, epochs):
        self.name = Path(script).stem
        parser = argparse.ArgumentParser(prog=f"python examples/{self.name}.py")
        parser.add_argument("--epochs", type=int, default=epochs, help=f"default {epochs}")
        parser.add_argument("--seed", type=int, default=0, help="default 0")
        parser.add_argument("--output", type=Path, default="examples/results", help="a folder")
        options = parser.parse_args()
        self.epochs, self.seed, self.output = options.epochs, options.seed, options.output
        self.output.mkdir(parents=True, exist_ok=True)
        keras.utils.set_random_seed(self.seed)

    def fit(self, vae, data, callbacks=(), resume=False, batch_size=100):
        """Train for all epochs; the test part is watched, and never chosen by.

        Args:
            vae: `keras_vae.VAE`, compiled.
            data: `keras_vae.datasets.Dataset`.
            callbacks: sequence of callbacks. Defaults to `()`.
            resume: bool, whether to go on where a killed run with the same options stopped.
                Defaults to `False`.
            batch_size: int. Defaults to `100`.
        """
        if resume:
            backup = f"output/{self.name}-{self.epochs}-epochs-seed-{self.seed}"
            callbacks = [*callbacks, keras.callbacks.BackupAndRestore(backup)]
        start = time.perf_counter()
        self.history = vae.fit(
            data.train.x,
            validation_data=(data.test.x,),
            batch_size=batch_size,
            epochs=self.epochs,
            callbacks=list(callbacks),
            verbose=2,
        )
        self.seconds = time.perf_counter() - start

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
        # 2,000 latents at once: the feature maps of a convolutional decoder take a gigabyte at most
        log_p = vae.log_likelihood(
            x, num_samples=num_samples, seed=self.seed, batch_size=2000, verbose=0
        )
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
        options = f"--epochs {self.epochs} --seed {self.seed}"
        record = {
            "recipe": self.name,
            "data": data,
            "protocol": protocol,
            "numbers": {name: round(float(value), 3) for name, value in numbers.items()},
            "epochs": self.history.epoch[-1] + 1,
            "seed": self.seed,
            "backend": backend,
            "versions": {"keras": keras.__version__, "keras_vae": keras_vae.__version__},
            "seconds": round(self.seconds),
            "epochs_in_these_seconds": len(self.history.epoch),
            "command": f"KERAS_BACKEND={backend} python examples/{self.name}.py {options}",
        }
        text = json.dumps(record, indent=2)
        (self.output / f"{self.name}-seed-{self.seed}.json").write_text(text + "\n")
        print(text)
