"""The rate as mutual information and distance of the aggregate (Hoffman and Johnson, 2016)."""

from typing import Any, NamedTuple

import keras
import numpy as np
from keras import ops

from keras_vae.distributions import Density, Space, draw
from keras_vae.evaluation.checks import NotApplicable
from keras_vae.evaluation.estimate import Estimate
from keras_vae.evaluation.likelihood.density import check_posterior
from keras_vae.evaluation.likelihood.importance import first_posterior
from keras_vae.models.inputs import split_inputs
from keras_vae.models.programs import Batches, progress_bar, seeded_program
from keras_vae.parts import check_count

#: numbers in a block of differences between draws and posteriors
_BLOCK = 2**24


class RateDecomposition(NamedTuple):
    """What `rate_decomposition` gives, each an `Estimate` in nats.

    Args:
        rate: KL(q(z|x) || p(z)), the sum of the other two.
        mutual_information: I(x; z) under q, of an example chosen at random; at most log n.
        marginal_kl: KL(q(z) || p(z)) of the aggregate posterior and the prior.
    """

    rate: Estimate
    mutual_information: Estimate
    marginal_kl: Estimate


def rate_decomposition(
    model: Any,
    x: Any,
    num_samples: int = 1,
    seed: int = 0,
    condition: Any = None,
    batch_size: int | None = None,
    verbose: Any = "auto",
) -> Any:
    """What the latents know of examples, and how far they together are from the prior.

    With the aggregate posterior q(z) = (1/n) sum_i q(z|x_i) over the n examples given, the mean
    rate is I(x; z) + KL(q(z) || p(z)). All densities are taken at draws of z, each with all n
    posteriors, which costs n^2 densities; with more examples the aggregate is another, and the
    mutual information grows until it no longer is near log n.

    Args:
        model: `keras_vae.VAE`.
        x: array (n, event), or a dict of it and its condition.
        num_samples: int, draws of z for each example. Defaults to `1`.
        seed: int. Defaults to `0`.
        condition: array (n, condition) or labels (n,). Defaults to `None`.
        batch_size: int, draws whose densities are taken at once. Defaults to `None`, a size that
            fits.
        verbose: `"auto"`, 0, 1 or 2. Defaults to `"auto"`, a progress bar for long work.

    Returns:
        `RateDecomposition` of three `Estimate`s.

    Raises:
        NotApplicable: if the posterior has no density at other examples' draws (deterministic
            ones, quantizers, flows without an inverse), or if the prior is conditional.
        ValueError: if `x` does not fit the model or `num_samples` is not a positive integer.

    Reference:
        - Hoffman and Johnson, 2016. ELBO surgery, NIPS workshop on approximate inference.

    Example:

    >>> parts = keras_vae.evaluation.rate_decomposition(vae, x)
    >>> round(parts.rate.mean - parts.mutual_information.mean - parts.marginal_kl.mean, 4)
    0.0
    """
    check_count("rate_decomposition", num_samples=num_samples, batch_size=batch_size or 1)
    if model.prior_layer.conditional:
        raise NotApplicable(
            "rate_decomposition needs one prior for all examples. "
            f"Received: {type(model.prior_layer).__name__}, which depends on the condition"
        )
    inputs = model.prepare(x, condition)
    _check(first_posterior(model, inputs))
    n = len(split_inputs(inputs, known=model.field_shapes)[0])
    outputs = keras.tree.map_structure(
        ops.convert_to_tensor, model.program("encoder").run(inputs, verbose=0)
    )
    z = _draws(model, outputs, num_samples, seed)  # (samples * n, latent)
    own = np.tile(np.arange(n), num_samples)
    size = batch_size or max(1, _BLOCK // (n * int(np.prod(model.latent_shape))))
    log_density = _densities(model, outputs, z, own, size, verbose)
    log_q, log_aggregate, log_p = log_density.reshape(num_samples, n, 3).transpose(2, 0, 1)
    terms = (log_q - log_p, log_q - log_aggregate, log_aggregate - log_p)
    return RateDecomposition(*(_estimate(term) for term in terms))


def _check(posterior):
    check_posterior("rate_decomposition", posterior)
    if Space.CODES in posterior.traits.space.kinds:
        raise NotApplicable(
            "rate_decomposition needs a posterior with noise. Received: a quantizer, whose mutual "
            "information is the entropy of its codes"
        )
    if posterior.traits.density is not Density.ANYWHERE:
        raise NotApplicable(
            "rate_decomposition needs a posterior that knows log q of any z. "
            f"Received: {type(posterior).__name__}, which knows that of "
            f"{posterior.traits.density.value}"
        )


def _draws(model, outputs, num_samples, seed):
    q = model.posterior_layer(outputs, training=False)
    z, _ = draw(q, num_samples, seed=keras.random.SeedGenerator(seed))
    return ops.convert_to_numpy(z).reshape(-1, *model.latent_shape)


def _densities(model, outputs, z, own, size, verbose):
    """log q(z|x), log q(z) and log p(z) of each draw, (draws, 3)."""
    program = seeded_program(model, "densities", lambda inputs, _: _log_densities(model, inputs), 0)
    batches = Batches({"z": z, "own": own.astype("int32")}, size)
    bar = progress_bar(len(batches), verbose)
    parts = []
    for batch in batches:
        parts.append(ops.convert_to_numpy(program.forward({**batch, "outputs": outputs})))
        bar.add(1)
    return np.concatenate(parts)[: batches.num_rows].astype("float64")


def _log_densities(model, inputs):
    z, own = inputs["z"], inputs["own"]
    q = model.posterior_layer(inputs["outputs"], training=False)
    # Every z stands beside every example, because some posteriors ask a network at z.
    n = keras.tree.flatten(inputs["outputs"])[0].shape[0]
    beside = ops.broadcast_to(ops.expand_dims(z, 1), (z.shape[0], n, *model.latent_shape))
    each = q.log_prob(beside)  # (draws, n)
    rows = ops.arange(each.shape[1], dtype="int32") == ops.expand_dims(own, 1)
    log_q = ops.sum(ops.where(rows, each, ops.zeros_like(each)), axis=1)
    log_aggregate = ops.logsumexp(each, axis=1) - float(np.log(each.shape[1]))
    return ops.stack([log_q, log_aggregate, model.prior_of().log_prob(z)], axis=-1)


def _estimate(values):
    """The estimate from draws (samples, n)."""
    num_samples, n = values.shape
    errors = np.full(n, np.inf)
    if num_samples > 1:
        errors = values.std(axis=0, ddof=1) / np.sqrt(num_samples)
    return Estimate(values.mean(axis=0), errors, num_samples)
