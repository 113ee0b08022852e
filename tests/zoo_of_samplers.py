"""Every sampler, small, with numbers in the place of a fit."""

import numpy as np

from keras_vae import samplers

SAMPLERS = {
    "gaussian_mixture": lambda: samplers.GaussianMixture(2),
    "diagonal_mixture": lambda: samplers.GaussianMixture(2, "diag"),
    "kde": lambda: samplers.KDE(num_points=5),
    "maf": lambda: samplers.MAF(num_flows=2, hidden=(4,)),
    "real_nvp": lambda: samplers.RealNVP(num_flows=2, hidden=(4,)),
    "two_stage_vae": lambda: samplers.TwoStageVAE(hidden=(4,)),
    "flow_matching": lambda: samplers.FlowMatching(hidden=(4,), steps=2),
    "aggregate_posterior": lambda: samplers.AggregatePosterior(3),
    "vamp_pseudo_inputs": lambda: samplers.VampPseudoInputs(3),
}
#: those that train, and what of them: here their weights are random instead, for programs take
#: time to compile
TRAINED = {
    "maf": "prior",
    "real_nvp": "prior",
    "two_stage_vae": "second",
    "flow_matching": "velocity",
}


def quickly_fitted(name, vae, x):
    """A sampler that knows the latents of a model with two."""
    sampler = SAMPLERS[name]()
    if name not in TRAINED:
        return sampler.fit(vae, x, **({"epochs": 0} if name == "vamp_pseudo_inputs" else {}))
    sampler.prepare(vae.latent_shape)
    rng = np.random.default_rng(0)
    inner = getattr(sampler, TRAINED[name])
    inner.set_weights([0.5 * rng.normal(size=w.shape) for w in inner.weights])
    sampler.arrays.update(shift=np.array([0.5, -1.0]), scale=np.array([2.0, 0.3]))
    return sampler
