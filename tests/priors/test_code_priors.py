"""Priors over codes: what each output may see, what they learn, and how they are kept."""

import keras
import numpy as np
import pytest
from checks import levels, quick_compile

from keras_vae import VAE, models, networks, priors

X = levels(24, (4, 4), num_levels=2)
PRIORS = {
    "pixel_cnn": lambda: priors.PixelCNN(filters=8, blocks=1),
    "code_transformer": lambda: priors.CodeTransformer(width=8, blocks=1, heads=2),
}
every = pytest.mark.parametrize("name", PRIORS)


def model(prior, cls=models.VQVAE, **kwargs):
    kwargs = {"latent_dim": 3, "num_codes": 3, "filters": (4,), "blocks": 1, **kwargs}
    return quick_compile(cls((4, 4), prior=prior, seed=0, **kwargs))


NETWORKS = {
    "pixel_cnn": lambda: networks.pixel_cnn((3, 4), 5, filters=8, blocks=2),
    "causal_transformer": lambda: networks.causal_transformer(12, 5, width=8, blocks=2, heads=2),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_outputs_see_the_codes_before_them_only(name):
    network = NETWORKS[name]()
    rng = np.random.default_rng(0)
    for weight in network.trainable_weights:
        weight.assign(rng.normal(0, 0.5, weight.shape))
    shape = network.input_shape[1:]
    codes = rng.integers(5, size=(1, *shape))
    changed = np.repeat(codes, 12, axis=0).reshape(12, 12)
    changed[np.arange(12), np.arange(12)] = (changed[np.arange(12), np.arange(12)] + 1) % 5
    both = np.concatenate([codes, changed.reshape(12, *shape)])
    logits = network.predict(both, verbose=0).reshape(13, 12, 5)
    moved = np.abs(logits[1:] - logits[0]).max(axis=-1) > 1e-6  # (changed place, output)
    assert not np.tril(moved).any()  # neither itself nor any before it
    assert moved[np.arange(11), np.arange(1, 12)].mean() > 0.7  # but the next one, as in a row


@every
def test_probabilities_add_up_and_draws_follow_them(name):
    # Four places with three codes: all 81 latents can be counted.
    vae = model(PRIORS[name]())
    vae.fit(X, verbose=0)
    vae.fit_prior(X, epochs=2, verbose=0)
    every_code = np.array(list(np.ndindex(3, 3, 3, 3))).reshape(-1, 2, 2)
    p = np.exp(vae.prior_layer.log_prob(every_code))
    assert p.sum() == pytest.approx(1.0, rel=1e-4)
    draws = vae.prior_layer.sample_indices(4000, seed=0).reshape(4000, 4)
    counts = np.bincount(draws @ [27, 9, 3, 1], minlength=81)
    error = np.sqrt(p * (1 - p) / 4000)
    assert np.all(np.abs(counts / 4000 - p) < 5 * error + 1e-3)
    likeliest = vae.prior_layer.sample_indices(3, seed=0, temperature=0.0)
    assert np.all(likeliest == likeliest[0])


@every
def test_prior_learns_the_codes(name):
    vae = model(PRIORS[name]())
    quantizer = vae.posterior_layer
    first = np.random.default_rng(0).integers(3, size=(96, 1, 1))
    codes = np.broadcast_to(first, (96, 2, 2)).copy()  # all four alike
    before = [v.path for v in vae.trainable_variables]
    history = vae.prior_layer.fit(
        codes, epochs=25, batch_size=32, optimizer=keras.optimizers.Adam(0.02), verbose=0
    )
    # log 3 for the first and nothing for the others would be log(3) / 4 = 0.27 a code.
    assert history.history["loss"][-1] < history.history["loss"][0]
    assert -vae.prior_layer.log_prob(codes).mean() / 4 < 0.7
    assert [v.path for v in vae.trainable_variables] == before
    assert quantizer.num_codes == 3


@every
@pytest.mark.parametrize("cls", [models.VQVAE, models.ResidualVQVAE])
def test_generate_needs_a_fitted_prior_and_keeps_it(name, cls, tmp_path):
    vae = model(PRIORS[name](), cls)
    vae.fit(X, verbose=0)
    with pytest.raises(ValueError, match="fit_prior"):
        vae.generate(2)
    vae.fit_prior(X, epochs=1, verbose=0)
    made = vae.generate(3, seed=0)
    assert made.shape == (3, 4, 4) and np.isfinite(made).all()
    vae.save(tmp_path / "vae.keras")
    loaded = keras.saving.load_model(tmp_path / "vae.keras")
    np.testing.assert_allclose(loaded.generate(3, seed=0), made, rtol=1e-4, atol=1e-5)
    # It goes on training as if there were no prior.
    assert np.isfinite(vae.fit(X, verbose=0).history["loss"][0])


def test_prior_needs_a_quantizer():
    encoder = networks.mlp((6,), {"mean": (2,), "log_var": (2,)})
    decoder = networks.mlp((2,), {"logits": (6,)})
    with pytest.raises(ValueError, match="quantizer"):
        VAE(encoder, decoder, prior="pixel_cnn")
    with pytest.raises(ValueError, match="heads"):
        priors.CodeTransformer(width=10, heads=4)
