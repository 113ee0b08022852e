"""What all sections of a report share: the model, the data in arrays, and what was generated."""

import functools
from typing import Any

import numpy as np
from keras import ops

from keras_vae.evaluation import NotApplicable
from keras_vae.inputs import MASK
from keras_vae.models.inputs import split_inputs
from keras_vae.plots.images import as_images

#: rows that figures and pairs of rows are made of, so that a report takes minutes at most
FIGURE_ROWS = 512
TRAINING_ROWS = 20_000


class Study:
    """A model and its data for the sections of a report.

    Args:
        model: `keras_vae.VAE`.
        x_test: what `model.prepare` takes.
        x_train: what `model.prepare` takes, or None.
        condition: of the test examples, or None.
        num_samples: int, draws of z for each log-likelihood.
        seed: int.
    """

    def __init__(
        self,
        model: Any,
        x_test: Any,
        x_train: Any,
        condition: Any,
        num_samples: int,
        seed: int,
    ) -> None:
        self.model, self.num_samples, self.seed = model, num_samples, seed
        self.given, self.given_condition = x_test, condition
        self.inputs = self._prepared(x_test, "x_test", condition)
        self.train_inputs = None if x_train is None else self._prepared(x_train, "x_train")
        self.x, self.condition = split_inputs(self.inputs, known=model.field_shapes)
        rng = np.random.default_rng(seed)
        #: rows of the test examples that figures show, in random order
        self.rows = rng.permutation(len(self.x))[:FIGURE_ROWS]

    def _prepared(self, x: Any, argument: str, condition: Any = None) -> Any:
        return self.model.prepare(x, condition, argument, in_support=True)

    def take(self, rows: np.ndarray) -> Any:
        """The inputs of these test examples."""
        if not isinstance(self.inputs, dict):
            return self.inputs[rows]
        return {name: values[rows] for name, values in self.inputs.items()}

    @property
    def few(self) -> Any:
        """The inputs of the test examples that figures show."""
        return self.take(self.rows)

    @property
    def holes(self) -> np.ndarray | None:
        """Whether values of the test examples are missing, bool (n, event), or None."""
        mask = self.inputs.get(MASK) if isinstance(self.inputs, dict) else None
        return None if mask is None or mask.all() else ~mask.astype(bool)

    @functools.cached_property
    def x_train(self) -> np.ndarray:
        """Training examples (k, event), an even choice of them where there are many.

        Raises:
            NotApplicable: if there are none.
        """
        if self.train_inputs is None:
            raise NotApplicable("it needs training examples: pass x_train")
        x, _ = split_inputs(self.train_inputs, known=self.model.field_shapes)
        return x[np.linspace(0, len(x) - 1, min(len(x), TRAINING_ROWS)).astype(int)]

    @functools.cached_property
    def binary(self) -> bool:
        """Whether the data are bits."""
        values = self.x[self.rows]
        return bool(np.isin(values, (0, 1)).all())

    @functools.cached_property
    def are_images(self) -> bool:
        """Whether examples can be drawn as images."""
        shape = self.x.shape[1:]
        return len(shape) == 2 or len(shape) == 3 and shape[-1] in (1, 3)

    def images(self, x: np.ndarray) -> np.ndarray:
        """Examples as images in [0, 1], black at the least value of the data."""
        values = self.x[self.rows]
        low, high = float(values.min()), float(values.max())
        return as_images("x", np.float32(x), low, high if high > low else low + 1.0)

    def generated(self, sample: bool) -> np.ndarray:
        """New examples in the numbers of the data, as many as `rows`.

        Args:
            sample: bool, whether to draw from p(x|z) rather than to take its mean.

        Raises:
            NotApplicable: if the prior is not fitted.
        """
        return self._draws if sample else self._means

    @functools.cached_property
    def _draws(self) -> np.ndarray:
        return self._generate(True)

    @functools.cached_property
    def _means(self) -> np.ndarray:
        return self._generate(False)

    def _generate(self, sample: bool) -> np.ndarray:
        model = self.model
        if model.sampler is None and not model.prior_layer.can_sample:
            raise NotApplicable("its prior is not fitted: call vae.fit_prior(x)")
        condition = None if self.condition is None else self.condition[self.rows]
        new = model.generate(
            len(self.rows), seed=self.seed, sample=sample, condition=condition, verbose=0
        )
        # Of a table it is a DataFrame.
        return split_inputs(model.prepare(new, condition), known=model.field_shapes)[0]

    @functools.cached_property
    def latents(self) -> tuple[np.ndarray, np.ndarray]:
        """Draws of q(z|x) of the test examples in `rows`, and of p(z), (count, latent) each.

        Raises:
            NotApplicable: if the prior is not fitted.
        """
        model = self.model
        if not model.prior_layer.can_sample:
            raise NotApplicable("its prior is not fitted: call vae.fit_prior(x)")
        q = model.encode(self.few, num_samples=1, seed=self.seed, verbose=0)[0]
        if model.prior_layer.conditional:
            p = model.prior(self.condition[self.rows]).sample(seed=self.seed)
        else:
            p = model.prior_layer.sample(len(self.rows), seed=self.seed)
        p = ops.convert_to_numpy(p)
        return q.reshape(len(q), -1), p.reshape(len(p), -1)
