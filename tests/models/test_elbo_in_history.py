"""The `elbo` that histories show: which bound it is, who has one, and what may watch it."""

import keras
import numpy as np
import pytest
from checks import (
    bits,
    levels,
    quick_compile,
    seed_states,
    set_seed_states,
    shared_out,
    to_numpy,
)
from zoo import MODELS

from keras_vae import VAE, callbacks, evaluation, likelihoods, models, networks, objectives
from keras_vae.backend import mean_over_batch

X = bits(64)
FIT = {"batch_size": 32, "verbose": 0}
#: models whose bound is not the sum of the terms beside it, or not of one draw
SINGULAR = {
    "IWAE": {},
    "BetaTCVAE": {"num_data": len(X)},
    "IAFVAE": {},
    "VampVAE": {},
    "VQVAE": {},
    "HierarchicalVAE": {},
    "SVAE": {},
}


def told(vae, x, **kwargs):
    return vae.evaluate(x, verbose=0, return_dict=True, **kwargs)["elbo"]


@pytest.mark.parametrize("name", shared_out(SINGULAR))
def test_elbo_is_the_bound_that_evaluation_knows(name):
    vae = quick_compile(MODELS[name](seed=0, **SINGULAR[name]))
    count = 50
    bound = evaluation.elbo(vae, X, num_samples=count).elbo
    # The deviation of the mean over examples of single draws, from that of many.
    deviation = bound.sampling_error * np.sqrt(count - 1)
    assert abs(told(vae, X) - bound.mean) < 4 * (deviation + bound.sampling_error) + 1e-4


@pytest.mark.parametrize("labelled", [True, False])
def test_elbo_of_the_semi_supervised_model_is_of_what_it_says(labelled):
    vae = quick_compile(models.SemiSupervisedVAE((4, 3), 2, latent_dim=2, hidden=(8,), seed=0))
    labels = np.arange(len(X)) % 2 if labelled else np.full(len(X), -1)
    bound = evaluation.elbo(vae, {"x": X, "condition": labels}, num_samples=50).elbo
    # Of log p(x, y) in training, where evaluation has log p(x|y); both of log p(x) without y.
    expected = bound.mean - np.log(2) if labelled else bound.mean
    slack = 4 * bound.sampling_error * np.sqrt(50)
    assert abs(told(vae, {"x": X, "condition": labels}) - expected) < slack


def test_weights_of_the_objective_do_not_move_it():
    vae = quick_compile(MODELS["BetaVAE"](seed=0))
    noise = seed_states(vae)
    first = told(vae, X)
    vae.objective.kl_weight.assign(100.0)
    set_seed_states(vae, noise)
    assert told(vae, X) == pytest.approx(first, rel=1e-6)


# ---- who has one -----------------------------------------------------------------------------


def image_vae(likelihood):
    shape = (4, 4)
    encoder = networks.mlp(shape, {"mean": (2,), "log_var": (2,)}, hidden=(4,))
    decoder = networks.mlp((2,), likelihood.parameter_shapes(shape), hidden=(4,))
    return quick_compile(VAE(encoder, decoder, likelihood=likelihood, seed=0))


def test_distances_have_none_and_a_new_likelihood_brings_it():
    x = levels(8, (4, 4))
    vae = image_vae(likelihoods.MSSSIM(window=3, num_scales=1))
    assert "elbo" not in vae.fit(x, **FIT).history
    vae.likelihood_layer = likelihoods.Bernoulli()
    quick_compile(vae)
    assert "elbo" in vae.fit(x, **FIT).history


class Own(objectives.Objective):
    term_names = ("elbo",)

    def call(self, trace):
        loss = mean_over_batch(-trace.log_likelihood())
        return loss, {"elbo": 0.0 * loss + 5.0}


def test_a_term_of_that_name_is_the_objectives_own():
    vae = quick_compile(MODELS["VAE"](objective=Own()))
    assert vae.fit(X, **FIT).history["elbo"] == pytest.approx([5.0])
    assert [metric.name for metric in vae.term_metrics] == ["elbo"]


# ---- who watches it --------------------------------------------------------------------------


def test_the_best_epoch_is_found_within_a_warmup(tmp_path):
    vae = quick_compile(MODELS["BernoulliVAE"](seed=0), keras.optimizers.Adam(0.05))
    best = {"monitor": "val_elbo", "mode": "max"}
    path = tmp_path / "best.keras"
    watching = [
        keras.callbacks.EarlyStopping(patience=50, restore_best_weights=True, **best),
        keras.callbacks.ModelCheckpoint(path, save_best_only=True, **best),
    ]
    warmup = callbacks.LinearKLWarmup(12)
    history = vae.fit(
        X, validation_data=(X,), epochs=12, callbacks=[warmup, *watching], **FIT
    ).history
    assert len(history["val_elbo"]) == 12
    assert float(vae.objective.kl_weight) == 1.0
    stored = keras.saving.load_model(path)
    for one, other in zip(vae.trainable_variables, stored.trainable_variables, strict=True):
        np.testing.assert_array_equal(to_numpy(one), to_numpy(other))
