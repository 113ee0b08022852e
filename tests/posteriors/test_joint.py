"""Continuous and discrete latents together: their distribution, capacities and model."""

import itertools
import math

import numpy as np
import pytest
import scipy.special
import scipy.stats
from checks import bits, quick_compile, to_numpy
from toys import compute, tensor
from traces import loss_and_terms

from keras_vae import VAE, models, networks, objectives, posteriors, priors, training
from keras_vae.distributions import Normal, OneHotCategorical, Product, RelaxedOneHot, kl_divergence
from keras_vae.objectives import Trace

X = bits(64, (6,))
MEAN, LOG_VAR = np.float32([[0.5, -1.0], [2.0, 0.1]]), np.float32([[-1.0, 0.3], [-2.0, 0.0]])
LOGITS = np.float32([[0.5, -1.0, 2.0], [0.0, 1.0, -3.0]])[:, None]
COINS = np.float32([[0.3, -0.2], [1.5, 0.0]])[:, None]
COUNT = 20_000


def product(categorical=OneHotCategorical):
    """q of two examples: two normal numbers, one of three, one of two."""
    normal = Normal(tensor(MEAN), tensor(LOG_VAR))
    return Product((normal, categorical(tensor(LOGITS)), categorical(tensor(COINS))))


def prior():
    part = priors.Joint((3, 2))
    part.build_once((7,))
    return part.distribution()


def probabilities(logits):
    return scipy.special.softmax(logits[:, 0].astype("float64"), axis=-1)


def exact_kl():
    """Of the normal numbers and of the categories, each (2,), the latter by enumeration."""
    mean, log_var = MEAN.astype("float64"), LOG_VAR.astype("float64")
    normal = 0.5 * (np.exp(log_var) + mean**2 - 1 - log_var).sum(axis=-1)
    three, two = probabilities(LOGITS), probabilities(COINS)
    categories = np.zeros(2)
    for i, j in itertools.product(range(3), range(2)):
        share = three[:, i] * two[:, j]
        categories += share * np.log(share * 6)
    return normal, categories


def test_kl_is_the_enumerated_one_and_that_of_its_draws():
    normal, categories = exact_kl()

    def run():
        q, p = product(), prior()
        relaxed = product(lambda logits: RelaxedOneHot(logits, 0.5))
        z = q.sample(COUNT, seed=0)
        return kl_divergence(q, p), kl_divergence(relaxed, p), q.log_prob(z) - p.log_prob(z)

    kl, same, draws = compute(run)
    np.testing.assert_allclose(kl, normal + categories, rtol=1e-5)
    np.testing.assert_allclose(same, normal + categories, rtol=1e-5)
    error = draws.std(axis=0) / math.sqrt(COUNT)
    assert np.all(np.abs(draws.mean(axis=0) - kl) < 4 * error)


def test_density_moments_and_pieces_are_those_of_the_parts():
    z = np.float32([[0.1, 0.2, 0, 1, 0, 1, 0], [1.0, -1.0, 1, 0, 0, 0, 1]])

    def run():
        q = product()
        return q.log_prob(tensor(z)), q.mean, q.variance, *q.split(tensor(z)), q.sample(5, seed=0)

    log_prob, mean, variance, normal, three, two, draws = compute(run)
    shares = probabilities(LOGITS), probabilities(COINS)
    scores = scipy.stats.norm.logpdf(z[:, :2], MEAN, np.exp(LOG_VAR / 2)).sum(axis=-1)
    scores += np.log([shares[0][0, 1] * shares[1][0, 0], shares[0][1, 0] * shares[1][1, 1]])
    np.testing.assert_allclose(log_prob, scores, rtol=1e-5)
    np.testing.assert_allclose(mean, np.concatenate([MEAN, *shares], axis=-1), rtol=1e-5)
    of_shares = [share * (1 - share) for share in shares]
    np.testing.assert_allclose(variance[:, 2:], np.concatenate(of_shares, axis=-1), rtol=1e-5)
    np.testing.assert_allclose(variance[:, :2], np.exp(LOG_VAR), rtol=1e-5)
    assert (normal.shape, three.shape, two.shape) == ((2, 2), (2, 1, 3), (2, 1, 2))
    np.testing.assert_array_equal(three[:, 0], z[:, 2:5])
    assert draws.shape == (5, 2, 7) and set(np.unique(draws[..., 2:])) == {0.0, 1.0}


def test_parts_of_one_family_draw_noise_of_their_own():
    part = Normal(tensor(np.zeros((1, 3))), tensor(np.zeros((1, 3))))
    z = compute(lambda: Product((part, part)).sample(seed=0))
    assert np.all(np.abs(z[:, :3] - z[:, 3:]) > 1e-3)


@pytest.mark.parametrize("capacity", [0.5, 100.0])
def test_distances_are_of_each_mean_kl_and_the_categories_capacity_is_bounded(capacity):
    vae = models.JointVAE((6,), 2, num_categories=(3, 2), hidden=(4,))
    objective = objectives.JointCapacity(3.0, capacity, capacity)
    objective.bind(vae.context)

    class Likelihood:
        def log_prob(self, x):
            return 0.0 * x[:, 0]

    def trace():
        z = tensor(np.zeros((2, 7)))
        return Trace(z, z, product(), prior(), Likelihood(), training=True)

    terms = loss_and_terms(objective, trace)
    normal, categories = (kl.mean() for kl in exact_kl())
    np.testing.assert_allclose(terms["kl_continuous"], normal, rtol=1e-5)
    np.testing.assert_allclose(terms["kl_discrete"], categories, rtol=1e-5)
    distance = abs(normal - capacity) + abs(categories - min(capacity, math.log(6)))
    np.testing.assert_allclose(terms["loss"], 3.0 * distance, rtol=1e-5)


def test_model_fills_both_capacities_while_they_rise():
    vae = models.JointVAE(
        (6,), 2, num_categories=(2,), gamma=50.0, hidden=(8,), continuous_capacity=0.0, seed=0
    )
    quick_compile(vae)
    rises = [
        training.LinearCapacity(epochs=20, stop=0.8, variable="continuous_capacity"),
        training.LinearCapacity(epochs=20, stop=0.4, variable="discrete_capacity"),
    ]
    history = vae.fit(X, epochs=60, batch_size=16, callbacks=rises, verbose=0).history
    # The noise of steps of Adam at a batch of 16 is what is left of the distance.
    assert abs(history["kl_continuous"][-1] - 0.8) < 0.2
    assert abs(history["kl_discrete"][-1] - 0.4) < 0.1
    z = vae.encode(X)
    assert z.shape == (64, 4)
    np.testing.assert_allclose(z[:, 2:].sum(axis=-1), 1.0, rtol=1e-5)
    drawn = to_numpy(vae.prior_layer.sample(50, seed=0, temperature=0.0))
    assert np.all(np.abs(drawn[:, :2]) < 1e-6) and 5 < drawn[:, 2].sum() < 45
    assert np.all(np.isfinite(vae.log_likelihood(X[:4], num_samples=5, seed=0)))


def test_parts_are_checked_at_the_door():
    with pytest.raises(ValueError, match="num_categories"):
        posteriors.Joint(10)
    with pytest.raises(ValueError, match=r"num_categories >= 2\. Received.*1"):
        priors.Joint((1,))
    with pytest.raises(ValueError, match="more than 3 numbers"):
        posteriors.Joint((3,)).parameter_shapes((3,))
    with pytest.raises(ValueError, match="latent_dim"):
        models.JointVAE((6,), 0)
    with pytest.raises(ValueError, match="posterior Joint.*Received: Normal"):
        models.BernoulliVAE((6,), hidden=(4,), objective="joint_capacity")
    with pytest.raises(ValueError, match="straight_through=True"):
        models.VAE(
            networks.mlp((6,), posteriors.Joint((3,)).parameter_shapes((5,))),
            networks.mlp((5,), {"logits": (6,)}),
            posterior=posteriors.Joint((3,)),
            prior=priors.Joint((3,)),
            objective=objectives.IWAE(2),
        )
    with pytest.raises(ValueError, match=r"logits.*\(3,\).*Received"):
        VAE(
            networks.mlp((6,), {"mean": (2,), "log_var": (2,), "logits": (4,)}),
            networks.mlp((5,), {"logits": (6,)}),
            posterior=posteriors.Joint((3,)),
            prior=priors.Joint((3,)),
        )
    rise = training.LinearCapacity(epochs=2, variable="discrete_capacity")
    with pytest.raises(ValueError, match="objective has a discrete_capacity"):
        quick_compile(models.AnnealedVAE((6,), hidden=(4,))).fit(X, callbacks=[rise], verbose=0)
