"""MaskGIT (Chang et al., 2022), arxiv.org/abs/2202.04200."""

import math
from typing import Any

import keras
import numpy as np

from keras_vae.distributions.quantized import LearnedCodes, UniformCodes, UnscoredCodes
from keras_vae.networks.masked_transformer import MaskedCodeTrainer, masked_transformer
from keras_vae.parts import check_count, check_fraction, check_non_negative
from keras_vae.priors.codes import CodePrior
from keras_vae.priors.prior import check_no_temperature
from keras_vae.serialization import register
from keras_vae.typing import Array, ArrayLike, Seed, Shape

#: codes of examples that pass through the network at once
_ROWS = 256


@register
class MaskGIT(CodePrior):
    r"""Masked transformer over the codes of a quantizer, which draws many codes at a time.

    Training hides a share of the codes, and asks for them given the others. Drawing starts with
    all codes hidden. Each of a few steps draws all that are hidden, and keeps those that the
    network is surest of, as many as the cosine schedule says.

    The distribution of these draws has no density: codes of one step are drawn independently, and
    which of them stay depends on all. So a model has no `log_likelihood` once this prior is fitted,
    and no ELBO. `log_prob_bound` tells what the network knows of codes.

    Args:
        width: int, hidden channels. Defaults to `128`.
        blocks: int. Defaults to `4`.
        heads: int, attention heads; must divide `width`. Defaults to `4`.
        num_steps: int, the steps of drawing, at most one for each code. Defaults to `8`.
        choice_temperature: float >= 0, factor on the Gumbel noise in the choice of the codes that
            stay; it falls to 0 in the course of the steps. Defaults to `4.5`.
        guidance: float >= 0, how far the logits of drawing are moved on from those without the
            condition, through those with it (Ho and Salimans, 2022). Defaults to `0.0`, not at all.
        condition_dropout: float in [0, 1], the part of the examples that `fit` shows without their
            condition, which is then zeros. Defaults to `0.1`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if an argument is out of its range, or `heads` does not divide `width`.

    References:
        - [Chang et al., 2022](https://arxiv.org/abs/2202.04200)
        - [Ho and Salimans, 2022](https://arxiv.org/abs/2207.12598), the guidance
    """

    def __init__(
        self,
        width: int = 128,
        blocks: int = 4,
        heads: int = 4,
        num_steps: int = 8,
        choice_temperature: float = 4.5,
        guidance: float = 0.0,
        condition_dropout: float = 0.1,
        **kwargs: Any,
    ) -> None:
        owner = "priors.MaskGIT"
        check_count(owner, width=width, blocks=blocks, heads=heads, num_steps=num_steps)
        check_non_negative(owner, choice_temperature=choice_temperature, guidance=guidance)
        check_fraction(owner, condition_dropout=condition_dropout)
        if width % heads:
            raise ValueError(
                f"{owner} needs heads to divide width. Received: width={width}, heads={heads}"
            )
        super().__init__(**kwargs)
        self.width = width
        self.blocks = blocks
        self.heads = heads
        self.num_steps = num_steps
        self.choice_temperature = choice_temperature
        self.guidance = guidance
        self.condition_dropout = condition_dropout

    @property
    def size(self) -> Shape:
        """The codes as the network takes them: (length,)."""
        return (math.prod(self.quantizer.code_shape),)

    @property
    def has_density(self) -> bool:
        """Whether the prior is still uniform: draws of the network have no density."""
        return self.network is None

    def make_network(
        self, size: Shape, num_codes: int, condition_shape: Shape | None = None
    ) -> keras.Model:
        """See `CodePrior`."""
        (length,) = size
        settings = (self.width, self.blocks, self.heads, "maskgit")
        return masked_transformer(length, num_codes, *settings, condition_shape=condition_shape)

    def compiled_trainer(self, network: keras.Model, optimizer: Any) -> keras.Model:
        """See `CodePrior`."""
        num_codes, seed = self.quantizer.num_codes, self.context.shuffle_seed
        trainer = MaskedCodeTrainer(network, num_codes, self.condition_dropout, seed)
        trainer.compile(optimizer)
        return trainer

    def distribution(
        self, temperature: float = 1.0, condition: Any = None
    ) -> UniformCodes | LearnedCodes | UnscoredCodes:
        """`keras_vae.distributions.UniformCodes` before `fit`, and `UnscoredCodes` after it.

        Args:
            temperature: float, 1: codes have no standard deviation. Defaults to `1.0`.
            condition: tensor (batch, condition), where the fitted network takes one. Defaults to
                `None`.

        Raises:
            ValueError: if `temperature` is not 1, or if a condition is missing.
        """
        if self.network is None:
            return super().distribution(temperature, condition)
        check_no_temperature(type(self).__name__, temperature)
        self._check_condition(condition)
        return UnscoredCodes(type(self).__name__, self.event_ndim)

    def log_prob(self, indices: ArrayLike, batch_size: int = 256, condition: Any = None) -> Array:
        """There is none, see `log_prob_bound`.

        Raises:
            ValueError: always.
        """
        self._check_fitted()
        return self.distribution(condition=condition).log_prob(indices)

    def log_prob_bound(
        self,
        indices: ArrayLike,
        num_draws: int = 32,
        seed: Seed = None,
        condition: Any = None,
    ) -> Array:
        r"""Estimate of the order-agnostic bound in nats, (n,) (Hoogeboom et al., 2022).

        $$
        \log E_\sigma \Big[ \prod_t p(x_{\sigma(t)} | x_{\sigma(<t)}) \Big]
        \ge E_{t, \sigma} \Big[ \frac{D}{D - t + 1}
        \sum_{k \in \sigma(\ge t)} \log p(x_k | x_{\sigma(<t)}) \Big]
        $$

        It bounds the log-probability of codes that the network fills in one after the other, in a
        random order sigma of the D places. Those that `sample` draws several at a time, the surest
        first, have another distribution. The guidance does not enter.

        Args:
            indices: integer array (n, *code_shape).
            num_draws: int, draws of t and sigma for each example, whose mean is unbiased for the
                right-hand side. Defaults to `32`.
            seed: int or `keras.random.SeedGenerator`. Defaults to `None`.
            condition: array (n, condition), where the network takes one. Defaults to `None`.

        Raises:
            ValueError: if `fit` has not been called, or `indices` are not codes.

        Reference:
            - [Hoogeboom et al., 2022](https://arxiv.org/abs/2110.02037), equation 4
        """
        check_count("log_prob_bound", num_draws=num_draws)
        self._check_fitted()
        codes, rng = self._codes(indices), _generator(seed)
        conditions = self._conditions(codes, condition)
        length, total = codes.shape[1], np.zeros(len(codes))
        for _ in range(num_draws):
            seen = rng.integers(length, size=(len(codes), 1))  # t - 1
            hidden = rng.random(codes.shape).argsort(axis=1) >= seen
            shown = np.where(hidden, self.quantizer.num_codes, codes)
            log_p = np.take_along_axis(self._log_p(shown, conditions), codes[..., None], -1)[..., 0]
            total += (hidden * log_p).sum(axis=1) * length / (length - seen[:, 0])
        return total / num_draws

    def sample_indices(
        self, num_samples: int, seed: Seed = None, temperature: float = 1.0, condition: Any = None
    ) -> Array:
        """Codes drawn in `num_steps` steps, integers (num_samples, *code_shape).

        Args:
            num_samples: int.
            seed: int or `keras.random.SeedGenerator`. Defaults to `None`.
            temperature: float >= 0, factor on all noise; 0 takes the likeliest codes and keeps the
                surest ones. Defaults to `1.0`.
            condition: array (num_samples, condition), where the network takes one. Defaults to
                `None`.

        Raises:
            ValueError: if `fit` has not been called, or an argument is out of its range.
        """
        check_count("The prior", num_samples=num_samples)
        check_non_negative("The prior", temperature=temperature)
        self._check_fitted()
        rng = _generator(seed)
        codes = np.full((num_samples, *self.size), self.quantizer.num_codes, "int32")
        conditions = self._conditions(codes, condition)
        num_steps = min(self.num_steps, codes.shape[1])
        for step in range(1, num_steps + 1):
            codes = self._filled(codes, conditions, step / num_steps, temperature, rng)
        return codes.reshape(num_samples, *self.quantizer.code_shape)

    def _filled(self, codes, conditions, done, temperature, rng):
        """One step of drawing: codes (n, length) with as many hidden as at `done`, from 0 to 1."""
        log_p, length = self._log_p(codes, conditions, self.guidance), codes.shape[1]
        known = codes < self.quantizer.num_codes
        # The Gumbel-max trick.
        drawn = np.argmax(log_p + temperature * rng.gumbel(size=log_p.shape), axis=-1)
        drawn = np.where(known, codes, drawn).astype("int32")
        sureness = np.take_along_axis(log_p, drawn[..., None], axis=-1)[..., 0]
        noise = self.choice_temperature * temperature * (1 - done) * rng.gumbel(size=drawn.shape)
        sureness = np.where(known, np.inf, sureness + noise)
        # Rounded down, and one code less at least than were hidden before: alike in all rows.
        still = min(int(length * math.cos(0.5 * math.pi * done)), int((~known[0]).sum()) - 1)
        hide = np.argsort(sureness, axis=1)[:, : max(still, 0)]
        np.put_along_axis(drawn, hide, self.quantizer.num_codes, axis=1)
        return drawn

    # ---- the network -----------------------------------------------------------------------

    def _conditions(self, codes, condition):
        """The checked condition of each row, or None where the network takes none."""
        inputs = self._inputs(codes, condition)
        return inputs[1] if self.sees_condition else None

    def _log_p(self, codes, conditions, guidance=0.0):
        """Log-probabilities of each code at each place in nats, (n, length, num_codes)."""
        if conditions is None:
            return _log_softmax(self._logits(codes))
        logits = self._logits([codes, conditions])
        if guidance:
            without = self._logits([codes, np.zeros_like(conditions)])
            logits = logits + guidance * (logits - without)
        return _log_softmax(logits)

    def _logits(self, inputs):
        rows = len(keras.tree.flatten(inputs)[0])
        parts = []
        for start in range(0, rows, _ROWS):
            part = slice(start, start + _ROWS)
            batch = keras.tree.map_structure(lambda a, part=part: a[part], inputs)
            parts.append(self.network.predict_on_batch(batch).astype("float32"))
        return np.concatenate(parts)


def _log_softmax(logits):
    return logits - np.logaddexp.reduce(logits, axis=-1, keepdims=True)


def _generator(seed):
    """NumPy's generator from a seed of Keras'."""
    if seed is None:
        return np.random.default_rng()
    if not isinstance(seed, keras.random.SeedGenerator):
        seed = keras.random.SeedGenerator(seed)
    drawn = keras.random.randint((2,), 0, 2**31 - 1, seed=seed)
    return np.random.default_rng(keras.ops.convert_to_numpy(drawn).tolist())
