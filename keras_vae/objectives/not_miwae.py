"""Bound for values not missing at random (Ipsen et al., 2021), arxiv.org/abs/2006.12871."""

import math
from typing import Any

from keras import ops

from keras_vae import backend
from keras_vae.backend import mean_over_batch
from keras_vae.context import Context
from keras_vae.inputs.holes import MASK
from keras_vae.objectives.importance import ImportanceWeighted, log_mean_exp
from keras_vae.objectives.objective import NoisyObjective
from keras_vae.parts import check_choice, check_count
from keras_vae.serialization import register
from keras_vae.typing import Tensor


@register
class NotMIWAE(NoisyObjective, ImportanceWeighted):
    r"""Importance weighted bound of log p(x_obs, mask), with a model of which values are missing.

    $$
    -\mathbb{E} \log \frac{1}{k} \sum_{i=1}^{k}
    \frac{p(s | x_{obs}, x_{mis,i})\, p(x_{obs} | z_i)\, p(z_i)}{q(z_i | x_{obs})} ,
    \quad z_i \sim q(z | x_{obs}) ,\ x_{mis,i} \sim p(x | z_i)
    $$

    s is the mask, each element of which is a coin. `mask` is -log p(s|x) in nats, the mean over the
    draws. The coins start as fair ones that do not look at x. Which values are missing can be told
    from data by strong assumptions alone: compare with `IWAE`, and do not believe either blindly.

    Args:
        num_samples: int, k. Defaults to `20`.
        missing_model: what the log-odds of being observed depend on: `"self_masking"`, each on its
            own value, slope * x + offset; `"linear"`, each on all values. Defaults to
            `"self_masking"`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if an argument is out of its range; when the model is made, if it was not made
            with `missing=True`, or its likelihood is not one of real numbers, whose draws have
            gradients.

    Reference:
        - [Ipsen et al., 2021](https://arxiv.org/abs/2006.12871), equation 8
    """

    term_names = ("reconstruction", "kl", "mask")

    def __init__(
        self, num_samples: int = 20, missing_model: str = "self_masking", **kwargs: Any
    ) -> None:
        check_count("objectives.NotMIWAE", num_samples=num_samples)
        check_choice("objectives.NotMIWAE", ("self_masking", "linear"), missing_model=missing_model)
        super().__init__(**kwargs)
        self.num_samples = num_samples
        self.missing_model = missing_model
        self.slope = self.offset = None

    def bind(self, context: Context) -> None:
        NoisyObjective.bind(self, context)
        ImportanceWeighted.bind(self, context)
        if not context.missing:
            raise ValueError(
                "objectives.NotMIWAE needs a model made with missing=True. Received: missing=False"
            )
        p = context.example_likelihood()
        if not p.traits.is_real:
            raise ValueError(
                "objectives.NotMIWAE needs a likelihood of real numbers, such as "
                "HeteroscedasticNormal, for draws with gradients. Received: "
                f"{type(context.likelihood).__name__} of {p.traits.space.value}"
            )
        if self.slope is None:
            self._make_weights(context.data_shape)

    def _make_weights(self, data_shape):
        size = math.prod(data_shape)
        common = {"initializer": "zeros", "dtype": "float32", "autocast": False}
        shape = tuple(data_shape) if self.missing_model == "self_masking" else (size, size)
        self.slope = self.add_weight(name="slope", shape=shape, **common)
        self.offset = self.add_weight(name="offset", shape=tuple(data_shape), **common)

    def score_mask(self, x: Tensor, mask: Tensor) -> Tensor:
        """log p(mask|x) in nats, (..., batch).

        Args:
            x: tensor (..., batch, event), all of it known.
            mask: tensor (batch, event).
        """
        logits = self._logits(x)
        # log sigmoid(l) where observed, log sigmoid(-l) elsewhere
        each = -backend.softplus(ops.where(mask > 0, -logits, logits))
        return ops.sum(each, axis=tuple(range(-len(self.offset.shape), 0)))

    def _logits(self, x):
        slope, offset = map(ops.convert_to_tensor, (self.slope, self.offset))
        if self.missing_model == "self_masking":
            return slope * x + offset
        shape = ops.shape(x)
        flat = ops.reshape(x, (*shape[: len(shape) - len(offset.shape)], slope.shape[0]))
        return ops.reshape(ops.matmul(flat, slope), shape) + offset

    def call(self, trace: Any) -> Any:
        log_weight, terms = self.weigh(trace)
        mask = trace.fields[MASK]
        drawn = trace.likelihood.sample(seed=self.seed_of(trace))  # (samples, batch, event)
        score = self.score_mask(ops.where(mask > 0, trace.x, drawn), mask)
        terms["mask"] = mean_over_batch(ops.mean(-score, axis=0))
        return mean_over_batch(-log_mean_exp(log_weight + score)), terms
