"""Recipes: every model can be made, and a training that is killed goes on as if unbroken."""

import dataclasses
import json
import os

import keras
import numpy as np
import pytest
from checks import BACKEND, bits

from keras_vae import VAE, models, pretrained
from keras_vae.callbacks import LinearKLWarmup
from keras_vae.datasets import Dataset, Split
from keras_vae.presets import __main__ as commands
from keras_vae.presets import recipes, training
from keras_vae.presets.measurements import likelihood_numbers
from keras_vae.presets.progress import Progress
from keras_vae.presets.recipe import Recipe

#: what differs between backends, saved states and their return, the models' own tests cover
pytestmark = pytest.mark.skipif(BACKEND != "torch", reason="once is enough")
SHAPES = {
    "vae_digits_2d": (8, 8),
    "vae_frey_face_2d": (28, 20),
    "beta_vae_sprites": (64, 64),
    "beta_tcvae_sprites": (64, 64),
    "count_vae_blood_cells": (765,),
    "topic_vae_newsgroups": (2000,),
    "mult_vae_films": (1669,),
    "tabular_vae_adult": (15,),
    "autoencoder_kl_emoji": (64, 64, 3),
    "vqgan_emoji": (64, 64, 3),
}
#: models that are made from their data
NEED_DATA = {"tabular_vae_adult"}


#: one recipe for each way to make a model
MAKERS = {recipe.model: name for name, recipe in recipes.ALL.items()}


@pytest.mark.parametrize("name", MAKERS.values())
def test_every_recipe_makes_its_model(name):
    if name in NEED_DATA and not os.environ.get("KERAS_VAE_DATA"):
        pytest.skip("needs real data")
    recipe = recipes.get(name)
    vae = recipe.model(recipe.seed)
    assert vae.data_shape == SHAPES.get(name, (28, 28))
    if recipe.prepare is not None:
        recipe.prepare(vae, np.random.default_rng(0).uniform(size=(500, *vae.data_shape)))
    vae.compile(recipe.optimizer(10))
    assert all(isinstance(c, keras.callbacks.Callback) for c in recipe.callbacks())


def test_rate_falls_along_a_cosine():
    rate = recipes.get("vae_burda").optimizer(10)._learning_rate
    got = [float(keras.ops.convert_to_numpy(rate(step))) for step in (0, 5000, 10_000)]
    np.testing.assert_allclose(got, [3e-3, 1.53e-3, 6e-5], rtol=1e-5)


def tiny(**changes):
    """A recipe that trains in no time, with all that has a state: warm-up, bits, patience."""
    recipe = Recipe(
        name="tiny",
        title="tiny",
        reference="none",
        data=lambda: Dataset(*(Split(bits(16, seed=seed)) for seed in range(3))),
        protocol="none",
        licence="none",
        model=lambda seed: models.BernoulliVAE((4, 3), hidden=(8,), seed=seed),
        optimizer=lambda steps: keras.optimizers.Adam(0.02),
        epochs=6,
        batch_size=8,
        binarize="dynamic",
        callbacks=lambda: [LinearKLWarmup(3)],
        patience=5,
        patience_from=1,
        num_samples=4,
    )
    return dataclasses.replace(recipe, **changes)


class Killed(BaseException):
    """What ends a run without a word to anybody."""


class Kill(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 3:
            raise Killed


def weights(folder):
    return VAE.from_preset(folder).get_weights()


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory):
    output = tmp_path_factory.mktemp("unbroken")
    assert training.train(tiny(), output)
    return output / "tiny"


def test_killed_training_goes_on_as_if_unbroken(unbroken, tmp_path, capsys):
    killed = tiny(callbacks=lambda: [LinearKLWarmup(3), Kill()])
    with pytest.raises(Killed):
        training.train(killed, tmp_path, every=0.0)
    assert [path.name for path in tmp_path.iterdir()] == ["tiny-checkpoint"]
    assert training.train(tiny(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["tiny"]
    for one, other in zip(weights(unbroken), weights(tmp_path / "tiny"), strict=True):
        np.testing.assert_allclose(other, one, rtol=1e-5, atol=1e-6)
    assert "epoch 6/6: loss" in capsys.readouterr().out


def test_card_says_how_it_was_trained_and_is_measured_later(unbroken):
    card = json.loads((unbroken / "metadata.json").read_text())
    assert card["results"] is None
    assert card["training"]["epochs"] == 6
    assert card["training"]["command"].endswith("python -m keras_vae.presets train tiny")
    card = training.evaluate(tiny(), unbroken)
    again = json.loads((unbroken / "metadata.json").read_text())
    assert again == card
    results = card["results"]
    assert results["negative_log_likelihood"] < results["negative_elbo"] + 1
    parts = results["reconstruction"] + results["kl"]
    assert results["negative_elbo"] == pytest.approx(parts, rel=1e-5)
    # The ELBO of the check, with its own draws: within its error of the other estimate.
    assert -card["check"]["elbo"] == pytest.approx(results["negative_elbo"], abs=1.0)


def test_a_recipe_goes_on_from_another_preset(unbroken, tmp_path):
    onward = tiny(name="onward", begin_with="tiny", epochs=1, patience=None)
    still = dataclasses.replace(onward, optimizer=lambda steps: keras.optimizers.SGD(0.0))
    with pytest.raises(ValueError, match="train it first, by `python -m keras_vae.presets train t"):
        training.train(still, tmp_path)
    assert training.train(still, unbroken.parent)
    begin, end = VAE.from_preset(unbroken), VAE.from_preset(unbroken.parent / "onward")
    for network in ("encoder", "decoder"):
        pair = (getattr(vae, network).get_weights() for vae in (begin, end))
        for one, other in zip(*pair, strict=True):
            np.testing.assert_array_equal(other, one)
    bundled = recipes.get("iwae_5")
    assert bundled.begin_with in pretrained.bundled_names()


def test_log_likelihood_is_carried_over_from_every_kth_image(unbroken):
    vae, part = VAE.from_preset(unbroken), Split(bits(400, seed=3))
    full = likelihood_numbers(vae, part, tiny(num_samples=200))
    carried = likelihood_numbers(vae, part, tiny(num_samples=200, full_every=5))
    assert carried["num_samples"] == 200 and carried["num_images"] == 400
    assert carried["carried_over_from"] == "80 images, all others with 20 draws"
    assert carried["carried_over"] > 0  # a bound that rises with the draws
    gap = carried["negative_log_likelihood"] - full["negative_log_likelihood"]
    # The draws are others in both, and their noise is what the error stands for.
    assert abs(gap) < 4 * np.sqrt(2 + 80 / 400) * carried["carried_over_error"]


class Watched:
    """A model for `Progress` alone: its weights are the epoch's number."""

    stop_training = False
    variables = ()

    def __init__(self):
        self.epoch = 0

    def get_weights(self):
        return [np.array(self.epoch)]

    def save_weights(self, path, overwrite=True):
        path.write_bytes(b"")


def watched(tmp_path, losses, **changes):
    progress = Progress(tmp_path / "checkpoint", tiny(epochs=20, **changes))
    model = Watched()
    progress.set_model(model)
    progress.on_train_begin()
    for epoch, loss in enumerate(losses):
        model.epoch = epoch + 1
        progress.on_epoch_end(epoch, {"loss": 0.0, "val_loss": loss})
        if model.stop_training:
            break
    return progress


def test_patience_counts_behind_the_warm_up(tmp_path):
    losses = [1.0, 9.0, 5.0, 6.0, 6.0, 6.0, 4.0]
    progress = watched(tmp_path, losses, patience=3, patience_from=1)
    assert (progress.epoch, progress.best_epoch, progress.best) == (6, 3, 5.0)
    assert progress.finished and int(progress.best_weights[0]) == 3


def test_without_patience_all_epochs_are_trained(tmp_path):
    progress = watched(tmp_path, 20 * [float("nan")], patience=None)
    assert progress.finished and progress.epoch == 20 and progress.best_weights is None


def test_time_that_is_up_ends_a_run_with_a_checkpoint(tmp_path, capsys):
    assert not training.train(tiny(), tmp_path, minutes=0.0)
    assert "the same command goes on" in capsys.readouterr().out
    saved = json.loads((tmp_path / "tiny-checkpoint/progress.json").read_text())
    assert saved["epoch"] == 1 and not saved["finished"]
    with pytest.raises(ValueError, match="checkpoint of this recipe"):
        training.train(tiny(seed=1), tmp_path)


def test_commands_train_evaluate_and_list(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(recipes.ALL, "tiny", tiny(epochs=1, patience=None))
    for action in ("train", "evaluate"):
        assert commands.main([action, "tiny", "--output", str(tmp_path)]) == 0
    assert "negative_log_likelihood" in capsys.readouterr().out
    assert commands.main(["list"]) == 0
    assert "tiny" in capsys.readouterr().out
