"""The bound of the semi-supervised VAE against its formula, in NumPy."""

import numpy as np
import scipy.special
from toys import compute, tensor

from keras_vae.objectives import ClassTrace, SemiSupervised

RNG = np.random.default_rng(0)
RECONSTRUCTION, KL = RNG.uniform(1, 5, (2, 3, 4))  # (classes, batch)
LOG_Q = scipy.special.log_softmax(RNG.normal(size=(4, 3)), axis=-1)
KNOWN = np.array([[0, 1, 0], [0, 0, 0], [1, 0, 0], [0, 0, 0]])


def by_formula(alpha):
    """Equations 6 to 9 of the paper, example by example, negated."""
    total = 0.0
    for i in range(4):
        bounds = RECONSTRUCTION[:, i] + KL[:, i] + np.log(3)
        if KNOWN[i].any():
            y = KNOWN[i].argmax()
            total += bounds[y] - alpha * LOG_Q[i, y]
        else:
            q = np.exp(LOG_Q[i])
            total += q @ bounds + q @ LOG_Q[i]
    return total / 4


def test_loss_is_the_papers():
    objective = SemiSupervised(alpha=3.0)
    arrays = (RECONSTRUCTION, KL, LOG_Q, KNOWN)
    trace = lambda: ClassTrace(*map(tensor, arrays))  # noqa: E731
    np.testing.assert_allclose(
        compute(lambda: objective.call(trace())[0]), by_formula(3.0), rtol=1e-5
    )
