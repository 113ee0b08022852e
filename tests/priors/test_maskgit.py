"""MaskGIT: its bound and its draws against all orders of few codes, and what it has not."""

import itertools

import keras
import numpy as np
import pytest
from checks import levels, quick_compile

from keras_vae import evaluation, models, networks, priors
from keras_vae.distributions import Density, UniformCodes
from keras_vae.evaluation.checks import NotApplicable

X = levels(24, (4, 4), num_levels=2)
LABELS = np.arange(24) % 3
#: all 81 latents of four places with three codes
EVERY = np.array(list(np.ndindex(3, 3, 3, 3))).reshape(-1, 2, 2)


def model(prior=None, cls=models.VQVAE, **kwargs):
    prior = prior or priors.MaskGIT(width=8, blocks=1, heads=2, num_steps=4, choice_temperature=1e9)
    options = {"latent_dim": 3, "num_codes": 3, "filters": (4,), "blocks": 1, **kwargs}
    return quick_compile(cls((4, 4), prior=prior, seed=0, **options))


@pytest.fixture(scope="module")
def fitted():
    """A model with a prior that is far from uniform."""
    vae = model()
    vae.fit(X, verbose=0)
    vae.fit_prior(X, epochs=1, verbose=0)
    rng = np.random.default_rng(0)
    for weight in vae.prior_layer.network.variables:
        weight.assign(rng.normal(0, 1.5, weight.shape))
    return vae


def log_p_by_order(prior):
    """log p of every latent, its codes filled in one by one in each order, (24, 81)."""
    codes = EVERY.reshape(81, 4)
    shown_sets = np.array(list(itertools.product([True, False], repeat=4)))
    log_p = {}
    for shown in shown_sets:
        logits = prior.network.predict(np.where(shown, codes, 3), verbose=0)
        each = logits - np.logaddexp.reduce(logits, axis=-1, keepdims=True)
        log_p[tuple(shown)] = np.take_along_axis(each, codes[..., None], -1)[..., 0]
    rows = []
    for order in itertools.permutations(range(4)):
        total, shown = np.zeros(81), [False] * 4
        for place in order:
            total += log_p[tuple(shown)][:, place]
            shown[place] = True
        rows.append(total)
    return np.array(rows)


def test_bound_is_the_mean_over_all_orders(fitted):
    by_order = log_p_by_order(fitted.prior_layer)
    np.testing.assert_allclose(np.exp(by_order).sum(axis=1), 1.0, rtol=1e-4)
    density = np.logaddexp.reduce(by_order, axis=0) - np.log(24)  # that of random orders
    bound = by_order.mean(axis=0)
    assert np.all(bound <= density + 1e-5) and (density - bound).max() > 0.01
    many = np.tile(EVERY, (100, 1, 1))
    draws = fitted.prior_layer.log_prob_bound(many, 4, seed=0).reshape(100, 81)
    error = draws.std(axis=0, ddof=1) / 10
    assert np.all(np.abs(draws.mean(axis=0) - bound) < 4.5 * error + 1e-5)


def test_draws_in_random_order_follow_the_mean_of_the_orders(fitted):
    # With nothing but noise in the choice, and one code a step, an order is as likely as another.
    p = np.exp(log_p_by_order(fitted.prior_layer)).mean(axis=0)
    codes = fitted.prior_layer.sample_indices(4000, seed=0).reshape(4000, 4)
    counts = np.bincount(codes @ [27, 9, 3, 1], minlength=81)
    assert np.all(np.abs(counts / 4000 - p) < 5 * np.sqrt(p * (1 - p) / 4000) + 1e-3)
    likeliest = fitted.prior_layer.sample_indices(3, seed=0, temperature=0.0)
    assert np.all(likeliest == likeliest[0])


def test_every_place_sees_every_other():
    network = networks.masked_transformer(5, 4, width=8, blocks=1, heads=2)
    rng = np.random.default_rng(0)
    for weight in network.trainable_weights:
        weight.assign(rng.normal(0, 0.5, weight.shape))
    codes = np.repeat(rng.integers(4, size=(1, 5)), 6, axis=0)
    codes[np.arange(5), np.arange(5)] = 4
    logits = network.predict(codes, verbose=0)
    assert np.all(np.abs(logits[:5] - logits[5]).max(axis=-1) > 1e-6)


@pytest.mark.parametrize("num_steps", [1, 3, 50])
def test_any_number_of_steps_gives_codes(fitted, num_steps):
    prior = fitted.prior_layer
    before, prior.num_steps = prior.num_steps, num_steps
    codes = prior.sample_indices(5, seed=0)
    prior.num_steps = before
    assert codes.shape == (5, 2, 2) and codes.min() >= 0 and codes.max() < 3


def test_no_number_needs_the_density_that_it_has_not(tmp_path):
    prior = priors.MaskGIT(width=8, blocks=1, heads=2)
    vae = model(prior)
    assert "elbo" in vae.fit(X, verbose=0).history
    assert isinstance(vae.prior(), UniformCodes) and vae.log_likelihood(X, 1).shape == (24,)
    vae.fit_prior(X, epochs=1, verbose=0)
    assert vae.prior().traits.density is Density.NONE and not vae.prior_layer.has_density
    with pytest.raises(ValueError, match="prior has a density"):
        vae.log_likelihood(X, 1)
    for number in (evaluation.log_likelihood, evaluation.elbo, evaluation.bits_per_dimension):
        with pytest.raises(NotApplicable, match="prior"):
            number(vae, X)
    for scores in (prior.log_prob, vae.prior().log_prob):
        with pytest.raises(ValueError, match="log_prob_bound"):
            scores(EVERY)
    vae.save(tmp_path / "vae.keras")
    loaded = quick_compile(keras.saving.load_model(tmp_path / "vae.keras"))
    for trained in (vae, loaded):  # which go on as if there were no prior, and tell no bound
        made = trained.generate(3, seed=0)
        assert made.shape == (3, 4, 4) and np.isfinite(made).all()
        history = trained.fit(X, validation_data=(X,), verbose=0).history
        assert np.isfinite(history["loss"][0]) and "elbo" not in history
        assert "elbo" not in trained.evaluate(X, return_dict=True, verbose=0)


def test_condition_and_guidance(tmp_path):
    prior = priors.MaskGIT(width=8, blocks=1, heads=2, choice_temperature=1.0)
    vae = model(prior, models.ResidualVQVAE, condition_shape=(3,), num_levels=2)
    vae.fit({"x": X, "condition": LABELS}, verbose=0)
    codes = np.broadcast_to(LABELS[:, None, None, None], (24, 2, 2, 2)).copy()
    wanted = np.repeat([0, 1, 2], 20)
    vae.prior_layer.fit(
        codes, np.eye(3)[LABELS], epochs=60, batch_size=24, optimizer=keras.optimizers.Adam(0.03),
        verbose=0,
    )  # fmt: skip
    hits = []
    for prior.guidance in (0.0, 3.0):
        draws = prior.sample_indices(60, seed=0, condition=np.eye(3)[wanted])
        hits.append(np.mean(draws == wanted[:, None, None, None]))
    assert hits[0] > 0.8 and hits[1] > 0.95
    own = prior.log_prob_bound(codes, condition=np.eye(3)[LABELS], seed=0)
    other = prior.log_prob_bound(codes, condition=np.eye(3)[(LABELS + 1) % 3], seed=0)
    assert np.all(own > other)
    prior.guidance = 0.0
    made = vae.generate(condition=wanted, seed=0)
    vae.save(tmp_path / "vae.keras")
    loaded = keras.saving.load_model(tmp_path / "vae.keras")
    np.testing.assert_allclose(loaded.generate(condition=wanted, seed=0), made, atol=1e-5)


@pytest.mark.parametrize("wrong", [{"width": 10, "heads": 4}, {"num_steps": 0}, {"guidance": -1.0}])
def test_wrong_arguments_are_refused(wrong):
    with pytest.raises(ValueError, match="MaskGIT"):
        priors.MaskGIT(**wrong)
