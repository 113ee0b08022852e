"""The losses of a discriminator and of who is judged by it, of logits of being real."""

from collections.abc import Callable
from typing import NamedTuple

from keras import ops

from keras_vae.typing import Tensor


class AdversarialLoss(NamedTuple):
    """The losses of one kind; each is a function of logits of any shape, element by element.

    Args:
        real: what the discriminator loses at real examples.
        fake: what it loses at others. Its whole loss is the mean of both.
        judged: what the one loses whose example is judged.
    """

    real: Callable[[Tensor], Tensor]
    fake: Callable[[Tensor], Tensor]
    judged: Callable[[Tensor], Tensor]


#: `hinge`: Lim and Ye, 2017, arxiv.org/abs/1705.02894; `non_saturating`: Goodfellow et al., 2014,
#: arxiv.org/abs/1406.2661; `least_squares`: Mao et al., 2017, arxiv.org/abs/1611.04076
LOSSES = {
    "hinge": AdversarialLoss(
        real=lambda logits: ops.relu(1.0 - logits),
        fake=lambda logits: ops.relu(1.0 + logits),
        judged=lambda logits: -logits,
    ),
    "non_saturating": AdversarialLoss(
        real=lambda logits: ops.softplus(-logits),
        fake=ops.softplus,
        judged=lambda logits: ops.softplus(-logits),
    ),
    "least_squares": AdversarialLoss(
        real=lambda logits: ops.square(logits - 1.0),
        fake=ops.square,
        judged=lambda logits: 0.5 * ops.square(logits - 1.0),
    ),
}
