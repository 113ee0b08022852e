"""How a model comes by the condition of an example: it is given, or a latent class."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vae.context import Context, Shape
from keras_vae.models.inputs import read_condition
from keras_vae.objectives import ClassTrace

#: the label of an example whose class is not known
UNLABELLED = -1


class Given:
    """The condition of each example is given by the user, if the model has one."""

    #: the least label that data may have
    min_label = 0
    #: whether examples may come without a condition
    optional = False
    #: see `Part.needs_all_of_x`
    needs_all_of_x: str | None = None

    def bind(self, context: Context) -> None:
        """Learn the functions of the model."""
        self.context = context

    def read(self, condition: Any, x: Any, shape: Shape | None) -> Any:
        """The condition of a batch of tensors as rows, (batch, *shape); None without one."""
        return read_condition(condition, shape)

    def run(
        self,
        trace: Callable,
        x: Any,
        target: Any,
        fields: dict[str, Any],
        training: bool,
    ) -> tuple[Any, Any]:
        """One pass for the objective.

        Args:
            trace: function `(x, target, fields)` that makes a `Trace`.
            x: tensor (batch, event), what is encoded.
            target: tensor (batch, event), what is reconstructed.
            fields: tensors beside x, by name.
            training: whether the pass is one of training.

        Returns:
            What the objective takes, and the mean of p(x|z), (batch, event).
        """
        made = trace(x, target, fields)
        return made, made.likelihood.mean

    def complete(self, inputs: Any) -> Any:
        """Arrays of examples, with a condition in the place of each that is missing."""
        return inputs

    def draw(self, num_samples: int, seed: Any) -> Any:
        """Conditions to generate from where none are given; None where they must be given."""
        return None

    def marginal(self, estimate: Callable, inputs: Any) -> tuple[Any, Any]:
        """Estimates of log p(x) and their standard errors, (n,) each.

        Args:
            estimate: function of inputs with a condition that gives such a pair.
            inputs: arrays of examples.
        """
        return estimate(inputs)

    def bound(self, moments: Callable, inputs: Any) -> tuple[Any, Any]:
        """Bound of log p(x), distortion and rate, and their standard errors, (n, 3) each.

        Args:
            moments: function of inputs with a condition that gives such a pair.
            inputs: arrays of examples.
        """
        return moments(inputs)


class LatentClass(Given):
    """The condition is a class y, which a classifier q(y|x) infers where it is not known.

    The bound of an example without a label is the mean over q(y|x) of the bounds for each class,
    less KL(q(y|x) || p(y)). p(y) is uniform.

    Args:
        classifier: `keras.Model` from x to logits (batch, num_classes).
        num_classes: int >= 2.

    Reference:
        - [Kingma et al., 2014](https://arxiv.org/abs/1406.5298), equations 6 and 7
    """

    min_label = UNLABELLED
    optional = True
    needs_all_of_x = "its classifier q(y|x) does not see which values are missing"

    def __init__(self, classifier: keras.Model, num_classes: int) -> None:
        self.classifier = classifier
        self.num_classes = num_classes

    def read(self, condition: Any, x: Any, shape: Shape | None) -> Any:
        """One-hot rows of known classes, and rows of zeros, (batch, num_classes)."""
        if condition is None:
            flat = ops.reshape(x, (ops.shape(x)[0], -1))[:, :1]
            return ops.zeros_like(ops.repeat(flat, self.num_classes, axis=1), dtype="float32")
        if len(condition.shape) > 1:
            return ops.cast(condition, "float32")
        classes = ops.arange(self.num_classes, dtype="int32")
        return ops.cast(ops.cast(condition, "int32")[:, None] == classes, "float32")

    def run(
        self,
        trace: Callable,
        x: Any,
        target: Any,
        fields: dict[str, Any],
        training: bool,
    ) -> tuple[ClassTrace, Any]:
        """A pass with each class, (classes * batch) examples side by side."""
        known = fields["condition"]
        logits = ops.cast(self.classifier(x, training=training), "float32")
        log_q = ops.log_softmax(logits, axis=-1)
        repeated = {name: self._repeat(value) for name, value in fields.items()}
        classes = ops.arange(ops.shape(repeated["condition"])[0]) // ops.shape(x)[0]
        repeated["condition"] = ops.one_hot(classes, self.num_classes, dtype="float32")
        made = trace(self._repeat(x), self._repeat(target), repeated)
        each = (-made.log_likelihood(), made.kl(), made.likelihood.mean)
        reconstruction, kl, means = (self._by_class(values) for values in each)
        best = ops.one_hot(ops.argmax(log_q, axis=-1), self.num_classes, dtype="float32")
        chosen = known + (1.0 - ops.sum(known, axis=-1, keepdims=True)) * best
        mean = ops.sum(_beside(ops.transpose(chosen), means) * means, axis=0)
        return ClassTrace(reconstruction, kl, log_q, known), mean

    def _repeat(self, values: Any) -> Any:
        return ops.tile(values, (self.num_classes, *[1] * (len(values.shape) - 1)))

    def _by_class(self, values: Any) -> Any:
        return ops.reshape(values, (self.num_classes, -1, *values.shape[1:]))

    def probabilities(self, x: Any, batch_size: int | None = None, verbose: Any = "auto") -> Any:
        """q(y|x) of arrays (n, event), (n, num_classes)."""
        program = self.context.compiled("classifier", self._probabilities)
        return program.run(x, batch_size, verbose)

    def _probabilities(self, x: Any) -> Any:
        x = ops.cast(x, "float32")
        return ops.softmax(ops.cast(self.classifier(x, training=False), "float32"), axis=-1)

    def complete(self, inputs: Any) -> Any:
        """Arrays with the likeliest class in the place of each that is missing."""
        x, labels, known = self._known(inputs)
        if known.all():
            return inputs
        likeliest = np.argmax(self.probabilities(x), axis=-1)
        return {**_as_dict(inputs), "condition": np.where(known, labels, likeliest)}

    def draw(self, num_samples: int, seed: Any) -> Any:
        """Classes drawn from p(y), (num_samples,)."""
        classes = keras.random.randint((num_samples,), 0, self.num_classes, seed=seed)
        return ops.convert_to_numpy(classes)

    def marginal(self, estimate: Callable, inputs: Any) -> tuple[Any, Any]:
        """log p(x|y) where the class is known, else log p(x), the sum over all classes."""
        x, labels, known = self._known(inputs)
        if known.all():
            return estimate(inputs)
        values, errors = self._of_each_class(estimate, inputs)  # (classes, n)
        total = np.logaddexp.reduce(values, axis=0)
        shares = np.exp(values - total)
        error = np.sqrt(np.sum(np.square(shares * errors), axis=0))
        rows, own = np.arange(len(labels)), np.where(known, labels, 0)
        return (
            np.where(known, values[own, rows], total - np.log(self.num_classes)),
            np.where(known, errors[own, rows], error),
        )

    def bound(self, moments: Callable, inputs: Any) -> tuple[Any, Any]:
        """The bound of log p(x|y) where the class is known, else that of log p(x)."""
        x, labels, known = self._known(inputs)
        if known.all():
            return moments(inputs)
        means, errors = self._of_each_class(moments, inputs)  # (classes, n, 3)
        q = self.probabilities(x).astype("float64").T
        q = np.where(known, np.arange(self.num_classes)[:, None] == labels, q)[..., None]
        class_kl = np.sum(q * np.log(np.maximum(q, 1e-300) * self.num_classes), axis=0)
        extra = np.where(known[:, None], 0.0, class_kl) * np.array([-1.0, 0.0, 1.0])
        return np.sum(q * means, axis=0) + extra, np.sqrt(np.sum(np.square(q * errors), axis=0))

    def _of_each_class(self, function: Callable, inputs: Any) -> Any:
        given = _as_dict(inputs)
        num_rows = len(given["x"])
        each = [
            function({**given, "condition": np.full(num_rows, label)})
            for label in range(self.num_classes)
        ]
        return np.stack([pair[0] for pair in each]), np.stack([pair[1] for pair in each])

    def _known(self, inputs: Any) -> tuple[Any, Any, Any]:
        """The data, their labels (n,), and which of these are known."""
        given = _as_dict(inputs)
        labels = given.get("condition")
        if labels is None:
            labels = np.full(len(given["x"]), UNLABELLED)
        if labels.ndim > 1:
            labels = np.where(labels.sum(axis=1) > 0, labels.argmax(axis=1), UNLABELLED)
        labels = labels.astype("int64")
        return given["x"], labels, labels > UNLABELLED


def _as_dict(inputs: Any) -> dict[str, Any]:
    return inputs if isinstance(inputs, dict) else {"x": inputs}


def _beside(weights: Any, values: Any) -> Any:
    """Weights (classes, batch) with the axes of values (classes, batch, event)."""
    return ops.reshape(weights, (*ops.shape(weights), *[1] * (len(values.shape) - 2)))
