"""Every model under every member of `keras_vae.samplers`.

A sampler fits the model's latents and draws some that the model decodes, or its `fit` raises a
ValueError with the reason.
"""

import numpy as np
from cases import assert_finite, condition, data, model, pairs, result_or_refusal

from keras_vae import samplers

NUM_DRAWS = 3
#: each member at a size that fits in no time: how it is made, and what its `fit` takes
SAMPLERS = {
    "Prior": (samplers.Prior, {}),
    "GaussianMixture": (lambda: samplers.GaussianMixture(2, "diag"), {}),
    "KDE": (lambda: samplers.KDE(bandwidth=0.3), {}),
    "MAF": (lambda: samplers.MAF(1, hidden=(4,)), {"epochs": 1}),
    "RealNVP": (lambda: samplers.RealNVP(2, hidden=(4,)), {"epochs": 1}),
    "FlowMatching": (lambda: samplers.FlowMatching((4,), steps=2), {"epochs": 1}),
    "TwoStageVAE": (lambda: samplers.TwoStageVAE(hidden=(4,)), {"epochs": 1}),
    "VampPseudoInputs": (lambda: samplers.VampPseudoInputs(2), {"epochs": 0}),
    "AggregatePosterior": (lambda: samplers.AggregatePosterior(3), {}),
}


def test_every_sampler_is_here():
    assert set(SAMPLERS) == set(samplers.__all__) - {"Sampler", "load"}


@pairs(SAMPLERS)
def test_draws_what_the_model_decodes_or_says_why_not(name, function):
    vae = model(name)
    make, options = SAMPLERS[function]
    sampler = result_or_refusal(
        name, lambda: make().fit(vae, data(vae), **condition(vae), **options)
    )
    if sampler is None:
        return
    z = sampler.sample(NUM_DRAWS, seed=0)
    assert_finite(z, (NUM_DRAWS, *vae.latent_shape))
    x = vae.generate(NUM_DRAWS, sampler=sampler, seed=0, **condition(vae, NUM_DRAWS))
    assert_finite(x, (NUM_DRAWS, *vae.data_shape))
    density = result_or_refusal(name, lambda: sampler.log_prob(z))
    if density is not None:
        assert not np.any(np.isnan(density))
        assert np.shape(density) == (NUM_DRAWS,)
