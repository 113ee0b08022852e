"""Tables (TVAE, Xu et al., 2019, arxiv.org/abs/1907.00503; HI-VAE, Nazabal et al., 2018)."""

import functools
from collections.abc import Mapping
from typing import Any, Self, Unpack

from keras_vae import objectives
from keras_vae.callbacks import LinearKLWarmup, Schedule
from keras_vae.checks import check_fraction, check_positive, refuse
from keras_vae.models.frames import Frames
from keras_vae.models.paper import Paper, PaperOptions, Shape
from keras_vae.serialization import register
from keras_vae.tables import Schema
from keras_vae.tables.network import OfTable


@register
class TabularVAE(Frames, Paper):
    """VAE of tables with columns of all kinds: DataFrame in, DataFrame out.

    `from_dataframe` finds a schema, which says for each column its kind and its likelihood: normals
    around modes for numbers, negative binomial for counts, categorical, ordinal, and so on. The
    schema is part of the model and of its files. With it, `fit`, `encode` and the other methods
    take DataFrames; `generate`, `reconstruct` and `impute` give DataFrames with the same columns,
    dtypes and categories. Missing values are taken where the table of `from_dataframe` has some.
    Without a schema it is a VAE of vectors like any other.

    Args:
        schema: `keras_vae.tables.Schema`. Defaults to `None`, data are arrays.
        reconstruction_weight: float > 0, of the reconstruction, as in TVAE's code; the KL weighs
            1 / `reconstruction_weight`. At 1 the loss is a bound on the log-likelihood. Defaults to
            `1.0`.
        warmup: float in [0, 1], the share of the epochs of the first `fit` over which the weight of
            the KL rises from zero. Without it the latents of tables stay unused: columns start at
            their shares in the table, and what the latents add must be worth their KL from the
            first step on. A schedule of `kl_weight` among the callbacks takes its place. Defaults
            to `0.5`.

    Raises:
        ValueError: if the schema does not fit `data_shape`, or a number is out of its range.

    References:
        - [Xu et al., 2019](https://arxiv.org/abs/1907.00503)
        - [Nazabal et al., 2018](https://arxiv.org/abs/1807.03653)

    Example:

    >>> import pandas as pd
    >>> rng = np.random.default_rng(0)
    >>> columns = {"size": rng.normal(170.0, 9.0, 200), "kind": rng.choice(["a", "b"], 200)}
    >>> frame = pd.DataFrame(columns)
    >>> vae = keras_vae.models.TabularVAE.from_dataframe(frame, latent_dim=2, hidden=(16,))
    >>> vae.compile("adam")
    >>> history = vae.fit(frame, epochs=1, verbose=0)
    >>> vae.generate(3, given={"kind": "b"}, seed=0).shape
    (3, 2)
    """

    family = "tables"
    defaults = {"likelihood": "shared_normal"}

    def __init__(
        self,
        data_shape: Shape,
        latent_dim: int = 32,
        schema: Schema | None = None,
        reconstruction_weight: float = 1.0,
        objective: Any = None,
        warmup: float = 0.5,
        **kwargs: Unpack[PaperOptions],
    ) -> None:
        check_positive("TabularVAE", reconstruction_weight=reconstruction_weight)
        check_fraction("TabularVAE", warmup=warmup)
        if objective is None:
            objective = objectives.ELBO(beta=1.0 / reconstruction_weight)
        adapt = None
        if schema is not None:
            if tuple(data_shape) != (len(schema.modelled),):
                refuse(
                    "TabularVAE",
                    f"({len(schema.modelled)},), as schema says",
                    data_shape=data_shape,
                )
            if kwargs.get("likelihood") is not None:
                raise ValueError(
                    "TabularVAE with a schema has the likelihood of its columns; correct their "
                    f"kinds by `kinds=`. Received: likelihood={kwargs['likelihood']!r}"
                )
            if schema.unseen == "missing" and not kwargs.get("missing"):
                refuse(
                    "TabularVAE",
                    'True, as unseen="missing" says',
                    missing=kwargs.get("missing", False),
                )
            kwargs["likelihood"] = schema.likelihood()
            adapt = functools.partial(OfTable, columns=schema.features())
        super().__init__(data_shape, latent_dim, adapt=adapt, objective=objective, **kwargs)
        # Past Keras' attribute tracking: it is part of the config.
        object.__setattr__(self, "schema", schema)
        self.warmup = warmup

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Any = "auto",
        callbacks: Any = None,
        **kwargs: Any,
    ) -> Any:
        """See `VAE.fit`; `x` and `validation_data` may be DataFrames.

        The first one raises the weight of the KL from zero, see `warmup`.
        """
        weight = self._weight_to_warm_up(callbacks)
        if weight is not None:
            rise = LinearKLWarmup(max(1, epochs) * self.warmup, stop=float(weight))
            callbacks = [rise, *(callbacks or [])]
        return super().fit(x, y, batch_size, epochs, verbose, callbacks, **kwargs)

    def _weight_to_warm_up(self, callbacks: Any) -> Any:
        """The KL's weight, before the first step and if no callback moves it; else None."""
        trained = self.optimizer is None or self.optimizer.built and int(self.optimizer.iterations)
        if not self.warmup or trained or not isinstance(callbacks, (list, tuple, type(None))):
            return None
        weight = next((v for v in self.objective.variables if v.name == "kl_weight"), None)
        own = [callback for callback in callbacks or () if isinstance(callback, Schedule)]
        return None if any(callback.find(self) is weight for callback in own) else weight

    @classmethod
    def from_dataframe(
        cls,
        frame: Any,
        kinds: Mapping[Any, Any] | None = None,
        missing: bool | None = None,
        unseen: str = "error",
        **kwargs: Any,
    ) -> Self:
        """A model for tables like this one, not yet trained; `print(vae.schema)` shows the columns.

        Args:
            frame: `pandas.DataFrame`, the training rows.
            kinds: dict of corrections by column, see `keras_vae.tables.Schema.find`. Defaults to
                `None`.
            missing: bool, whether values may be missing. Defaults to `None`: if some are missing in
                `frame`, or `unseen="missing"`.
            unseen: `"error"`, a category that `frame` does not have is refused later, by name; or
                `"missing"`, it counts as a missing value, and `impute` fills it. Defaults to
                `"error"`.
            **kwargs: arguments of `TabularVAE`, such as `latent_dim` and `hidden`.

        Raises:
            ValueError: if a column has no kind, or a correction does not fit.
        """
        schema = Schema.find(frame, kinds, unseen)
        if missing is None:
            names = [column.name for column in schema.modelled]
            missing = unseen == "missing" or bool(frame[names].isna().to_numpy().any())
        return cls((len(schema.modelled),), schema=schema, missing=missing, **kwargs)
