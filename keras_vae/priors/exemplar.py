"""Exemplar prior (Norouzi et al., 2020), arxiv.org/abs/2004.04795."""

from typing import Any

import numpy as np
from keras import ops

from keras_vae import distributions
from keras_vae.context import Context
from keras_vae.distributions import Distribution
from keras_vae.parts import check_count
from keras_vae.posteriors import Normal
from keras_vae.priors.prior import Prior, log_square
from keras_vae.serialization import register
from keras_vae.typing import ArrayLike, Tensor


@register
class Exemplar(Prior):
    r"""Normals of one learned variance around the encodings of training examples.

    $$
    p(z) = \frac{1}{N} \sum_{n=1}^{N} N(z; \mu_\phi(x_n), \sigma^2 I)
    $$

    The means are those of the posterior, so the encoder is part of the prior. A step of training
    takes the batch for its exemplars and leaves each example out of its own prior: with batches of
    B examples this is the paper's training with B - 1 exemplars, drawn anew for each step. So large
    batches are better ones. Evaluation and `sample` take `num_exemplars` examples, which `fit`
    keeps from the first data that it is given, exactly and with none left out.

    The paper's search for nearest neighbours among cached encodings, which approximates the sum
    over many exemplars in training, is left out.

    Its KL from a posterior has no closed form; the objective estimates it at the drawn latent.

    Args:
        num_exemplars: int, N. Fewer examples than that are all kept. They are saved with the model.
            Defaults to `1000`.
        seed: int, of the choice of the examples that are kept. Defaults to `0`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if `num_exemplars` is not a positive integer; in a model, if its posterior is
            not normal, if it is conditional or if the prior is that of a level.

    Reference:
        - [Norouzi et al., 2020](https://arxiv.org/abs/2004.04795)
    """

    needs_equal_weights = "its exemplars are the batch as a whole"
    needs_all_of_x = "its encoding of exemplars does not see which values are missing"

    def __init__(self, num_exemplars: int = 1000, seed: int = 0, **kwargs: Any) -> None:
        check_count("priors.Exemplar", num_exemplars=num_exemplars)
        super().__init__(**kwargs)
        self.num_exemplars = num_exemplars
        self.seed = seed

    def bind(self, context: Context) -> None:
        """Learn the encoder and the shape of the data."""
        if not isinstance(context.posterior, Normal) or context.condition_shape is not None:
            raise ValueError(
                "priors.Exemplar needs a normal posterior and a model without condition. Received: "
                f"posterior={context.posterior!r}, condition_shape={context.condition_shape}"
            )
        if context.is_level:
            raise ValueError(
                "priors.Exemplar cannot be the prior of one level of a hierarchy. Use priors.Vamp. "
                f"Received: latents of a level, of shape {context.latent_shape}"
            )
        self.encode = context.encode
        self.data_shape = context.data_shape

    def build(self, event_shape: Any) -> None:
        super().build(event_shape)
        self.log_var = self.float32_weight("log_var", (), "zeros")
        shape = (self.num_exemplars, *self.data_shape)
        self.exemplars = self._state("exemplars", shape)
        #: how many rows of `exemplars` are examples; 0 before there are any
        self.num_kept = self._state("num_kept", ())

    def _state(self, name, shape):
        return self.add_weight(
            name=name,
            shape=shape,
            initializer="zeros",
            dtype="float32",
            autocast=False,
            trainable=False,
            aggregation="only_first_replica",
        )

    def before_fit(self, context: Context, x: Any) -> None:
        """Keep examples, if there are none yet."""
        if x is not None and not ops.convert_to_numpy(self.num_kept):
            x = x["x"] if isinstance(x, dict) else x
            rows = np.random.default_rng(self.seed).permutation(len(x))[: self.num_exemplars]
            self.start_from(ops.convert_to_numpy(x)[np.sort(rows)])

    def start_from(self, x: ArrayLike) -> None:
        """Set the exemplars; needed where `fit` is given no arrays.

        Args:
            x: array (n, event), at most `num_exemplars` examples.

        Raises:
            ValueError: if there are none, too many, or the shape is not that of the data.
        """
        x = np.asarray(ops.convert_to_numpy(x), "float32")
        if not 1 <= len(x) <= self.num_exemplars or x.shape[1:] != tuple(self.data_shape):
            raise ValueError(
                f"priors.Exemplar needs 1 to {self.num_exemplars} examples of shape "
                f"{tuple(self.data_shape)}. Received: x of shape {x.shape}"
            )
        filled = np.zeros(self.exemplars.shape, "float32")
        filled[: len(x)] = x
        self.exemplars.assign(filled)
        self.num_kept.assign(float(len(x)))

    def check_ready(self) -> None:
        """Raise a ValueError if there are no exemplars."""
        if not ops.convert_to_numpy(self.num_kept):
            raise ValueError(
                "priors.Exemplar takes its exemplars from arrays that fit is given. Set them with "
                "vae.prior_layer.start_from(x). Received: a prior without exemplars"
            )

    def distribution(self, temperature: float = 1.0) -> Distribution:
        """`keras_vae.distributions.NormalKernels` around the means of all exemplars."""
        kept = ops.convert_to_tensor(self.num_kept)
        # Before there are any, all rows count.
        kept = ops.where(kept > 0, kept, float(self.num_exemplars))
        is_kept = ops.arange(self.num_exemplars, dtype="float32") < kept
        means = self.encode(ops.convert_to_tensor(self.exemplars)).mean
        log_weights = ops.where(is_kept, 0.0, -1e30)
        return self._kernels(means, log_weights, log_square(temperature))

    def given_batch(self, posterior: Distribution) -> Distribution:
        """`NormalKernels` around the batch's own means, each left out of its own prior."""
        return self._kernels(posterior.mean, leave_one_out=True)

    def _kernels(
        self,
        means: Tensor,
        log_weights: Any = None,
        shift: float = 0.0,
        leave_one_out: bool = False,
    ) -> Distribution:
        log_var = ops.convert_to_tensor(self.log_var) + shift
        return distributions.NormalKernels(
            means, log_var, log_weights, leave_one_out, self.event_ndim
        )
