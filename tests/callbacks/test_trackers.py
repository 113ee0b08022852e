"""Callbacks of trackers and tuners, which are not ours: they see what `fit` tells."""

import keras
import numpy as np
import pytest
from checks import BACKEND, quick_compile

from keras_vae import models

X = np.random.default_rng(0).random((40, 6)).astype("float32")
TERMS = {"loss", "elbo", "reconstruction", "kl", "val_loss", "val_elbo"}


def model(**kwargs):
    return quick_compile(models.BernoulliVAE((6,), 2, hidden=(4,), seed=0), **kwargs)


def fit(vae, *others, **kwargs):
    options = {"validation_data": (X[:8],), "epochs": 2, "batch_size": 8, "verbose": 0}
    return vae.fit(X, callbacks=list(others), **{**options, **kwargs})


def test_csv_logger_and_lambda_callback_see_every_term(tmp_path):
    seen = []
    logger = keras.callbacks.CSVLogger(tmp_path / "log.csv")
    fit(
        model(),
        logger,
        keras.callbacks.LambdaCallback(on_epoch_end=lambda e, logs: seen.append(logs)),
    )
    assert set(seen[1]) >= TERMS
    assert set((tmp_path / "log.csv").read_text().splitlines()[0].split(",")) >= TERMS


def test_tensorboard(tmp_path):
    pytest.importorskip("tensorboard")
    if BACKEND == "jax":
        pytest.importorskip("tensorflow")
    vae = model()
    fit(vae, keras.callbacks.TensorBoard(tmp_path, write_graph=False))
    assert {path.name for path in tmp_path.iterdir()} >= {"train", "validation"}
    assert any((tmp_path / "train").iterdir())


def test_keras_tuner(tmp_path):
    tuner = pytest.importorskip("keras_tuner")

    def build(hp):
        width = hp.Choice("width", [2, 4])
        return quick_compile(models.BernoulliVAE((6,), 2, hidden=(width,), seed=0))

    search = tuner.GridSearch(
        build, tuner.Objective("val_elbo", "max"), directory=tmp_path, project_name="widths"
    )
    search.search(X, validation_data=(X[:8],), epochs=1, verbose=0)
    best = search.get_best_hyperparameters()[0]
    assert best.get("width") in (2, 4)
    assert isinstance(search.get_best_models()[0], models.BernoulliVAE)


def test_weights_and_biases_without_a_network(tmp_path, monkeypatch):
    wandb = pytest.importorskip("wandb")
    keras_callbacks = pytest.importorskip("wandb.integration.keras")
    monkeypatch.setenv("WANDB_MODE", "offline")
    run = wandb.init(project="keras_vae", dir=str(tmp_path), settings=wandb.Settings(silent=True))
    fit(model(), keras_callbacks.WandbMetricsLogger())
    assert dict(run.summary).keys() >= {"epoch/kl", "epoch/val_elbo"}
    run.finish()


def test_mlflow(tmp_path, monkeypatch):
    mlflow = pytest.importorskip("mlflow")
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    mlflow.set_tracking_uri((tmp_path / "runs").as_uri())
    with mlflow.start_run() as run:
        log = keras.callbacks.LambdaCallback(
            on_epoch_end=lambda epoch, logs: mlflow.log_metrics(logs, step=epoch)
        )
        fit(model(), log)
    metrics = mlflow.get_run(run.info.run_id).data.metrics
    assert set(metrics) >= TERMS


@pytest.mark.skipif(BACKEND != "jax", reason="Keras' callback of Orbax is for JAX")
def test_orbax(tmp_path):
    pytest.importorskip("orbax.checkpoint")
    vae = model()
    fit(vae, keras.callbacks.OrbaxCheckpoint(str(tmp_path / "orbax"), save_freq="epoch"))
    assert any((tmp_path / "orbax").iterdir())
