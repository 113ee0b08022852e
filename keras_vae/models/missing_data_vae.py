"""VAE for data with missing values (Mattei and Frellsen, 2019), arxiv.org/abs/1812.02633."""

from typing import Unpack

from keras_vae import networks
from keras_vae.checks import check_choice
from keras_vae.models.paper import Paper, PaperOptions, Shape
from keras_vae.objectives import IWAE, NotMIWAE
from keras_vae.serialization import register


@register
class MissingDataVAE(Paper):
    """VAE of data with missing values, trained on the bound of what is observed; it imputes.

    Missing values are NaN in x, or 0 in a mask: `fit({"x": x, "mask": mask})`. Given observed ones,
    `impute(x)` is the mean of those that are missing, `impute(x, num_samples=5)` draws them, and
    `impute_intervals(x)` says how sure that is. Standardise columns first, by observed values.

    The encoder sees zeros in the place of missing values, and the mask beside them; in the paper
    the zeros alone.

    Args:
        num_samples: int, draws of the importance weighted bound. Defaults to `20`.
        missing_model: `"at_random"`, so that which values are missing says nothing of them once
            the observed ones are known; `"self_masking"` or `"linear"`, see
            `keras_vae.objectives.NotMIWAE`. Defaults to `"at_random"`.

    Raises:
        ValueError: if an argument is out of its range, or the likelihood does not score each
            element by itself.

    References:
        - [Mattei and Frellsen, 2019](https://arxiv.org/abs/1812.02633), MIWAE
        - [Ipsen et al., 2021](https://arxiv.org/abs/2006.12871), not-MIWAE

    Example:

    >>> table = keras_vae.datasets.digits().train.x.reshape(-1, 64)
    >>> holes = np.random.default_rng(0).uniform(size=table.shape) < 0.5
    >>> vae = keras_vae.models.MissingDataVAE((64,), latent_dim=4, hidden=(32,), num_samples=5)
    >>> vae.compile("adam")
    >>> history = vae.fit(np.where(holes, np.nan, table), epochs=1, verbose=0)
    >>> vae.impute(np.where(holes, np.nan, table)[:3], num_importance_samples=10).shape
    (3, 64)
    """

    family = "missing-data"
    defaults = {
        "network": networks.MLP((128, 128, 128), activation="tanh"),
        "likelihood": "heteroscedastic_normal",
    }
    fixes = {"objective": "the bound of observed values is the idea of the paper"}

    def __init__(
        self,
        data_shape: Shape,
        latent_dim: int = 10,
        num_samples: int = 20,
        missing_model: str = "at_random",
        **kwargs: Unpack[PaperOptions],
    ) -> None:
        choices = ("at_random", "self_masking", "linear")
        check_choice("MissingDataVAE", choices, missing_model=missing_model)
        objective = IWAE(num_samples)
        if missing_model != "at_random":
            objective = NotMIWAE(num_samples, missing_model)
        options = {"missing": True, **kwargs}
        super().__init__(data_shape, latent_dim, fixed={"objective": objective}, **options)
