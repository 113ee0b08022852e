"""beta-TCVAE (Chen et al., 2018), arxiv.org/abs/1802.04942."""

from typing import Any

import keras
from keras import ops

from keras_vae.backend import mean_over_batch
from keras_vae.context import Context
from keras_vae.objectives.factorised import check_factorised, elementwise_log_prob, same_row
from keras_vae.objectives.objective import Objective
from keras_vae.parts import check_choice, check_count, check_non_negative
from keras_vae.serialization import register


@register
class BetaTCVAE(Objective):
    r"""The KL taken apart: alpha mutual information + beta total correlation + gamma the rest.

    $$
    \alpha\, I_q(x; z) + \beta\, \mathrm{KL}\Big(q(z) \,\Big\|\, \prod_j q(z_j)\Big)
    + \gamma \sum_j \mathrm{KL}(q(z_j) \,\|\, p(z_j))
    $$

    KL(q(z|x) || p(z)), on average over the data, is the sum of `mutual_information` between x and
    z, `total_correlation` between the elements of z, and `dimension_wise_kl` of each element's
    aggregate from its prior. All three need q(z), the mean of q(z|x) over the data set, which is
    estimated from the batch: biased in its logarithm, and of either sign on single batches.

    Args:
        alpha: float >= 0, weight of the mutual information. Defaults to `1.0`.
        beta: float >= 0, weight of the total correlation. Defaults to `6.0`.
        gamma: float >= 0, weight of the dimension-wise KL. Defaults to `1.0`.
        num_data: int, examples in the training set. Defaults to `None`: as `fit` finds in the
            array that it is given.
        estimator: `"mss"`, minibatch stratified sampling, or `"mws"`, minibatch weighted sampling.
            Defaults to `"mss"`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if an argument is out of its range; when the model is made, if posterior or
            prior have dependent elements; when training begins, if the number of examples is
            unknown.

    Reference:
        - [Chen et al., 2018](https://arxiv.org/abs/1802.04942)
    """

    scores_draws = True
    term_names = ("reconstruction", "mutual_information", "total_correlation", "dimension_wise_kl")
    needs_equal_weights = "it estimates the total correlation from the batch as a whole"
    numbered_variables = ("num_examples",)

    def __init__(
        self,
        alpha: float = 1.0,
        beta: float = 6.0,
        gamma: float = 1.0,
        num_data: int | None = None,
        estimator: str = "mss",
        **kwargs: Any,
    ) -> None:
        owner = "objectives.BetaTCVAE"
        check_non_negative(owner, alpha=alpha, beta=beta, gamma=gamma)
        check_choice(owner, ("mss", "mws"), estimator=estimator)
        if num_data is not None:
            check_count(owner, num_data=num_data)
        super().__init__(**kwargs)
        self.alpha = self.moving_weight("alpha", alpha)
        self.beta = self.moving_weight("beta", beta)
        self.gamma = self.moving_weight("gamma", gamma)
        self.num_data = num_data
        self.estimator = estimator
        #: the number in use; 0 while it is unknown
        self.num_examples = self.moving_weight("num_examples", float(num_data or 0))
        self._is_known = num_data is not None

    def bind(self, context: Context) -> None:
        posterior, prior = context.example_distributions()
        check_factorised("objectives.BetaTCVAE", posterior=posterior, prior=prior)

    def before_fit(self, context: Context, x: Any) -> None:
        if self.num_data is None and x is not None:
            self.num_examples.assign(float(len(keras.tree.flatten(x)[0])))
            self._is_known = True

    def check_ready(self) -> Any:
        if not self._is_known:
            raise ValueError(
                "objectives.BetaTCVAE needs the number of training examples: pass num_data=, or "
                "fit an array first. Received: num_data=None, and data of unknown length"
            )

    def load_own_variables(self, store: Any) -> None:
        super().load_own_variables(store)
        self._is_known = float(self.num_examples) > 0

    def call(self, trace: Any) -> Any:
        self.check_ready()
        reconstruction = mean_over_batch(-trace.log_likelihood())
        rates = [mean_over_batch(rate) for rate in self.rates(trace)]
        weighted = sum(
            w * r for w, r in zip((self.alpha, self.beta, self.gamma), rates, strict=True)
        )
        terms = dict(zip(self.term_names, [reconstruction, *rates], strict=True))
        return reconstruction + weighted, terms

    def rates(self, trace: Any) -> Any:
        """Mutual information, total correlation and dimension-wise KL at each draw, (batch,)."""
        z = trace.z  # (batch, *latent)
        each_q = elementwise_log_prob(trace.posterior, ops.expand_dims(z, 1))  # (z, x, elements)
        log_q_given_x = ops.sum(elementwise_log_prob(trace.posterior, z), axis=-1)
        log_p = ops.sum(elementwise_log_prob(trace.prior, z), axis=-1)
        log_weights = self.log_weights(z)
        log_q = ops.logsumexp(log_weights + ops.sum(each_q, axis=-1), axis=1)
        each = ops.logsumexp(ops.expand_dims(log_weights, -1) + each_q, axis=1)
        log_product = ops.sum(each, axis=-1)
        return log_q_given_x - log_q, log_q - log_product, log_product - log_p

    def log_weights(self, z: Any) -> Any:
        """log of the weights of q(z_i|x_j) in the estimate of q(z_i), (batch, batch).

        Stratified, a draw's own example stands for itself, 1/N, and the others of the batch for
        all the rest of the data, so that a row adds up to one. The paper gives one of the others
        another weight than the rest; what stands here is the mean over the choice of that one,
        and so unbiased alike with less noise. (Common code puts those weights in wrong places.)
        """
        own = same_row(z)
        size = ops.sum(own[0] * 0.0 + 1.0)
        n = ops.convert_to_tensor(self.num_examples)
        if self.estimator == "mws":
            return 0.0 * own - ops.log(size) - ops.log(n)
        # A batch larger than the data, as in an evaluation of more, counts as the data.
        n = ops.maximum(n, size)
        others = ops.log((n - 1.0) / n + 1e-30) - ops.log(ops.maximum(size - 1.0, 1.0))
        alone = ops.where(size > 1.0, -ops.log(n), 0.0)
        return own * alone + (1.0 - own) * others
