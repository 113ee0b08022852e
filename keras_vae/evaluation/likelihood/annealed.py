"""Log-likelihood by annealed importance sampling (Wu et al., 2017), arxiv.org/abs/1611.04273."""

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vae import backend
from keras_vae.backend import gradient
from keras_vae.distributions import Density, draw
from keras_vae.evaluation.checks import NotApplicable
from keras_vae.evaluation.estimate import Estimate
from keras_vae.evaluation.likelihood.density import check_likelihood, check_posterior
from keras_vae.evaluation.likelihood.importance import first_posterior
from keras_vae.models.inputs import split_inputs
from keras_vae.models.log_likelihood import ROWS
from keras_vae.models.programs import Batches, progress_bar, seeded_program
from keras_vae.parts import check_choice, check_count
from keras_vae.typing import Tensor

#: share of proposals to accept, and how quickly the pilot's step sizes follow it (Wu et al., 0.65)
_ACCEPTANCE, _GAIN = 0.65, 0.3
_FIRST_STEP_SIZE = 0.3
#: transitions of the pilot before it moves, and its share of the temperatures
_WARM_UP, _PILOT = 20, 0.25
#: of the schedule: most temperatures are near its two ends
_STEEPNESS = 4.0


def annealed_log_likelihood(
    model: Any,
    x: Any,
    num_chains: int = 16,
    num_steps: int = 1000,
    num_leapfrog: int = 10,
    start: str = "prior",
    seed: int = 0,
    condition: Any = None,
    batch_size: int | None = None,
    verbose: Any = "auto",
) -> Any:
    """log p(x) by annealed importance sampling, the second opinion to `log_likelihood`.

    Chains of Hamiltonian Monte Carlo go from the prior (or the posterior q) to p(z|x) over
    `num_steps` temperatures, on a sigmoidal schedule, and their weights are averaged. Where the
    encoder is poor, this is far tighter than importance sampling from it. The average weight is
    unbiased for p(x), so that its logarithm is below log p(x) in expectation and rises with steps
    and chains: step sizes, of each example and temperature, come from a pilot run of a quarter of
    the temperatures, and stay fixed in the run that counts.

    It costs about `1.25 * num_chains * num_steps * (num_leapfrog + 1)` passes through the decoder
    and back for each example: take some hundred examples, and a GPU for more.

    Args:
        model: `keras_vae.VAE` with latents that are real numbers.
        x: array (n, event), or a dict of it and its condition.
        num_chains: int, for each example. Defaults to `16`, the paper's.
        num_steps: int >= 2, temperatures. Defaults to `1000`; the paper takes 10,000 in the end.
        num_leapfrog: int, steps of a transition. Defaults to `10`, the paper's.
        start: `"prior"`, or `"encoder"` where q knows the density of any z. Defaults to `"prior"`.
        seed: int. Defaults to `0`.
        condition: array (n, condition) or labels (n,). Defaults to `None`.
        batch_size: int, latents decoded at once. Defaults to `None`, a size that fits.
        verbose: `"auto"`, 0, 1 or 2. Defaults to `"auto"`, a progress bar for long work.

    Returns:
        `Estimate` in nats, higher is better; its errors are those of the chains.

    Raises:
        NotApplicable: if the latents are discrete or on a curved space, the likelihood is no
            density, or `start="encoder"` and q is a point or a flow without inverse.
        ValueError: if `x` does not fit the model or an argument is out of its range.

    References:
        - Neal, 2001. Annealed importance sampling, Statistics and Computing 11.
        - [Wu et al., 2017](https://arxiv.org/abs/1611.04273)

    Example:

    >>> estimate = keras_vae.evaluation.annealed_log_likelihood(
    ...     vae, x[:4], num_chains=4, num_steps=20, num_leapfrog=3
    ... )
    >>> estimate.values.shape
    (4,)
    """
    owner = "annealed_log_likelihood"
    counts = {"num_chains": num_chains, "num_steps": num_steps, "num_leapfrog": num_leapfrog}
    check_count(owner, **counts, batch_size=batch_size or 1)
    check_choice(owner, ("prior", "encoder"), start=start)
    if num_steps < 2:
        raise ValueError(f"{owner} needs num_steps >= 2. Received: num_steps={num_steps}")
    check_likelihood(owner, model)
    inputs = model.prepare(x, condition, in_support=True, complete=False)
    _check_latents(_first_prior(model, inputs), first_posterior(model, inputs), start)
    name = f"annealed_{start}_{num_chains}"
    first = seeded_program(
        model, f"{name}_start", lambda x, g: _start(model, x, num_chains, start, g), seed
    )
    move = seeded_program(
        model,
        f"{name}_{num_leapfrog}",
        lambda x, g: _move(model, x, num_leapfrog, start, g),
        # Another stream than the start's, whose noise it would repeat.
        keras.random.SeedGenerator(seed + 2**20),
    )

    def anneal(given: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        estimate = _anneal(first, move, Batches(given, rows), num_steps, verbose)
        return estimate.values, estimate.errors

    rows = max(1, (batch_size or ROWS) // num_chains)
    values, errors = model.conditioning.marginal(anneal, inputs)
    return Estimate(values, errors, num_chains)


def _anneal(first, move, batches, num_steps, verbose):
    """Estimates of log p(x) of all batches, by the programs that start and move chains."""
    pilot = _schedule(max(2, int(_PILOT * num_steps)))
    bar = progress_bar(len(batches) * (_WARM_UP + len(pilot) + num_steps), verbose)
    log_weights = []
    for batch in batches:
        chains = _Chains(first, move, batch, bar)
        step_sizes = chains.tune(pilot)
        log_weights.append(chains.weigh(_schedule(num_steps), pilot, step_sizes))
    return _estimate(np.concatenate(log_weights, axis=1)[:, : batches.num_rows])  # (chains, n)


def _first_prior(model, inputs):
    """The prior p(z), or that of the first example's condition."""
    if not model.prior_layer.conditional:
        return model.prior()
    _, condition = split_inputs(model.conditioning.complete(inputs), known=model.field_shapes)
    return model.prior(condition[:1])


def _schedule(num_steps):
    """Temperatures from 0 to 1, (num_steps + 1,), as Wu et al. space them."""
    sigmoid = 1.0 / (1.0 + np.exp(-_STEEPNESS * np.linspace(-1.0, 1.0, num_steps + 1)))
    return (sigmoid - sigmoid[0]) / (sigmoid[-1] - sigmoid[0])


class _Chains:
    """Chains of one batch of examples.

    Args:
        first: `Program` that starts chains.
        move: `Program` of a transition.
        batch: inputs.
        bar: progress bar.
    """

    def __init__(self, first: Any, move: Any, batch: Any, bar: Any) -> None:
        self.first = first
        self.move = move
        self.batch = keras.tree.map_structure(ops.convert_to_tensor, batch)
        self.bar = bar

    def tune(self, schedule: np.ndarray) -> np.ndarray:
        """log of the step sizes, (temperatures, batch), from chains that are then forgotten."""
        z, log_ratio = self.first.forward(self.batch)
        log_size = np.full(log_ratio.shape[1], np.log(_FIRST_STEP_SIZE), "float32")
        sizes = []
        for beta in np.concatenate([np.zeros(_WARM_UP), schedule]):
            z, log_ratio, accepted = self._step(z, beta, log_size)
            log_size = log_size + _GAIN * (ops.convert_to_numpy(accepted) - _ACCEPTANCE)
            sizes.append(log_size)
        return np.stack(sizes[_WARM_UP:])

    def weigh(self, schedule: np.ndarray, pilot: np.ndarray, log_sizes: np.ndarray) -> np.ndarray:
        """log-weights of the chains, (chains, batch), in float64."""
        z, log_ratio = self.first.forward(self.batch)
        log_weight = np.zeros(log_ratio.shape)
        for i in range(1, len(schedule)):
            ratio = np.asarray(ops.convert_to_numpy(log_ratio), "float64")
            log_weight += (schedule[i] - schedule[i - 1]) * ratio
            if i == len(schedule) - 1:
                self.bar.add(1)
                break  # the last move would change nothing
            log_size = _between(schedule[i], pilot, log_sizes)
            z, log_ratio, _ = self._step(z, schedule[i], log_size)
        return log_weight

    def _step(self, z, beta, log_size):
        self.bar.add(1)
        state = {
            "inputs": self.batch,
            "z": z,
            "beta": np.full(1, beta, "float32"),
            "step_size": np.exp(log_size).astype("float32"),
        }
        return self.move.forward(state)


def _between(beta, schedule, log_sizes):
    """log of the step sizes at a temperature, (batch,), between those of the pilot."""
    place = np.interp(beta, schedule, np.arange(len(schedule)))
    low = min(int(place), len(schedule) - 2)
    return log_sizes[low] + (place - low) * (log_sizes[low + 1] - log_sizes[low])


def _start(model, inputs, num_chains, start, seed):
    """Chains at temperature 0, (chains, batch, latent), and their log-ratios, (chains, batch)."""
    x, fields = model.parse_inputs(inputs)
    if start == "encoder":
        z, _ = draw(model.encoded(x, **fields), num_chains, seed=seed)
    else:
        prior, size = model.prior_of(**fields), x.shape[0]
        batched = model.prior_layer.conditional
        z, _ = draw(prior, num_chains if batched else num_chains * size, seed=seed)
        z = ops.reshape(z, (num_chains, size, *model.latent_shape))
    _, log_ratio = _bridge(model, x, fields, start)(z)
    return z, log_ratio


def _bridge(model, x, fields, start):
    """A function of z that gives log f_0 and log f_1 - log f_0, (chains, batch) each.

    f_0 is the density at the start and f_1 = p(x, z); between them log f_0 + beta log f_1 / f_0.
    """
    prior = model.prior_of(**fields)
    posterior = model.encoded(x, **fields) if start == "encoder" else None

    def bridge(z: Tensor) -> tuple[Tensor, Tensor]:
        log_prior = prior.log_prob(z)
        log_likelihood = model.decoded(z, x, **fields).log_prob(x)
        if posterior is None:
            return log_prior, log_likelihood
        log_q = posterior.log_prob(z)
        return log_q, log_prior + log_likelihood - log_q

    return bridge


def _move(model, state, num_leapfrog, start, seed):
    """A transition of Hamiltonian Monte Carlo that leaves the density at `beta` as it is.

    Gives z, the log-ratio there, and the probability of acceptance, mean over chains, (batch,).
    """
    x, fields = model.parse_inputs(state["inputs"])
    bridge, beta, z = _bridge(model, x, fields, start), state["beta"][0], state["z"]
    axes = tuple(range(2, 2 + len(model.latent_shape)))

    def log_density(z: Tensor) -> tuple[Tensor, Tensor]:
        log_base, log_ratio = bridge(z)
        return log_base + beta * log_ratio, log_ratio

    def force(z: Tensor) -> Tensor:
        return gradient(lambda z: ops.sum(log_density(z)[0]), z)

    # Steps of one length could follow an orbit and end where it began.
    jitter = backend.uniform(ops.shape(z)[:2], 0.8, 1.2, seed=seed)
    size = ops.expand_dims(jitter * state["step_size"], axes)
    momentum = backend.normal(ops.shape(z), seed=seed)
    new, push = z, momentum + 0.5 * size * force(z)
    for step in range(num_leapfrog):
        new = new + size * push
        share = 0.5 if step == num_leapfrog - 1 else 1.0
        push = push + share * size * force(new)
    before, ratio_before = log_density(z)
    after, ratio_after = log_density(new)
    energy = 0.5 * (ops.sum(ops.square(push), axes) - ops.sum(ops.square(momentum), axes))
    log_accept = ops.minimum(after - before - energy, 0.0)
    # A proposal with NaN or infinity is refused.
    log_accept = ops.where(ops.isfinite(log_accept), log_accept, -float("inf"))
    accept = ops.log(backend.uniform(ops.shape(log_accept), 1e-30, seed=seed)) < log_accept
    z = ops.where(ops.expand_dims(accept, axes), new, z)
    log_ratio = ops.where(accept, ratio_after, ratio_before)
    return z, log_ratio, ops.mean(ops.exp(log_accept), axis=0)


def _estimate(log_weight):
    num_chains = len(log_weight)
    values = np.logaddexp.reduce(log_weight, axis=0) - np.log(num_chains)
    errors = np.full(len(values), np.inf)
    if num_chains > 1:
        # Delta method: the relative standard error of the mean weight.
        errors = np.exp(log_weight - values).std(axis=0, ddof=1) / np.sqrt(num_chains)
    return Estimate(values, errors, num_chains)


def _check_latents(prior, posterior, start):
    owner = "annealed_log_likelihood"
    for role, distribution in (("prior", prior), ("posterior", posterior)):
        if not distribution.traits.is_real:
            raise NotApplicable(
                f"{owner} moves latents along gradients, so they must be real numbers. Received: "
                f"the {role} {type(distribution).__name__}, whose latents are "
                f"{distribution.traits.space.value}; use log_likelihood"
            )
    if prior.traits.density is not Density.ANYWHERE:
        raise NotApplicable(
            f"{owner} needs a prior that knows log p of any z. Received: {type(prior).__name__}, "
            f"which knows it of {prior.traits.density.value}"
        )
    if start == "prior":
        return
    check_posterior(f'{owner} with start="encoder"', posterior)
    if posterior.traits.density is not Density.ANYWHERE:
        raise NotApplicable(
            f'{owner} with start="encoder" needs a posterior that knows log q of any z; use '
            f'start="prior". Received: {type(posterior).__name__}, which knows it of '
            f"{posterior.traits.density.value}"
        )
