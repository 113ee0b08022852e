"""scVI, a VAE of counts (Lopez et al., 2018), doi.org/10.1038/s41592-018-0229-2."""

from typing import Any, Unpack

import keras
import numpy as np

from keras_vae import likelihoods, networks
from keras_vae.likelihoods.counts import Counts
from keras_vae.models.data_sets import over_data_sets
from keras_vae.models.paper import Paper, PaperOptions, Shape
from keras_vae.networks import OfCounts
from keras_vae.parts import check_positive
from keras_vae.serialization import register
from keras_vae.typing import ArrayLike

#: the likelihoods known by name, and whether they have a dispersion
NAMED = {
    "zero_inflated_negative_binomial": True,
    "negative_binomial": True,
    "poisson": False,
}


@register
class CountVAE(Paper):
    """VAE of counts, such as those of genes in cells, with a size and a batch for each example.

    The encoder sees log(1 + x), the decoder gives each feature's share of the total, and the means
    are these shares times the size of the example. Counts that were measured in several batches
    have the batch as their condition: latents then need not tell it, and
    `normalized_expression(x, to_condition=...)` shows all cells as if of one batch.

    x are whole numbers, negative ones and fractions are refused; NumPy, `scipy.sparse`, or AnnData,
    whose `X` is taken. Sparse rows are made dense batch by batch where they are many. A row of
    zeros counts as of size 1.

    Args:
        likelihood: `"zero_inflated_negative_binomial"`, `"negative_binomial"`, `"poisson"`, or an
            instance of one of these, which then has the next two arguments as its own. Defaults to
            `"zero_inflated_negative_binomial"`.
        dispersion: `"shared"`, `"feature"`, `"condition"` (for each batch and feature) or
            `"element"` (from the decoder). Defaults to `None`, `"feature"`.
        size_factor: `"total"`, the example's own total; `True`, the field `"size_factor"` of shape
            `()` beside x, whose means are then not shares, but any positive numbers; `False`, no
            size. Defaults to `None`, `"total"`.
        encoder_total: float > 0, to which the encoder scales the counts of each example before
            their logarithms. Defaults to `None`, counts as they are.

    Raises:
        ValueError: if an argument is out of its range, or `dispersion="condition"` meets no
            condition of shape `(num_classes,)`.

    Reference:
        - [Lopez et al., 2018](https://doi.org/10.1038/s41592-018-0229-2)

    Example:

    >>> x = np.random.default_rng(0).poisson(2.0, (64, 20))
    >>> vae = keras_vae.models.CountVAE((20,), latent_dim=2, hidden=(8,), seed=0)
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> shares = vae.normalized_expression(x[:3])
    >>> shares.shape, [round(float(total), 3) for total in shares.sum(axis=1)]
    ((3, 20), [1.0, 1.0, 1.0])
    """

    family = "counts"
    defaults = {"network": networks.MLP((128,), batch_norm=True, dropout=0.1)}
    fixes = {"likelihood": "it is a distribution of counts"}

    def __init__(
        self,
        data_shape: Shape,
        latent_dim: int = 10,
        likelihood: str | Counts = "zero_inflated_negative_binomial",
        dispersion: str | None = None,
        size_factor: bool | str | None = None,
        encoder_total: float | None = None,
        **kwargs: Unpack[PaperOptions],
    ) -> None:
        chosen = _likelihood(likelihood, dispersion, size_factor, kwargs.get("condition_shape"))
        own = {"size_factor": ()} if chosen.size_factor is True else {}
        shares = chosen.size_factor == "total"
        super().__init__(
            data_shape,
            latent_dim,
            fixed={"likelihood": chosen},
            adapt=lambda network: OfCounts(network, encoder_total, shares),
            **{**kwargs, "fields": {**own, **(kwargs.get("fields") or {})} or None},
        )

    def prepare(
        self,
        x: Any,
        condition: Any = None,
        argument: str = "x",
        in_support: bool = True,
        complete: bool = True,
    ) -> Any:
        """See `VAE.prepare`; x must be counts for the encoder too, which takes their logarithms."""
        return super().prepare(x, condition, argument, in_support, complete)

    @over_data_sets()
    def normalized_expression(
        self,
        x: Any,
        size: float = 1.0,
        num_samples: int | None = None,
        seed: int | None = None,
        condition: ArrayLike = None,
        to_condition: ArrayLike = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
    ) -> np.ndarray:
        """Mean counts of each example if it had another size, without extra zeros.

        Args:
            x: as in `fit`.
            size: float > 0, the size factor. Defaults to `1.0`: shares, if the size is the total.
            num_samples: int, draws of z whose means are averaged. Defaults to `None`: at the
                posterior's mean.
            seed: int, of the draws. Defaults to `None`.
            condition: array (n, condition) or labels (n,), of the examples. Defaults to `None`.
            to_condition: one label or row, decoded as if all examples were of it. Defaults to
                `None`, each of its own.
            batch_size, verbose: see `Inference`.

        Returns:
            Array (n, event).

        Raises:
            ValueError: if `x` or an argument is not as it must be.
        """
        check_positive("normalized_expression", size=size)
        inputs = self.prepare(x, condition)
        z = self.encode(inputs, num_samples, seed, batch_size=batch_size, verbose=verbose)
        target = inputs.get("condition") if isinstance(inputs, dict) else None
        if to_condition is not None:
            field = self.input_fields["condition"]
            target = field.read(to_condition, z.shape[-2], owner=None).whole()
        draws = z if num_samples is not None else z[None]
        means = [self._means(draw, target, batch_size, verbose) for draw in draws]
        return (size * np.mean(means, axis=0)).astype("float32")

    def _means(self, z, condition, batch_size, verbose):
        """Mean counts at a size of one, (n, event), of latents (n, latent)."""
        outputs = self.program("decoder").run(self._latents(z, condition), batch_size, verbose)
        log_mean = self.likelihood_layer.unpack(outputs)[0]
        return np.exp(np.clip(log_mean, *self.likelihood_layer.log_mean_range))


def _likelihood(likelihood, dispersion, size_factor, condition_shape):
    """The distribution of counts that the arguments ask for."""
    if isinstance(likelihood, Counts):
        if dispersion is not None or size_factor is not None:
            raise ValueError(
                "CountVAE takes dispersion and size_factor with the name of a likelihood; an "
                f"instance has its own. Received: likelihood={likelihood!r}, "
                f"dispersion={dispersion!r}, size_factor={size_factor!r}"
            )
        return _own(likelihood)
    if not isinstance(likelihood, str) or likelihood not in NAMED:
        raise ValueError(
            f"CountVAE needs likelihood as one of {list(NAMED)}, or an instance of a likelihood of "
            f"counts. Received: likelihood={likelihood!r}"
        )
    options = {"size_factor": "total" if size_factor is None else size_factor}
    if NAMED[likelihood]:
        options["dispersion"] = dispersion or "feature"
    elif dispersion is not None:
        raise ValueError(
            f"CountVAE has no dispersion with the likelihood {likelihood!r}. "
            f"Received: dispersion={dispersion!r}"
        )
    if dispersion == "condition":
        options["num_conditions"] = _num_conditions(condition_shape)
    classes = {"poisson": likelihoods.Poisson, "negative_binomial": likelihoods.NegativeBinomial}
    return classes.get(likelihood, likelihoods.ZeroInflatedNegativeBinomial)(**options)


def _own(likelihood):
    """A part of one's own, for the arguments of the constructor are kept as they were given."""
    return keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(likelihood))


def _num_conditions(condition_shape):
    if condition_shape is None or len(condition_shape) != 1:
        raise ValueError(
            'CountVAE(dispersion="condition") needs condition_shape=(num_classes,). '
            f"Received: condition_shape={condition_shape}"
        )
    return condition_shape[0]
