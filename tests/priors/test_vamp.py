"""The VampPrior is the mixture of the posteriors at its pseudo-inputs."""

import numpy as np
import pytest
import scipy.special
import scipy.stats
from checks import to_numpy
from keras import ops
from toys import LinearGaussian, compute, grey, small_vae, tensor

from keras_vae import priors


def test_density_is_that_of_the_posteriors_at_the_pseudo_inputs():
    vae = small_vae(prior=priors.Vamp(4, seed=0))
    examples = grey(4)
    vae.prior_layer.start_from(examples)
    q = vae.posterior(examples)
    z = np.random.default_rng(0).normal(size=(7, 2))
    scale = np.exp(0.5 * to_numpy(q.log_var))
    each = scipy.stats.norm.logpdf(z[:, None], to_numpy(q.mean), scale).sum(axis=-1)
    expected = scipy.special.logsumexp(each, axis=1) - np.log(4)
    result = compute(lambda: vae.prior().log_prob(tensor(z)))
    np.testing.assert_allclose(result, expected, rtol=1e-4)


def test_generation_goes_through_the_pseudo_inputs():
    vae = small_vae(prior=priors.Vamp(2, seed=0))
    vae.prior_layer.start_from(grey(2))
    means = to_numpy(vae.posterior(grey(2)).mean)
    z = to_numpy(vae.prior_layer.sample(50, seed=0, temperature=0.0))
    distance = np.abs(z[:, None] - means).max(axis=-1).min(axis=1)
    assert distance.max() < 1e-5
    assert len(np.unique(np.round(z, 4), axis=0)) == 2


def test_training_moves_encoder_and_pseudo_inputs():
    vae = small_vae(prior=priors.Vamp(3, seed=0))
    before = to_numpy(vae.prior_layer.raw_inputs)
    vae.fit(grey(20), epochs=2, verbose=0)
    assert np.all(before != to_numpy(vae.prior_layer.raw_inputs))
    inside = to_numpy(vae.prior_layer.pseudo_inputs())
    assert inside.min() > 0 and inside.max() < 1


def test_real_valued_data_have_pseudo_inputs_without_bounds():
    vae = LinearGaussian().vae(prior=priors.Vamp(3, seed=0))
    raw = to_numpy(vae.prior_layer.raw_inputs)
    np.testing.assert_array_equal(to_numpy(vae.prior_layer.pseudo_inputs()), raw)


def test_bad_arguments():
    vae = small_vae(prior=priors.Vamp(3, seed=0))
    with pytest.raises(ValueError, match=r"examples of shape \(3, 6\).*\(4, 6\)"):
        vae.prior_layer.start_from(grey(4))
    with pytest.raises(ValueError, match="without condition"):
        small_vae(prior=priors.Vamp(3), condition_shape=(2,))
    with pytest.raises(ValueError, match="`num_components` must be a positive integer"):
        priors.Vamp(0)


def test_responsibilities_are_the_posterior_of_the_components():
    prior = priors.NormalMixture(3, seed=0)
    prior.build_once((2,))
    prior.logits.assign([0.0, 1.0, -1.0])
    z = np.random.default_rng(0).normal(size=(5, 2))
    means, weights = to_numpy(prior.means), scipy.special.softmax([0.0, 1.0, -1.0])
    joint = weights * np.exp(scipy.stats.norm.logpdf(z[:, None], means).sum(axis=-1))
    result = compute(lambda: prior.responsibilities(ops.convert_to_tensor(tensor(z))))
    np.testing.assert_allclose(result, joint / joint.sum(axis=1, keepdims=True), rtol=1e-4)
