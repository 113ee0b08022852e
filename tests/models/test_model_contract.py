"""What every model of the zoo keeps: one contract, whatever likelihood, prior or objective it has.

A new paper joins by its registration: `zoo.tiny` makes it small. Its weights are in
`golden_weights.json` from the next release on.
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
    seed_states,
    set_seed_states,
    state,
    suited,
    without_noise,
)
from golden_weights import GOLDEN, layout
from zoo import ADVERSARIAL, MODELS, OWN_PRIORS, PRIORS, VARIANTS

from keras_vae import likelihoods, models, objectives, priors
from keras_vae.distributions import Density
from keras_vae.parts import snake_case

BATCH_SIZE = 8
NUM_X, NUM_VAL = 20, 11  # both end in a short batch
WHOLE = 16  # of them, in two batches: a short one costs a compilation of its own
TERMS = ["kl", "reconstruction"]
#: one model of each kind of machinery, for what costs several compilations
KINDS = [
    "VAE",
    "GaussianVAE",
    "ConvVAE",
    "VampVAE",
    "CategoricalVAE",
    "VQVAE",
    "IWAE",
    "FactorVAE",
]
#: variants whose evaluation and inference are checked too
THOROUGH = {
    *KINDS,
    "ConditionalVAE",
    "SemiSupervisedVAE",
    "SVAE",
    "BinaryVAE",
    "SylvesterVAE",
    "IAFVAE",
    "RealNVPPriorVAE",
    "HierarchicalVAE",
    "FSQVAE",
    "batch_norm",
}
EPOCHS = 10
#: all models on all backends; parts, which have tests of their own on each, in a model on one: the
#: one that compiles nothing
CHECKED = VARIANTS if BACKEND == "torch" else MODELS
each_kind = pytest.mark.parametrize("name", KINDS)


def examples(vae, n, seed=0):
    """Inputs of a model: data of its shape, with labels if it is conditional."""
    x = suited(levels(n, vae.data_shape, seed=seed), vae.likelihood_layer)
    return x if vae.condition_shape is None else {"x": x, "condition": labels(vae, n)}


def labels(vae, n):
    return np.arange(n) % vae.condition_shape[0]


def condition(vae, n):
    """The keyword argument `condition`, if the model has one."""
    return {} if vae.condition_shape is None else {"condition": labels(vae, n)}


def test_zoo_names_every_model_and_part():
    assert set(MODELS) == set(models.__all__)
    members = set(priors.__all__) - {"Prior", "get"}
    known = set(PRIORS | OWN_PRIORS)
    assert known == {snake_case(name) for name in members} - {"conditional_normal"}


# ---- made ------------------------------------------------------------------------------------


GOLDEN_LAYOUTS = json.loads(GOLDEN.read_text())


@pytest.mark.parametrize("name", CHECKED)
def test_constructor_builds_the_golden_weights(name, tmp_path):
    vae = VARIANTS[name](seed=0)
    assert vae.built and all(layer.built for layer in vae._flatten_layers())
    found = layout(vae, tmp_path)
    # What is new since the last release has no golden weights yet.
    assert found == GOLDEN_LAYOUTS.get(name, found)
    counts = [math.prod(shape) for key, shape in found.items() if not key.startswith("vars/")]
    assert vae.count_params() == sum(counts)


def test_no_model_with_golden_weights_is_gone():
    assert set(GOLDEN_LAYOUTS) <= set(VARIANTS)


# ---- trained ---------------------------------------------------------------------------------


@dataclasses.dataclass
class Run:
    """What a model went through: an epoch with learning rate 0, then those that learn.

    Where its terms can be computed by hand, its posterior has next to no variance.
    """

    name: str
    vae: keras.Model
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


def make_run(name):
    vae = perturb(VARIANTS[name](seed=0))
    short_batches = name in KINDS
    x = examples(vae, NUM_X if short_batches else WHOLE)
    x_val = examples(vae, NUM_VAL if short_batches else BATCH_SIZE, seed=1)
    by_hand_too = by_hand.knows(vae)
    if by_hand_too:
        without_noise(vae)
    quick_compile(vae, keras.optimizers.Adam(0.0))
    before = state(vae)
    fit = {"validation_data": (x_val,), "batch_size": BATCH_SIZE, "verbose": 0}
    noise = seed_states(vae)
    still = vae.fit(x, shuffle=False, **fit).history
    expected = expected_val = None
    if by_hand_too:
        optimal = isinstance(vae.likelihood_layer, likelihoods.OptimalNormal)
        expect = expected_of_optimal if optimal else expected_of_others
        expected, expected_val = expect(vae, x, x_val)
    set_seed_states(vae, noise)  # of validation, which has drawn nothing else
    evaluated = None
    if name in THOROUGH:
        evaluated = vae.evaluate(x_val, batch_size=BATCH_SIZE, verbose=0, return_dict=True)
    vae.optimizer.learning_rate.assign(0.02)
    learning = vae.fit(x, epochs=EPOCHS, **fit).history
    return Run(name, vae, expected, expected_val, still, evaluated, learning, before, state(vae))


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


def check_history(run, tmp_path):
    names = ["loss", *run.vae.objective.term_names]
    assert set(names) | {f"val_{n}" for n in names} <= set(run.learning)
    assert all(
        len(values) == EPOCHS and np.isfinite(values).all() for values in run.learning.values()
    )


def check_terms_by_hand(run, tmp_path):
    if run.expected is None:
        return  # its terms have tests of their own
    logs = {name: values[0] for name, values in run.still.items()}
    by_hand.assert_terms(logs, run.expected_val, "val_")
    if run.same_in_training:
        by_hand.assert_terms(logs, run.expected)


def check_loss_is_the_sum_of_its_terms(run, tmp_path):
    if not isinstance(run.vae.objective, objectives.ELBO) or run.name.startswith("free_bits"):
        return  # its loss is no function of the terms
    beta = float(run.vae.objective.kl_weight)
    assert beta == {"BetaVAE": 4.0, "MultVAE": pytest.approx(0.2)}.get(run.name, 1.0)
    for history in (run.still, run.learning):
        for prefix in ("", "val_"):
            reconstruction, kl, loss = (
                np.array(history[prefix + n]) for n in ("reconstruction", "kl", "loss")
            )
            np.testing.assert_allclose(loss, reconstruction + beta * kl, rtol=1e-5)


def check_elbo(run, tmp_path):
    """Minus the unweighted terms that make it up, of every model that has a bound."""
    density = run.vae.context.example_posterior().traits.density
    has_bound = density is not Density.NONE and run.vae.likelihood_layer.is_density
    assert ("elbo" in run.learning) == ("val_elbo" in run.learning) == has_bound
    kls = {"kl", "kl_continuous", "kl_discrete", "class_kl"} & set(run.learning)
    # With several draws `kl` is the mean over them, where the bound has the closed form.
    if not has_bound or not kls or run.vae.objective.num_draws:
        return
    for history in (run.still, run.learning):
        for prefix in ("", "val_"):
            told = [np.array(history[prefix + n]) for n in ("reconstruction", *kls)]
            np.testing.assert_allclose(history[prefix + "elbo"], -sum(told), rtol=1e-5, atol=1e-5)


def check_evaluate_agrees_with_validation(run, tmp_path):
    """Names and numbers."""
    assert {n for n in run.learning if not n.startswith("val_")} == set(run.evaluated)
    for name, value in run.evaluated.items():
        np.testing.assert_allclose(value, run.still["val_" + name][0], rtol=1e-5, atol=1e-5)


def check_training_moves_every_weight_and_statistic(run, tmp_path):
    unmoved = set(run.before) - moved(run.before, run.after)
    # Weights of terms, temperatures and the like are moved by schedules only; priors over codes
    # learn later.
    parts = (run.vae.objective, run.vae.posterior_layer, run.vae.prior_layer)
    settings = {v.path for part in parts for v in part.non_trainable_variables}
    assert {name.split("#")[0] for name in unmoved} <= settings


def check_loss_falls(run, tmp_path):
    # Where two players or a multiplier pull at the loss, the data must still fit better.
    name = "reconstruction" if run.name in ADVERSARIAL else "loss"
    # On other data a draw of z may hide it, where the posterior has its noise.
    for key in (name, f"val_{name}") if run.expected else (name,):
        assert run.learning[key][-1] < run.learning[key][0], key


def check_shapes(run, tmp_path):
    vae, five = run.vae, examples(run.vae, 5)
    if hasattr(vae, "fit_prior"):
        vae.fit_prior(five, epochs=1, verbose=0)
    z = vae.encode(five)
    assert z.shape == (5, *vae.latent_shape)
    made = {
        "decode": vae.decode(z, **condition(vae, 5)),
        "reconstruct": vae.reconstruct(five),
        "generate": vae.generate(5, **condition(vae, 5)),
        "sample": vae.generate(5, sample=True, **condition(vae, 5)),
        "predict": vae.predict(five, verbose=0),
    }
    for name, values in made.items():
        assert isinstance(values, np.ndarray) and values.dtype == "float32", name
        assert values.shape == (5, *vae.data_shape) and np.isfinite(values).all(), name


def check_keras_file(run, tmp_path):
    run.vae.save(tmp_path / "vae.keras")
    loaded = keras.saving.load_model(tmp_path / "vae.keras")
    assert type(loaded) is type(run.vae)
    assert_same_state(run.vae, loaded, rtol=0)
    x = examples(loaded, NUM_X)
    np.testing.assert_array_equal(loaded.reconstruct(x), run.vae.reconstruct(x))


CHECKS = [
    check_history,
    check_terms_by_hand,
    check_loss_is_the_sum_of_its_terms,
    check_elbo,
    check_training_moves_every_weight_and_statistic,
    check_loss_falls,
    check_keras_file,
]


# One test for all checks: they share a run, which is what takes the time.
@pytest.mark.parametrize("name", CHECKED)
def test_trains_as_promised(name, tmp_path):
    run = make_run(name)
    for check in CHECKS:
        check(run, tmp_path)
    if name in THOROUGH:
        check_evaluate_agrees_with_validation(run, tmp_path)
        check_shapes(run, tmp_path)


@pytest.mark.parametrize("name", CHECKED)
def test_keras_file_keeps_a_model_that_was_never_called(name, tmp_path):
    vae = VARIANTS[name](seed=3, name="mine")
    vae.save(tmp_path / "vae.keras")
    loaded = keras.saving.load_model(tmp_path / "vae.keras")
    assert_same_state(vae, loaded, rtol=0)
    # As text, where Keras' tuples and lists are the same.
    assert json.dumps(loaded.get_config()) == json.dumps(vae.get_config())
    assert loaded.name == "mine" and not loaded.compiled
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
    return vae, vae.fit(examples(vae, WHOLE), **fit).history


@each_kind
def test_same_seed_same_run(name):
    one, history = fitted(name)
    other, again = fitted(name)
    assert_same_history(history, again, rtol=0)
    assert_same_state(one, other, rtol=0)


@each_kind
def test_reloaded_in_mid_training_it_goes_on_as_if_unbroken(name, tmp_path):
    vae, _ = fitted(name)
    vae.save(tmp_path / "vae.keras")
    rest = {"batch_size": BATCH_SIZE, "initial_epoch": 2, "epochs": 4, "verbose": 0}
    x = examples(vae, WHOLE)
    unbroken = vae.fit(x, **rest).history
    loaded = keras.saving.load_model(tmp_path / "vae.keras")
    assert int(loaded.optimizer.iterations) == 4
    assert_same_history(unbroken, loaded.fit(x, **rest).history)
    assert_same_state(vae, loaded)


@each_kind
@pytest.mark.skipif(BACKEND != "tensorflow", reason="on JAX always so; on torch it takes minutes")
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
        x = examples(vae, NUM_X)
        runs[steps] = vae, vae.fit(x, batch_size=BATCH_SIZE, shuffle=False, verbose=0).history
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
    [*((name, "mixed_float16") for name in KINDS), ("BernoulliVAE", "mixed_bfloat16")],
)
def test_mixed_precision_has_float32_terms(name, policy):
    vae = quick_compile(MODELS[name](seed=5, dtype=policy))
    x = examples(vae, WHOLE)
    history = vae.fit(x, batch_size=BATCH_SIZE, verbose=0).history
    assert np.isfinite([values[0] for values in history.values()]).all()
    assert vae.encoder.layers[-1].compute_dtype == policy.removeprefix("mixed_")
    assert {v.dtype for v in vae.weights} == {"float32"}
    tensors = [t for t in keras.tree.flatten(vae.posterior(x)) if keras.ops.is_tensor(t)]
    # Codes are whole numbers.
    assert {keras.backend.standardize_dtype(t.dtype) for t in tensors} - {"int32"} == {"float32"}
