"""What the importance weighted objectives share: weights, their means, and where gradients go."""

import math
from typing import Any

import keras
from keras import ops

from keras_vae.objectives.objective import Objective


class ImportanceWeighted(Objective):
    """Base of the importance weighted objectives: many draws of z, decoded in one go.

    `reconstruction` and `kl` are the means over the draws, so they add up to minus the ELBO; the
    loss lies below their sum.
    """

    scores_draws = True
    term_names: tuple[str, ...] = ("reconstruction", "kl")
    needs_equal_weights = None
    num_samples: int

    def weigh(self, trace: Any, fix_posterior: bool = False) -> Any:
        """The log-weights log p(x, z) - log q(z|x), (samples, batch), and the terms.

        Args:
            trace: `Trace`.
            fix_posterior: bool, whether log q gives its gradient to z alone and none to the
                posterior's parameters. Defaults to `False`.
        """
        log_likelihood = trace.log_likelihood()
        log_ratio = self._path_log_ratio(trace) if fix_posterior else trace.log_ratio()
        terms = {"reconstruction": -log_likelihood, "kl": log_ratio}
        means = {name: trace.mean(ops.mean(term, axis=0)) for name, term in terms.items()}
        return log_likelihood - log_ratio, means

    def _path_log_ratio(self, trace):
        return fixed(trace.posterior).log_prob(trace.z) - trace.prior.log_prob(trace.z)

    def log_joint_of_decoder(self, trace: Any) -> Any:
        """log p(x, z) with gradients to decoder, likelihood and prior alone, (samples, batch).

        Decoded a second time, as the two players' gradients are weighted differently. Dropout has
        the noise of the first time, so the values are the same; compilers that see it compute only
        another gradient.
        """
        z = ops.stop_gradient(trace.z)
        likelihood = trace.decode_again(z)
        return likelihood.log_prob(trace.x) + trace.prior.log_prob(z)


def log_mean_exp(log_weight: Any, axis: Any = 0) -> Any:
    """log of the mean weight over an axis."""
    return ops.logsumexp(log_weight, axis=axis) - math.log(log_weight.shape[axis])


def normalized(log_weight: Any, axis: Any = 0) -> Any:
    """Weights that add up to one over an axis."""
    # Not softmax: Keras warns of an axis of size 1, which is not a mistake here.
    return ops.exp(log_weight - ops.logsumexp(log_weight, axis=axis, keepdims=True))


def fixed(distribution: Any) -> Any:
    """The same distribution, with no gradient to its parameters."""
    return keras.tree.map_structure(
        lambda value: ops.stop_gradient(value) if ops.is_tensor(value) else value, distribution
    )


def weighted_by_player(
    log_weight: Any, log_joint: Any, encoder_weights: Any, decoder_weights: Any
) -> Any:
    """A sum whose gradient weighs each draw for the encoder and for the decoder as given, (batch,).

    Args:
        log_weight: tensor (samples, batch), with gradients to both.
        log_joint: tensor (samples, batch), with gradients to the decoder alone.
        encoder_weights: tensor (samples, batch).
        decoder_weights: tensor (samples, batch).
    """
    both = ops.stop_gradient(encoder_weights) * log_weight
    rest = ops.stop_gradient(decoder_weights - encoder_weights) * log_joint
    return ops.sum(both + rest, axis=0)


def with_gradient_of(value: Any, surrogate: Any) -> Any:
    """`value`, but with the gradient of `surrogate`."""
    return surrogate + ops.stop_gradient(value - surrogate)
