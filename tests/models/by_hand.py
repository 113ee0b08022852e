"""The ELBO's terms in float64 by NumPy and SciPy, for posteriors without noise."""

import math

import numpy as np
import scipy.special
import scipy.stats
from checks import evaluate_by_keras, to_numpy


def knows(vae):
    """Whether the model's terms can be computed here."""
    plain = type(vae.posterior_layer).__name__ == "Normal" and vae.condition_shape is None
    return (
        plain
        and type(vae.objective).__name__ == "ELBO"
        and type(vae.prior_layer).__name__ in KLS
        and type(vae.likelihood_layer).__name__ in LOG_PROBS
    )


def expected_terms(vae, x, scale=None):
    """`reconstruction` and `kl` of examples in nats, and the error to allow in each.

    Args:
        vae: model whose posterior's variance is next to nothing, so that z is the mean.
        x: array (n, event).
        scale: float, deviation of an `OptimalNormal`. Defaults to `None`.
    """
    mean, log_var = evaluate_by_keras(lambda t: vae.encoder(t, training=False), x)
    outputs = evaluate_by_keras(lambda t: vae.decoder(t, training=False), mean.astype("float32"))
    outputs = outputs if isinstance(outputs, list) else [outputs]
    log_prob = LOG_PROBS[type(vae.likelihood_layer).__name__]
    data = np.asarray(x, "float64")
    each = log_prob(vae.likelihood_layer, data, *outputs, **({"scale": scale} if scale else {}))
    rates, standard_error = KLS[type(vae.prior_layer).__name__](vae.prior_layer, mean, log_var)
    return {
        "reconstruction": (-each.reshape(len(x), -1).sum(axis=1).mean(), 0.0),
        "kl": (rates.reshape(len(x), -1).sum(axis=1).mean(), 4 * standard_error),
    }


def assert_terms(logs, expected, prefix="", rtol=2e-5):
    """Logged terms are the expected ones, up to rounding and four standard errors."""
    for name, (value, error) in expected.items():
        np.testing.assert_allclose(
            logs[prefix + name], value, rtol=rtol, atol=rtol + error, err_msg=name
        )


# ---- log p(x|z), elementwise ---------------------------------------------------------------


def bernoulli(layer, x, logits):
    return x * scipy.special.log_expit(logits) + (1 - x) * scipy.special.log_expit(-logits)


def continuous_bernoulli(layer, x, logits):
    # The integral of exp(logits * x) over [0, 1] normalises it.
    return x * logits - np.log(np.expm1(logits) / logits)


def normal(layer, x, mean):
    return scipy.stats.norm.logpdf(x, mean, layer.scale)


def shared_normal(layer, x, mean):
    return scipy.stats.norm.logpdf(x, mean, np.exp(to_numpy(layer.log_scale)))


def optimal_normal(layer, x, mean, scale):
    return scipy.stats.norm.logpdf(x, mean, scale)


def heteroscedastic_normal(layer, x, mean, raw_log_var):
    low, high = layer.log_var_range
    below = high - np.logaddexp(0, high - raw_log_var)
    log_var = low + np.logaddexp(0, below - low)
    return scipy.stats.norm.logpdf(x, mean, np.exp(0.5 * log_var))


def laplace(layer, x, mean):
    return scipy.stats.laplace.logpdf(x, mean, np.exp(to_numpy(layer.log_scale)))


def student_t(layer, x, mean):
    return scipy.stats.t.logpdf(x, layer.df, mean, np.exp(to_numpy(layer.log_scale)))


def log_cosh(layer, x, mean):
    return scipy.stats.hypsecant.logpdf(x, mean, np.exp(to_numpy(layer.log_scale)))


def discretized_logistic(layer, x, mean):
    half = 0.5 / (layer.num_levels - 1)
    scale = np.exp(to_numpy(layer.log_scale))
    lower = np.where(x < half, 0.0, scipy.stats.logistic.cdf(x - half, mean, scale))
    upper = np.where(x > 1 - half, 1.0, scipy.stats.logistic.cdf(x + half, mean, scale))
    return np.log(upper - lower)


def categorical(layer, x, logits):
    level = np.rint(x * (layer.num_levels - 1)).astype(int)
    log_p = scipy.special.log_softmax(logits, axis=-1)
    return np.take_along_axis(log_p, level[..., None], axis=-1)[..., 0]


LOG_PROBS = {
    "Bernoulli": bernoulli,
    "ContinuousBernoulli": continuous_bernoulli,
    "Normal": normal,
    "SharedNormal": shared_normal,
    "OptimalNormal": optimal_normal,
    "HeteroscedasticNormal": heteroscedastic_normal,
    "Laplace": laplace,
    "StudentT": student_t,
    "LogCosh": log_cosh,
    "DiscretizedLogistic": discretized_logistic,
    "Categorical": categorical,
}


# ---- KL(q(z|x) || p(z)), elementwise, and its standard error --------------------------------


def kl_of_normals(mean, log_var, prior_mean, prior_log_var):
    variance_ratio = np.exp(log_var - prior_log_var)
    shift = (mean - prior_mean) ** 2 / np.exp(prior_log_var)
    return 0.5 * (variance_ratio + shift - 1 - log_var + prior_log_var)


def standard_normal(layer, mean, log_var):
    return kl_of_normals(mean, log_var, 0.0, 0.0), 0.0


def learned_normal(layer, mean, log_var):
    return kl_of_normals(mean, log_var, to_numpy(layer.mean), to_numpy(layer.log_var)), 0.0


def normal_mixture(layer, mean, log_var):
    components = scipy.stats.norm.logpdf(
        mean[:, None], to_numpy(layer.means), np.exp(0.5 * to_numpy(layer.log_vars))
    )
    log_weights = scipy.special.log_softmax(to_numpy(layer.logits))
    return _estimated(
        log_var, scipy.special.logsumexp(log_weights + components.sum(axis=-1), axis=1)
    )


def _estimated(log_var, log_p):
    """From one draw: log q(z) has the variance 1/2 in each latent, log p(z) none."""
    log_q = -0.5 * (math.log(2 * math.pi) + log_var + 1.0)
    rate = log_q.sum(axis=1) - log_p
    return rate[:, None], math.sqrt(0.5 * log_var.shape[1] / len(log_var))


def _relu_network(network, z, masks=None):
    """Shift and bounded log-scale of a flow's network, each (n, latent)."""
    kernels, biases = ([to_numpy(w) for w in ws] for ws in (network.kernels, network.biases))
    for i, (kernel, bias) in enumerate(zip(kernels, biases, strict=True)):
        z = (np.maximum(z, 0) if i else z) @ (
            kernel if masks is None else kernel * to_numpy(masks[i])
        ) + bias
    shift, log_scale = np.split(z, 2, axis=1)
    return shift, 3 * np.tanh(log_scale / 3)


def _flow_prior(parameters):
    """The KL to a prior whose every step, from z to noise, is (z - shift) exp(-log_scale)."""

    def rate(layer, mean, log_var):
        log_p, z = 0.0, mean
        for network in reversed(layer.networks):
            z = z if network is layer.networks[-1] else z[:, ::-1]
            shift, log_scale = parameters(network, z)
            z, log_p = (z - shift) * np.exp(-log_scale), log_p - log_scale.sum(axis=1)
        log_p = log_p + scipy.stats.norm.logpdf(z).sum(axis=1)
        return _estimated(log_var, log_p)

    return rate


def _coupled(network, z):
    num_kept = z.shape[1] // 2
    moved = _relu_network(network, z[:, :num_kept])
    return (np.concatenate([np.zeros_like(z[:, :num_kept]), part], axis=1) for part in moved)


def _masked(network, z):
    """Element by element, from the latents in front alone: what a mask may hide does not matter."""
    parts = [
        _relu_network(network, z * (np.arange(z.shape[1]) < i), network.masks)
        for i in range(z.shape[1])
    ]
    return (np.stack([part[k][:, i] for i, part in enumerate(parts)], axis=1) for k in range(2))


KLS = {
    "StandardNormal": standard_normal,
    "LearnedNormal": learned_normal,
    "NormalMixture": normal_mixture,
    "RealNVP": _flow_prior(_coupled),
    "MAF": _flow_prior(_masked),
}
