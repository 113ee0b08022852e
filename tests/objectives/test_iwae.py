"""The importance weighted bound (Burda et al., 2015) where log p(x) is known."""

import numpy as np
import pytest
from toys import LinearGaussian, compute, small_vae, tensor

from keras_vae.objectives import IWAE, Trace


def bound(truth, num_samples, x, repeats=1):
    """The bound's mean over x, and its standard error over `repeats` passes."""
    vae = truth.vae(log_var_shift=1.0, objective=IWAE(num_samples))
    x = tensor(np.repeat(x, repeats, axis=0))

    def log_weights():
        return vae.trace(x, num_samples=num_samples).log_weight()

    weights = compute(log_weights)  # (samples, batch)
    values = np.logaddexp.reduce(weights, axis=0) - np.log(num_samples)
    return values.mean(), values.std() / np.sqrt(len(values))


def test_rises_with_the_number_of_samples_to_log_prob():
    truth = LinearGaussian()
    x = truth.sample(50)
    exact = truth.log_prob(x).mean()
    bounds = [bound(truth, k, x, repeats=40)[0] for k in (1, 5, 50)]
    assert bounds[0] < bounds[1] < bounds[2] < exact + 0.02
    assert exact - bounds[2] < 0.2 * (exact - bounds[0])


@pytest.mark.parametrize("num_samples", [1, 5])
def test_loss_is_minus_the_bound_and_terms_are_means(num_samples):
    truth = LinearGaussian()
    vae = truth.vae(log_var_shift=1.0, objective=IWAE(num_samples))
    x = tensor(truth.sample(7))

    def losses_and_weights():
        trace = vae.trace(x, num_samples=num_samples)
        loss, _ = vae.objective(trace=trace)
        return loss, trace.log_weight(), trace.log_likelihood(), trace.log_ratio()

    loss, weights, log_likelihood, log_ratio = compute(losses_and_weights)
    expected = np.logaddexp.reduce(weights, axis=0) - np.log(num_samples)
    np.testing.assert_allclose(loss, -expected.mean(), rtol=1e-5)
    elbo = log_likelihood.mean() - log_ratio.mean()
    # Jensen: the bound is no lower than the mean over single draws, and equal to it for one draw.
    assert expected.mean() >= elbo - 1e-5
    if num_samples == 1:
        np.testing.assert_allclose(expected.mean(), elbo, rtol=1e-5)


def test_history_shows_terms_above_the_loss():
    vae = small_vae(objective=IWAE(8))
    x = (np.random.default_rng(0).random((40, 6)) > 0.5).astype("float32")
    history = vae.fit(x, epochs=2, verbose=0).history
    assert sorted(history) == ["elbo", "kl", "loss", "reconstruction"]
    total = np.array(history["reconstruction"]) + np.array(history["kl"])
    assert (np.array(history["loss"]) < total).all()


def test_the_best_sample_weighs_most_in_the_gradient():
    """A popular notebook softmaxes the positive loss, and so weights the worst sample most."""

    class Fixed:
        """A distribution whose log-probabilities are given."""

        def __init__(self, log_probs):
            self.log_probs = tensor(log_probs)

        def log_prob(self, value):
            return self.log_probs

    likelihood = np.array([[-10.0], [-1.0], [-5.0]])
    zeros = Fixed(np.zeros((3, 1)))

    def loss(shift):
        trace = Trace(None, None, zeros, zeros, Fixed(likelihood + shift))
        return float(np.asarray(compute(lambda: IWAE(3)(trace=trace)[0])))

    step = 0.1
    slopes = [(loss(step * np.eye(3)[:, [i]]) - loss(0.0)) / step for i in range(3)]
    assert slopes[1] < slopes[2] < slopes[0] <= 1e-4  # the loss falls most with the best sample
    np.testing.assert_allclose(sum(slopes), -1.0, atol=0.06)


@pytest.mark.parametrize("num_samples", [0, -1, 2.5, "3"])
def test_refuses_a_bad_number_of_samples(num_samples):
    with pytest.raises(
        ValueError, match=r"IWAE: `num_samples` must be a positive integer. Received"
    ):
        IWAE(num_samples)
