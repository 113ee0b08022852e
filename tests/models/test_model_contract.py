"""What every model of the zoo keeps: one contract, whatever likelihood, prior or objective it has.

A new model joins with its line in `zoo.MODELS` and its weights in `golden_weights.json`.
"""

import dataclasses
import json
import math

import by_hand
import keras
import numpy as np
import pytest
from checks import (
    BACKEND,
    assert_same_history,
    assert_same_state,
    levels,
    moved,
    perturb,
    quick_compile,
    state,
    without_noise,
)
from golden_weights import GOLDEN, layout
from zoo import DATA_SHAPE, LIKELIHOODS, MODELS, PRIORS, VARIANTS

from keras_vae import likelihoods, models, priors
from keras_vae.parts import snake_case

BATCH_SIZE = 8
X, X_VAL = levels(20), levels(11, seed=1)  # both end in a short batch
WHOLE = 16  # of them, in two batches: a short one costs a compilation of its own
TERMS = ["kl", "reconstruction"]
every_model = pytest.mark.parametrize("name", MODELS)


def test_zoo_names_every_model_and_part():
    assert set(MODELS) == set(models.__all__)
    for family, known in ((likelihoods, LIKELIHOODS), (priors, PRIORS)):
        members = set(family.__all__) - {"Likelihood", "Prior", "get"}
        assert set(known) == {snake_case(name) for name in members}


# ---- made ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", VARIANTS)
def test_constructor_builds_the_golden_weights(name, tmp_path):
    vae = VARIANTS[name](seed=0)
    assert vae.built and all(layer.built for layer in vae._flatten_layers())
    golden = json.loads(GOLDEN.read_text())[name]
    assert layout(vae, tmp_path) == golden
    counts = [math.prod(shape) for key, shape in golden.items() if not key.startswith("vars/")]
    assert vae.count_params() == sum(counts)


# ---- trained ---------------------------------------------------------------------------------


@dataclasses.dataclass
class Run:
    """What a model went through: an epoch with learning rate 0, then one that learns, and so on.

    Its posterior has next to no variance, so every term can be computed by hand.
    """

    name: str
    vae: keras.Model
    x: np.ndarray
    x_val: np.ndarray
    expected: dict
    expected_val: dict
    still: dict
    evaluated: dict
    learning: dict
    before: dict
    after: dict

    @property
    def same_in_training(self):
        """Whether the networks do the same in training and outside of it."""
        return self.name != "batch_norm"


@pytest.fixture(scope="module", params=VARIANTS)
def run(request):
    name = request.param
    short_batches = name in MODELS
    x, x_val = (X, X_VAL) if short_batches else (X[:WHOLE], X_VAL[:BATCH_SIZE])
    vae = without_noise(perturb(VARIANTS[name](seed=0)))
    quick_compile(vae, keras.optimizers.Adam(0.0))
    before = state(vae)
    fit = {"validation_data": (x_val,), "batch_size": BATCH_SIZE, "verbose": 0}
    still = vae.fit(x, shuffle=False, **fit).history
    optimal = isinstance(vae.likelihood_layer, likelihoods.OptimalNormal)
    expected = (expected_of_optimal if optimal else expected_of_others)(vae, x, x_val)
    evaluated = vae.evaluate(x_val, batch_size=BATCH_SIZE, verbose=0, return_dict=True)
    vae.optimizer.learning_rate.assign(0.02)
    learning = vae.fit(x, epochs=3, **fit).history
    return Run(name, vae, x, x_val, *expected, still, evaluated, learning, before, state(vae))


def expected_of_others(vae, x, x_val):
    return by_hand.expected_terms(vae, x), by_hand.expected_terms(vae, x_val)


def expected_of_optimal(vae, x, x_val):
    """The variance is each batch's in training, and outside of it their running average."""
    batches = [x[i : i + BATCH_SIZE] for i in range(0, len(x), BATCH_SIZE)]
    variances = [np.mean((batch - vae.reconstruct(batch)) ** 2) for batch in batches]
    terms = [
        by_hand.expected_terms(vae, batch, scale=math.sqrt(variance))
        for batch, variance in zip(batches, variances, strict=True)
    ]
    sizes = [len(batch) for batch in batches]
    means = {n: np.average([t[n][0] for t in terms], weights=sizes) for n in TERMS}
    ages = np.arange(len(batches))[::-1]
    average = np.average(variances, weights=vae.likelihood_layer.momentum**ages)
    expected_val = by_hand.expected_terms(vae, x_val, scale=math.sqrt(average))
    return {n: (mean, 0.0) for n, mean in means.items()}, expected_val


def test_history_has_the_loss_the_terms_and_their_validation_twins(run):
    names = ["loss", *TERMS]
    assert sorted(run.learning) == sorted([*names, *(f"val_{n}" for n in names)])
    assert all(len(values) == 3 and np.isfinite(values).all() for values in run.learning.values())
    assert sorted(run.evaluated) == sorted(names)


def test_terms_are_those_computed_by_hand(run):
    logs = {name: values[0] for name, values in run.still.items()}
    by_hand.assert_terms(logs, run.expected_val, "val_")
    if run.same_in_training:
        by_hand.assert_terms(logs, run.expected)


def test_loss_is_the_sum_of_its_terms(run):
    if run.name == "free_bits":
        pytest.skip("its loss is no function of the terms")
    beta = float(run.vae.objective.kl_weight)
    assert beta == (4.0 if run.name == "BetaVAE" else 1.0)
    for history in (run.still, run.learning):
        for prefix in ("", "val_"):
            reconstruction, kl, loss = (
                np.array(history[prefix + n]) for n in ("reconstruction", "kl", "loss")
            )
            np.testing.assert_allclose(loss, reconstruction + beta * kl, rtol=1e-5)


def test_evaluate_agrees_with_validation(run):
    for name, value in run.evaluated.items():
        # What is left of noise is in the estimated KL of the mixture.
        error = run.expected_val[name][1] if name in TERMS else run.expected_val["kl"][1]
        validated = run.still["val_" + name][0]
        np.testing.assert_allclose(value, validated, rtol=1e-5, atol=1e-5 + 2 * error)


def test_training_moves_every_weight_and_statistic(run):
    unmoved = set(run.before) - moved(run.before, run.after)
    assert all("/kl_weight#" in name for name in unmoved)


def test_loss_falls(run):
    assert run.learning["loss"][2] < run.learning["loss"][0]
    assert run.learning["val_loss"][2] < run.learning["val_loss"][0]


def test_latents_reconstructions_and_samples_have_their_shapes(run):
    z = run.vae.encode(X[:5])
    assert z.shape == (5, *run.vae.latent_shape)
    made = {
        "decode": run.vae.decode(z),
        "reconstruct": run.vae.reconstruct(X[:5]),
        "generate": run.vae.generate(5),
        "sample": run.vae.generate(5, sample=True),
        "predict": run.vae.predict(X[:5], verbose=0),
    }
    for name, values in made.items():
        assert isinstance(values, np.ndarray) and values.dtype == "float32", name
        assert values.shape == (5, *DATA_SHAPE) and np.isfinite(values).all(), name


def test_keras_file_keeps_weights_and_outputs_after_training(run, tmp_path):
    run.vae.save(tmp_path / "vae.keras")
    loaded = keras.saving.load_model(tmp_path / "vae.keras")
    assert type(loaded) is type(run.vae)
    assert_same_state(run.vae, loaded, rtol=0)
    np.testing.assert_array_equal(loaded.reconstruct(X), run.vae.reconstruct(X))


@pytest.mark.parametrize("name", VARIANTS)
def test_keras_file_keeps_a_model_that_was_never_called(name, tmp_path):
    vae = VARIANTS[name](seed=3, name="mine")
    vae.save(tmp_path / "vae.keras")
    loaded = keras.saving.load_model(tmp_path / "vae.keras")
    assert_same_state(vae, loaded, rtol=0)
    # As text, where Keras' tuples and lists are the same.
    assert json.dumps(loaded.get_config()) == json.dumps(vae.get_config())
    assert loaded.name == "mine"
    fresh = VARIANTS[name](seed=4)
    vae.save_weights(tmp_path / "vae.weights.h5")
    fresh.load_weights(tmp_path / "vae.weights.h5")
    assert_same_state(vae, fresh, rtol=0)


# ---- as any Keras model ----------------------------------------------------------------------


def fitted(name, epochs=2, fit=None, **compile_options):
    """A model trained with noise, and its history; the same numbers each time."""
    keras.utils.set_random_seed(1)
    vae = quick_compile(MODELS[name](seed=5), **compile_options)
    fit = {"batch_size": BATCH_SIZE, "epochs": epochs, "verbose": 0, **(fit or {})}
    return vae, vae.fit(X[:WHOLE], **fit).history


@every_model
def test_same_seed_same_run(name):
    one, history = fitted(name)
    other, again = fitted(name)
    assert_same_history(history, again, rtol=0)
    assert_same_state(one, other, rtol=0)


@every_model
def test_reloaded_in_mid_training_it_goes_on_as_if_unbroken(name, tmp_path):
    vae, _ = fitted(name)
    vae.save(tmp_path / "vae.keras")
    rest = {"batch_size": BATCH_SIZE, "initial_epoch": 2, "epochs": 4, "verbose": 0}
    unbroken = vae.fit(X[:WHOLE], **rest).history
    loaded = keras.saving.load_model(tmp_path / "vae.keras")
    assert int(loaded.optimizer.iterations) == 4
    assert_same_history(unbroken, loaded.fit(X[:WHOLE], **rest).history)
    assert_same_state(vae, loaded)


@every_model
@pytest.mark.skipif(BACKEND == "torch", reason="torch.compile takes minutes")
def test_jit_compile(name):
    _, history = fitted(name, epochs=1, jit_compile=True)
    assert np.isfinite(history["loss"]).all()


@pytest.mark.skipif(BACKEND == "torch", reason="Keras refuses it on torch")
def test_steps_per_execution():
    """Two steps a call make the run that one step a call makes, its last step a short batch."""
    runs = {}
    for steps in (1, 2):
        keras.utils.set_random_seed(1)
        vae = quick_compile(MODELS["BernoulliVAE"](seed=5), steps_per_execution=steps)
        runs[steps] = vae, vae.fit(X, batch_size=BATCH_SIZE, shuffle=False, verbose=0).history
        assert int(vae.optimizer.iterations) == 3
    assert_same_history(runs[1][1], runs[2][1])
    assert_same_state(runs[1][0], runs[2][0])


def test_run_eagerly():
    options = {"epochs": 1, "fit": {"shuffle": False}}
    vae, history = fitted("BernoulliVAE", **options)
    eager, again = fitted("BernoulliVAE", **options, run_eagerly=True, jit_compile=False)
    assert_same_history(history, again, rtol=1e-4)
    assert_same_state(vae, eager, rtol=1e-4)


@pytest.mark.parametrize(
    "name, policy",
    [*((name, "mixed_float16") for name in MODELS), ("BernoulliVAE", "mixed_bfloat16")],
)
def test_mixed_precision_has_float32_terms(name, policy):
    vae = quick_compile(MODELS[name](seed=5, dtype=policy))
    history = vae.fit(X[:16], batch_size=BATCH_SIZE, verbose=0).history
    assert np.isfinite([values[0] for values in history.values()]).all()
    assert vae.encoder.layers[-1].compute_dtype == policy.removeprefix("mixed_")
    assert {v.dtype for v in vae.weights} == {"float32"}
    q = vae.posterior(X[:2])
    assert {keras.backend.standardize_dtype(t.dtype) for t in (q.mean, q.log_var)} == {"float32"}
