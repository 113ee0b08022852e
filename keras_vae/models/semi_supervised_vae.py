"""Semi-supervised VAE, "M2" (Kingma et al., 2014), arxiv.org/abs/1406.5298."""

from typing import Unpack

import numpy as np
from keras import ops

from keras_vae import networks
from keras_vae.backend import contiguous_convolution_gradients
from keras_vae.distributions import draw
from keras_vae.engine.uneven_batches import shard_batch
from keras_vae.inputs import Fields, prepare
from keras_vae.models.checks import check_batch_shape
from keras_vae.models.inputs import split_inputs
from keras_vae.models.paper import Paper, PaperOptions, Shape
from keras_vae.models.vae import unfold
from keras_vae.objectives import ClassTrace, SemiSupervised, Trace
from keras_vae.parts import check_count
from keras_vae.serialization import register

#: the label of an example without one
UNLABELLED = -1


@register
class SemiSupervisedVAE(Paper):
    """VAE of p(x|y, z) with a class y that is known for some examples and inferred for the others.

    `fit({"x": x, "condition": labels})` takes both kinds in one array, the label -1 for those
    without. The sum over the classes of an unlabelled example is exact: encoder and decoder see
    each example with every class, so a step costs `num_classes` times that of a VAE.

    `classify(x)` gives q(y|x). Methods that need a class and get no `condition` take the likeliest.

    Args:
        data_shape: tuple of int, shape of one example without batch axis.
        num_classes: int >= 2.
        latent_dim: int. Defaults to `50`.
        alpha: float >= 0, weight of the classifier's cross-entropy on labelled examples, in nats.
            The paper takes a tenth of the number of examples, over the number of labelled ones in
            a batch. Defaults to `10.0`.
        hidden: tuple of int, widths of the encoder's and the classifier's layers; the decoder
            mirrors them. Defaults to `(512, 256)`.
        activation: name or function. Defaults to `"softplus"`.
        likelihood: name or `keras_vae.likelihoods.Likelihood`. Defaults to `"bernoulli"`.
        dtype: Keras dtype or policy of the networks. Defaults to `None`, the global one.
        **kwargs: passed to `keras_vae.VAE`: `prior`, `seed`, `name`.

    Raises:
        ValueError: if `num_classes` is less than 2 or `alpha` negative.

    Reference:
        - [Kingma et al., 2014](https://arxiv.org/abs/1406.5298)

    Example:

    >>> train = keras_vae.datasets.digits().train
    >>> labels = train.y.astype("int32")
    >>> labels[100:] = -1
    >>> vae = keras_vae.models.SemiSupervisedVAE((8, 8), 10, latent_dim=4, hidden=(32,))
    >>> vae.compile("adam")
    >>> history = vae.fit({"x": train.x, "condition": labels}, epochs=1, verbose=0)
    >>> vae.classify(train.x[:3]).shape
    (3, 10)
    """

    #: the least label that data may have
    least_label = UNLABELLED

    family = "conditional"
    defaults = {"network": networks.MLP((500,), activation="softplus")}
    fixes = {"objective": "it sums over the classes"}

    def __init__(
        self,
        data_shape: Shape,
        num_classes: int,
        latent_dim: int = 50,
        alpha: float = 10.0,
        **kwargs: Unpack[PaperOptions],
    ) -> None:
        check_count("SemiSupervisedVAE", num_classes=num_classes)
        if num_classes < 2:
            raise ValueError(
                f"SemiSupervisedVAE needs num_classes >= 2. Received: num_classes={num_classes}"
            )
        super().__init__(
            data_shape,
            latent_dim,
            fixed={"objective": SemiSupervised(alpha)},
            condition_shape=(num_classes,),
            **kwargs,
        )
        self.num_classes = num_classes
        self.classifier = self.network.encoder(
            data_shape,
            {"logits": (num_classes,)},
            dtype=kwargs.get("dtype"),
            name="classifier",
        )

    def call(self, inputs, training=False):
        """Mean of p(x|y, z) with the known or likeliest y, (batch, event); adds the losses."""
        x, labels = split_inputs(inputs)
        check_batch_shape(x, self.data_shape, "x")
        x = shard_batch(ops.cast(x, "float32"))
        with contiguous_convolution_gradients(x, self.compute_dtype):
            logits = ops.cast(self.classifier(x, training=training), "float32")
            reconstruction, kl, means = self._with_each_class(x, training)
        log_q = ops.log_softmax(logits, axis=-1)
        known = self._known(labels, log_q)
        loss, terms = self.objective(trace=ClassTrace(reconstruction, kl, log_q, known))
        self.add_loss(loss)
        self._terms.put(self.objective.check_terms(terms))
        best = ops.one_hot(ops.argmax(log_q, axis=-1), self.num_classes, dtype="float32")
        chosen = known + (1.0 - ops.sum(known, axis=-1, keepdims=True)) * best
        return ops.sum(_beside(ops.transpose(chosen), means) * means, axis=0)

    def _with_each_class(self, x, training):
        """-log p(x|y, z) and KL, each (classes, batch), and means of x, (classes, batch, event)."""
        num_classes = self.num_classes
        x = ops.tile(x, (num_classes, *[1] * len(self.data_shape)))
        classes = ops.arange(ops.shape(x)[0]) // (ops.shape(x)[0] // num_classes)
        classes = ops.one_hot(classes, num_classes, dtype="float32")
        q, prior = self.encoded(x, classes, training=training), self.prior_of(classes)
        z, log_q = draw(q, seed=self.seed_generator if training else self.validation_seed)
        p = self.decoded(z, x, classes, training=training)
        trace = Trace(x, z, q, prior, p, log_q)
        each = (-trace.log_likelihood(), trace.kl(), p.mean)
        return [unfold(values, num_classes) for values in each]

    def _known(self, labels, log_q):
        """One-hot rows of known classes, and rows of zeros, (batch, classes)."""
        if labels is None:
            return ops.zeros_like(log_q)
        if len(labels.shape) > 1:
            return ops.cast(labels, "float32")
        classes = ops.arange(self.num_classes, dtype="int32")
        return ops.cast(ops.cast(labels, "int32")[:, None] == classes, "float32")

    def classify(self, x, batch_size=None, verbose="auto"):
        """q(y|x), the probabilities of the classes, (n, classes).

        Args:
            x: array (n, event).
            batch_size: int. Defaults to `None`, at most 1,024.
            verbose: see `encode`.
        """
        x = prepare(x, Fields("x", self.data_shape)).inputs
        return self.program("classifier").run(ops.convert_to_numpy(x), batch_size, verbose)

    def _run_classifier(self, x):
        x = ops.cast(x, "float32")
        return ops.softmax(ops.cast(self.classifier(x, training=False), "float32"), axis=-1)

    def prepare(self, x, condition=None, argument="x", in_support=False):
        x, condition = self._split(x, condition, argument)
        condition = self._complete(x, condition)
        return super().prepare(x, condition, argument, in_support)

    def _split(self, x, condition, argument="x"):
        given = self.input_fields.split(x, argument, {"condition": condition})
        return given["x"], given.get("condition")

    def _complete(self, x, labels):
        """Labels, with the likeliest class in the place of those that are missing."""
        if labels is not None:
            labels = self.input_fields["condition"].read(labels, len(x), owner=None).whole()
            if labels.ndim > 1 or labels.min() > UNLABELLED:
                return labels
        likeliest = np.argmax(self.classify(x), axis=-1)
        return likeliest if labels is None else np.where(labels == UNLABELLED, likeliest, labels)

    def reconstruct(self, x, num_samples=None, seed=None, condition=None, **kwargs):
        """As `VAE.reconstruct`, with the likeliest class where none is given."""
        x, condition = self._split(x, condition)
        condition = self._complete(x, condition)
        return super().reconstruct(x, num_samples, seed, condition, **kwargs)

    def generate(self, n=None, seed=None, temperature=1.0, sample=False, condition=None, **kwargs):
        """As `VAE.generate`, with classes drawn at random where none are given."""
        if condition is None:
            check_count("generate", n=n)
            condition = np.random.default_rng(seed).integers(self.num_classes, size=n)
        return super().generate(n, seed, temperature, sample, condition, **kwargs)

    def log_likelihood(
        self, x, num_samples=1000, seed=None, batch_size=None, condition=None, verbose="auto"
    ):
        """log p(x|y) by importance sampling; without classes log p(x), the sum over all of them.

        Args:
            x: array (n, event).
            num_samples: int, draws for each example and class. Defaults to `1000`.
            seed: int, of the draws. Defaults to `None`.
            batch_size: int, latents decoded at once. Defaults to `None`, a size that fits.
            condition: labels (n,). Defaults to `None`.
            verbose: see `encode`.

        Returns:
            Array (n,), in nats.
        """
        x, condition = self._split(x, condition)
        options = {"batch_size": batch_size, "verbose": verbose}
        if condition is not None:
            return super().log_likelihood(x, num_samples, seed, condition=condition, **options)
        each = [
            super(SemiSupervisedVAE, self).log_likelihood(
                x, num_samples, seed, condition=np.full(len(x), y), **options
            )
            for y in range(self.num_classes)
        ]
        return np.logaddexp.reduce(each, axis=0) - np.log(self.num_classes)


def _beside(weights, values):
    """Weights (classes, batch) with the axes of values (classes, batch, event)."""
    return ops.reshape(weights, (*ops.shape(weights), *[1] * (len(values.shape) - 2)))
