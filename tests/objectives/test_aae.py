"""The adversarial objective: its gradients and slopes by finite differences, and its trainings."""

import keras
import numpy as np
import pytest
from checks import quick_compile, to_numpy
from toys import compute, grey, small_vae, tensor
from traces import gradients, loss_and_terms, normal_trace

from keras_vae import datasets, models
from keras_vae.objectives import AAE
from keras_vae.objectives.discriminator import Discriminator

RNG = np.random.default_rng(0)


def adversary(weight, hidden=(8,)):
    vae = small_vae(objective=AAE(weight, hidden))
    rng = np.random.default_rng(0)
    for variable in vae.objective.trainable_variables:
        variable.assign(rng.normal(size=variable.shape))
    return vae.objective


def test_latents_are_drawn_to_where_the_discriminator_sees_the_prior():
    objective, z = adversary(weight=2.0), RNG.normal(size=(6, 2))

    def logit(z):
        w0, w1, b0, b1 = (to_numpy(w) for w in objective.discriminator.weights)
        h = z @ w0 + b0
        return (np.where(h > 0, h, 0.2 * h) @ w1 + b1)[:, 0]

    slope = gradients(lambda z: objective(trace=normal_trace(z, np.zeros((6, 2))))[0], z)
    for i, j in np.ndindex(*z.shape):
        step = 1e-4 * (np.arange(6) == i)[:, None] * (np.arange(2) == j)
        up, down = (np.logaddexp(0, -logit(z + s * step)).mean() for s in (1, -1))
        np.testing.assert_allclose(slope[i, j], 2.0 * (up - down) / 2e-4, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("hidden", [(), (8,), (8, 5)])
def test_the_squared_slope_is_that_of_finite_differences(hidden):
    discriminator, z = adversary(1.0, hidden).discriminator, RNG.normal(size=(6, 2))
    kernels = [to_numpy(kernel).astype("float64") for kernel in discriminator.kernels]
    biases = [to_numpy(bias).astype("float64") for bias in discriminator.biases]

    def logit(z):
        for kernel, bias in zip(kernels[:-1], biases[:-1], strict=True):
            z = z @ kernel + bias
            z = np.where(z > 0, z, 0.2 * z)
        return (z @ kernels[-1] + biases[-1])[:, 0]

    steps = 1e-6 * np.eye(2)
    slope = np.stack([(logit(z + step) - logit(z - step)) / 2e-6 for step in steps], axis=-1)
    ours = compute(lambda: discriminator.squared_slope(tensor(z)))
    np.testing.assert_allclose(ours, np.sum(slope**2, axis=-1), rtol=1e-4)


def test_the_squared_slope_of_latents_with_two_axes_is_one_number_each():
    flat, z = Discriminator((8,)), RNG.normal(size=(5, 3, 2))
    matrices = Discriminator((8,))
    flat.build_once((6,))
    matrices.build_once((3, 2))
    matrices.set_weights(flat.get_weights())
    ours = compute(lambda: matrices.squared_slope(tensor(z)))
    expected = compute(lambda: flat.squared_slope(tensor(z.reshape(5, 6))))
    assert ours.shape == (5,)
    np.testing.assert_allclose(ours, expected, rtol=1e-5)


def test_the_terms_are_weighed():
    objective = AAE(weight=3.0, hidden=(8,), gradient_penalty=5.0)
    objective.bind(small_vae().context)
    terms = loss_and_terms(objective, lambda: normal_trace(RNG.normal(size=(6, 2))))
    assert terms["squared_slope"] > 0
    np.testing.assert_allclose(
        terms["loss"],
        3.0 * terms["adversarial"] + terms["discriminator"] + 2.5 * terms["squared_slope"],
        rtol=1e-5,
    )


def test_negative_weights_are_refused():
    for name in ("weight", "gradient_penalty"):
        with pytest.raises(
            ValueError,
            match=f"`{name}` must be a number >= 0. Received: {name}=-1",
        ):
            AAE(**{name: -1})


def test_the_players_settle_with_the_gradient_penalty():
    """Without it all digits went to one latent, and came back as their mean.

    Of the squared error of the mean, three runs left 0.40, and 1.01 to 1.12 without it.
    """
    x = datasets.digits().train.x
    vae = models.AdversarialAutoencoder(
        (8, 8), latent_dim=4, hidden=(64,), discriminator_hidden=(256, 256), seed=0
    )
    quick_compile(vae, keras.optimizers.Adam(0.003))
    vae.fit(x, epochs=20, batch_size=50, verbose=0)
    unexplained = np.mean((vae.reconstruct(x) - x) ** 2) / np.mean((x - x.mean(axis=0)) ** 2)
    assert unexplained < 0.8
    spread = vae.encode(x).std(axis=0)
    assert np.all(np.abs(spread - 1) < 0.5)


def test_adversaries_meet():
    """Latents far from the prior come near it, and the discriminator learns meanwhile."""
    vae = small_vae(
        models.AdversarialAutoencoder,
        optimizer=keras.optimizers.Adam(0.01),
        latent_dim=1,
        hidden=(),
        weight=5.0,
        discriminator_hidden=(16,),
    )
    head = vae.encoder.get_layer("mean")
    head.set_weights([0.1 * head.get_weights()[0], np.array([4.0])])
    before = vae.objective.discriminator.get_weights()
    vae.fit(grey(256), epochs=60, verbose=0)
    assert abs(vae.encode(grey(256)).mean()) < 2.0
    after = vae.objective.discriminator.get_weights()
    assert all(np.any(a != b) for a, b in zip(before, after, strict=True))
