"""Ladder VAE (Sønderby et al., 2016), arxiv.org/abs/1602.02282."""

from typing import Any

from keras_vae import checks, networks
from keras_vae.models.checks import check_shape_argument
from keras_vae.models.hierarchy_paper import HierarchyPaper
from keras_vae.models.paper import Shape


class LadderVAE(HierarchyPaper, family="hierarchical"):
    """VAE with many levels of latents, whose posterior is drawn from the top down as its prior is.

    On the way up, the encoder says of each level a mean and a variance. On the way down, they are
    merged by precision with what the levels above say of it, so that inference and generation
    share their way, and the levels at the top stay in use. The paper warms up the KL, by
    `callbacks.LinearKLWarmup(200)`, and normalizes batches in all layers.

    Args:
        latent_dims: tuple, lengths of the levels from the top, or shapes of those that are maps,
            (height, width, channels). Defaults to `(4, 8, 16, 32, 64)`, the paper's.
        log_var_range: pair of float, bounds of all log-variances in posterior and prior. Defaults
            to `(-30.0, 20.0)`.

    Raises:
        ValueError: if `latent_dims` is not a tuple of sizes and shapes, or `hidden` does not have a
            width for each of them.

    Reference: [Sønderby et al., 2016](https://arxiv.org/abs/1602.02282)

    >>> vae = keras_vae.models.LadderVAE((8, 8), (2, 4), hidden=(16, 32), seed=0)
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> sorted(history.history)
    ['elbo', 'kl', 'kl_z1', 'kl_z2', 'loss', 'reconstruction']
    >>> {name: z.shape for name, z in vae.encode(x[:3], by_level=True).items()}
    {'z2': (3, 2), 'z1': (3, 4)}
    """

    defaults = {"network": networks.Ladder(), "objective": "hierarchical_elbo"}

    def __init__(
        self,
        data_shape: Shape,
        latent_dims: tuple[int | Shape, ...] = (4, 8, 16, 32, 64),
        log_var_range: tuple[float, float] = (-30.0, 20.0),
        **kwargs: Any,
    ) -> None:
        check_shape_argument(type(self).__name__, data_shape=data_shape)
        super().__init__(data_shape, named_levels(latent_dims), log_var_range, **kwargs)


def named_levels(latent_dims: Any) -> dict[str, Shape]:
    """The shapes of levels by name, from the top: `"z2"`, `"z1"`.

    Raises:
        ValueError: unless they are a tuple of positive integers and shapes.
    """
    if not isinstance(latent_dims, (tuple, list)) or not latent_dims:
        checks.refuse(
            "LadderVAE",
            "a tuple of the lengths or shapes of the levels, from the top",
            latent_dims=latent_dims,
        )
    shapes = [tuple(d) if isinstance(d, (tuple, list)) else (d,) for d in latent_dims]
    for shape in shapes:
        check_shape_argument("LadderVAE", latent_dims=shape)
    return {f"z{len(shapes) - i}": shape for i, shape in enumerate(shapes)}
