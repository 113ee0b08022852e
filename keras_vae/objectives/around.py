"""What the objectives that add to another one have in common."""

from typing import Any

from keras_vae.context import Context
from keras_vae.objectives.elbo import ELBO
from keras_vae.objectives.objective import Objective, Player

#: weight of the KL in latent diffusion's autoencoders (Rombach et al., 2022)
LATENT_DIFFUSION_KL = 1e-6


class Around(Objective):
    """Base of the objectives that add terms to those of another objective, `base`.

    Args:
        base: `keras_vae.objectives.Objective`. Defaults to `None`: `ELBO(beta=1e-6)`, as for the
            autoencoder of a latent diffusion model.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if `base` is not an objective, or draws several latents for each example.
    """

    needs_equal_weights = None
    needs_all_of_x: str | None = "its networks look at whole examples"

    def __init__(self, base: Objective | None = None, **kwargs: Any) -> None:
        base = ELBO(beta=LATENT_DIFFUSION_KL) if base is None else base
        owner = f"objectives.{type(self).__name__}"
        if not isinstance(base, Objective):
            raise ValueError(
                f"{owner} needs another keras_vae.objectives.Objective. Received: base={base!r}"
            )
        if base.num_draws is not None:
            raise ValueError(
                f"{owner} needs an objective with one draw of z for each example. "
                f"Received: base={base!r} with {base.num_draws} draws"
            )
        super().__init__(**kwargs)
        self.base = base
        self.needs_equal_weights = base.needs_equal_weights
        self.takes_free_sizes = base.takes_free_sizes
        self.decodes_again = base.decodes_again
        self.scores_draws = base.scores_draws

    def bind(self, context: Context) -> None:
        super().bind(context)
        self.base.bind(context)

    def before_fit(self, context: Context, x: Any) -> None:
        self.base.before_fit(context, x)

    def check_ready(self) -> None:
        self.base.check_ready()

    def players(self) -> dict[str, Player]:
        """Those of `base`."""
        return self.base.players()
