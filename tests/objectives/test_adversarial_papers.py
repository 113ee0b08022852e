"""VAE/GAN and Soft-IntroVAE: from one loss, each player gets the gradient of its own."""

import keras
import numpy as np
import pytest
from checks import to_numpy
from keras import ops
from toys import compute, grey, small_vae, tensor
from traces import compiled

from keras_vae import models, objectives
from keras_vae.backend import gradient
from keras_vae.objectives.fixed import replaced

X = grey(5)


def vaegan(gamma=2.0):
    vae = small_vae(
        models.GaussianVAE, likelihood="normal", objective=objectives.VAEGAN(gamma, 4, stages=1)
    )
    rng = np.random.default_rng(0)
    for variable in vae.objective.trainable_variables:
        variable.assign(rng.normal(size=variable.shape))
    return vae


def soft_intro(**options):
    return small_vae(
        models.GaussianVAE, likelihood="normal", objective=objectives.SoftIntro(**options)
    )


def slope(vae, variable, function):
    """The gradient by one weight of `function(loss, terms)` of a pass whose noise is the same."""

    def at(value):
        # The seeds are variables too, and do not move in the scope.
        with replaced([vae], variable, value):
            trace = vae.trace(tensor(X), training=True)
            loss, terms = vae.objective.call(trace)
            return function(loss, terms) + 0.0 * ops.sum(value)

    return to_numpy(compiled(lambda value: gradient(at, value))(tensor(to_numpy(variable))))


@pytest.mark.parametrize(
    ("player", "expected"),
    [
        ("encoder", lambda loss, terms: terms["kl"] + terms["feature_error"]),
        ("decoder", lambda loss, terms: terms["feature_error"] + terms["adversarial"] / 2.0),
        ("discriminator", lambda loss, terms: terms["discriminator"]),
    ],
)
def test_each_player_of_vaegan_has_the_gradient_of_the_paper(player, expected):
    vae = vaegan()
    network = vae.objective.discriminator.network if player == "discriminator" else None
    network = network or getattr(vae, player)
    variable = network.trainable_variables[0]
    found = slope(vae, variable, lambda loss, terms: loss)
    assert np.abs(found).max() > 1e-4
    np.testing.assert_allclose(found, slope(vae, variable, expected), rtol=1e-4, atol=1e-6)


def test_the_discriminator_of_vaegan_is_judged_by_nothing_else():
    vae = vaegan()
    for variable in (vae.encoder.trainable_variables[0], vae.decoder.trainable_variables[0]):
        assert not slope(vae, variable, lambda loss, terms: terms["discriminator"]).any()
    variable = vae.encoder.trainable_variables[0]
    assert not slope(vae, variable, lambda loss, terms: terms["adversarial"]).any()
    variable = vae.objective.discriminator.trainable_variables[0]
    for name in ("adversarial", "feature_error"):
        assert not slope(vae, variable, lambda loss, terms, n=name: terms[n]).any()


def test_what_is_made_reaches_decoder_by_its_kl_and_encoder_by_its_elbo_alone():
    vae = soft_intro()
    by_encoder, by_decoder = (
        {
            name: slope(vae, network.trainable_variables[0], lambda loss, t, n=name: t[n])
            for name in ("generated_kl", "exp_elbo")
        }
        for network in (vae.encoder, vae.decoder)
    )
    assert by_encoder["exp_elbo"].any() and not by_encoder["generated_kl"].any()
    assert by_decoder["generated_kl"].any() and not by_decoder["exp_elbo"].any()


def test_soft_intro_weighs_its_terms():
    vae = soft_intro(beta_rec=2.0, beta_kl=3.0, beta_neg=0.5)

    def both():
        with keras.StatelessScope():
            loss, terms = vae.objective.call(vae.trace(tensor(X), training=True))
        return [loss, *(terms[name] for name in vae.objective.term_names)]

    loss, *values = compute(lambda: both())
    terms = dict(zip(vae.objective.term_names, values, strict=True))
    real = 2.0 * terms["squared_error"] + 3.0 * (terms["kl"] + terms["generated_kl"])
    np.testing.assert_allclose(loss, real / 6 + 0.5 * terms["exp_elbo"], rtol=1e-5)
    assert 0 < terms["exp_elbo"] < 1


def test_a_greater_weight_of_what_is_made_lowers_the_exponential():
    vae, values = soft_intro(), []
    for weight in (0.1, 1.0):
        vae.objective.beta_neg.assign(weight)
        values.append(float(compute(lambda: _exp_elbo(vae))))
    assert values[1] < values[0]


def _exp_elbo(vae):
    with keras.StatelessScope():
        return vae.objective.call(vae.trace(tensor(X), training=True))[1]["exp_elbo"]


@pytest.mark.parametrize(
    ("objective", "arguments"),
    [(objectives.VAEGAN, {"gamma": 0.0}), (objectives.SoftIntro, {"beta_neg": -1.0})],
)
def test_bad_weights_are_refused(objective, arguments):
    ((name, value),) = arguments.items()
    with pytest.raises(ValueError, match=f"`{name}` must be a number .* {name}={value}"):
        objective(**arguments)


def test_players_that_share_a_network_are_refused():
    with pytest.raises(ValueError, match="encoder and a decoder that are apart"):
        models.LadderVAE((4, 3), (2, 2), hidden=(4, 4), objective=objectives.SoftIntro())
