"""Train a preset from its recipe, and measure it: two steps, so that test numbers are read once."""

import datetime
import math
import os
from pathlib import Path
from typing import Any

import keras

from keras_vae import pretrained
from keras_vae.models import VAE
from keras_vae.presets.measurements import check_numbers
from keras_vae.presets.progress import Progress
from keras_vae.presets.recipe import Recipe
from keras_vae.presets.rounding import round_weights


def train(
    recipe: Recipe,
    output: str | os.PathLike[str],
    minutes: float | None = None,
    every: float = 60.0,
) -> bool:
    """Train a preset, or go on with it, and write it to `<output>/<name>` when it is done.

    Sees no test example. The weights are those of the best epoch on the validation part where the
    recipe has a patience, else the last ones.

    Args:
        recipe: `Recipe`.
        output: path of a folder; the checkpoint is in it too, while the training lasts.
        minutes: float, time after which to stop, with a checkpoint. Defaults to `None`.
        every: float, seconds between checkpoints. Defaults to `60.0`.

    Returns:
        bool, whether the training is done.

    Raises:
        ValueError: if there is no preset of the recipe's `begin_with`, or the checkpoint is of
            another recipe.
        OSError: if a file cannot be written, as on a full disk; the last checkpoint is kept.
    """
    data = recipe.data()
    # For the initial weights; all else follows the model's own seed.
    keras.utils.set_random_seed(recipe.seed)
    vae = recipe.model(recipe.seed)
    if recipe.begin_with is not None:
        _begin(vae, recipe, Path(output))
    if recipe.prepare is not None:
        recipe.prepare(vae, data.train.x)
    steps = math.ceil(len(data.train.x) / recipe.batch_size)
    vae.compile(recipe.optimizer(steps), **recipe.players())
    checkpoint = Path(output) / f"{recipe.name}-checkpoint"
    progress = Progress(checkpoint, recipe, minutes, every)
    progress.resume(vae)
    if not progress.finished:
        _fit(recipe, vae, data, progress)
    if not progress.finished:
        print(f"{recipe.name}: stopped; the same command goes on", flush=True)
        return False
    if progress.best_weights is not None:
        vae.set_weights(progress.best_weights)
    if recipe.finish is not None:
        recipe.finish(vae, data.train.x)
    if recipe.significant_bits is not None:
        round_weights(vae, recipe.significant_bits)
    vae.save_to_preset(Path(output) / recipe.name, _card(recipe, progress))
    progress.remove()
    print(f"{recipe.name}: done, {progress.seconds:.0f} s", flush=True)
    return True


def _begin(vae, recipe, output):
    """Give encoder and decoder the weights of the preset that the recipe goes on from."""
    name = recipe.begin_with
    trained_here = (output / name).is_dir()
    if not trained_here and name not in pretrained.bundled_names():
        raise ValueError(
            f"{recipe.name} goes on from the preset {name!r}, which must be in {output} or inside "
            f"the package: train it first, by `python -m keras_vae.presets train {name}`. "
            "Received: neither"
        )
    begin = VAE.from_preset(output / name if trained_here else name)
    vae.encoder.set_weights(begin.encoder.get_weights())
    vae.decoder.set_weights(begin.decoder.get_weights())


def _fit(recipe, vae, data, progress):
    validation = None if data.validation is None else (data.validation.x,)
    vae.fit(
        data.train.x,
        validation_data=validation,
        batch_size=recipe.batch_size,
        epochs=recipe.epochs,
        initial_epoch=progress.epoch,
        binarize=recipe.binarize,
        callbacks=[*recipe.callbacks(), progress],
        verbose=0,
    )


def _card(recipe, progress):
    return {
        "name": recipe.name,
        "title": recipe.title,
        "reference": recipe.reference,
        "protocol": recipe.protocol,
        "licence": recipe.licence,
        "seed": recipe.seed,
        "published": recipe.published,
        "differs": recipe.differs,
        "fine_tunes": recipe.fine_tunes,
        "training": {
            "command": recipe.command("train"),
            "epochs": progress.epoch,
            "best_epoch": progress.best_epoch or progress.epoch,
            "seconds": round(progress.seconds),
            "device": _device(),
            "date": datetime.date.today().isoformat(),
        },
        "results": None,
    }


def _device():
    """Whether a GPU did the work."""
    try:
        return "gpu" if keras.distribution.list_devices("gpu") else "cpu"
    except (AttributeError, RuntimeError):  # torch has no such list; JAX raises where there is none
        return "cpu"


def evaluate(recipe: Recipe, folder: str | os.PathLike[str]) -> dict[str, Any]:
    """Measure a preset on the test part, and write the numbers into its card.

    Args:
        recipe: `Recipe`.
        folder: path of the preset.

    Returns:
        The card, a dict.
    """
    card = {**pretrained.read_metadata(folder), **measure(recipe, folder)}
    pretrained.write_metadata(folder, card)
    return card


def measure(recipe: Recipe, folder: str | os.PathLike[str]) -> dict[str, Any]:
    """What `evaluate` writes into a card: its `results`, and the `check` that tests recompute."""
    vae = VAE.from_preset(folder)
    test = recipe.data().test
    part = test._replace(x=test.x[: recipe.num_images])
    results = {"command": recipe.command("evaluate"), **recipe.measure(vae, part, recipe)}
    return {"results": results, "check": check_numbers(vae, part.x, recipe.seed)}
