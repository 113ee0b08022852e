"""How a preset comes about: data, model, training, and what its card says of them."""

import dataclasses
from collections.abc import Callable
from typing import Any

from keras_vae.presets.measurements import likelihood_numbers

#: of recipes whose networks are gated
GATED_DO_NOT_FINE_TUNE = (
    "no: gated layers grow with their input, so images of another kind are encoded far outside of "
    "the prior"
)


@dataclasses.dataclass(frozen=True)
class Recipe:
    """All that `python -m keras_vae.presets train NAME` needs to know of one preset.

    Args:
        name: str, the preset's name.
        title: str, the model and the data in a line.
        reference: str, the paper, with its link.
        data: function () -> `keras_vae.datasets.Dataset`. Training sees its parts `train` and
            `validation` alone.
        protocol: str, how the data are split and made binary, and what is measured on them.
        licence: str, of the data.
        model: function (seed) -> `keras_vae.VAE`.
        optimizer: function (steps in an epoch) -> `keras.optimizers.Optimizer`.
        epochs: int, the most that are trained.
        batch_size: int. Defaults to `100`.
        binarize: `None` or `"dynamic"`, as in `fit`. Defaults to `None`.
        callbacks: function () -> list of callbacks, whose state follows from the epoch alone, so
            that a run can be resumed. Defaults to `list`, none.
        players: function () -> dict of the optimizers of the players, by the names of the arguments
            of `compile`, such as `"discriminator_optimizer"`. Defaults to `dict`, their defaults.
        patience: int, epochs without a better validation loss after which training stops; the
            weights of the best epoch are kept. Defaults to `None`: all epochs, the last weights.
        patience_from: int, epochs that do not count for it, such as a warm-up's. Defaults to `0`.
        begin_with: str, a preset whose encoder and decoder lend their weights to begin with: one in
            the output folder, else one inside the package. Defaults to `None`.
        prepare: function (vae, x), called before the first epoch with the training examples.
            Defaults to `None`.
        finish: function (vae, x), called behind the last epoch. Defaults to `None`.
        measure: function (vae, part, recipe) -> dict of numbers for the card, from the test
            examples and their labels. Defaults to `likelihood_numbers`.
        num_samples: int, draws of each example's log-likelihood. Defaults to `5000`.
        num_images: int, so many test examples are measured. Defaults to `None`, all.
        full_every: int k. Only every k-th example gets all `num_samples` draws; all get a
            tenth of them, and what that lacks on average is carried over from the former, with
            its error. Defaults to `1`: each gets all draws.
        published: dict with `value`, `what` and `source`. Defaults to `None`: there is none.
        differs: str, in what the recipe differs from the published one. Defaults to `""`.
        fine_tunes: str, whether the weights are a good start for other data: `"yes"`, or `"no"`
            with the reason. Defaults to `"not tried"`.
        significant_bits: int, to which the weights are rounded before anything is measured, where
            the file would be too large otherwise. Defaults to `None`, all 24.
        backend: str, the fastest on a CPU. Defaults to `"jax"`.
        seed: int. Defaults to `0`.
    """

    name: str
    title: str
    reference: str
    data: Callable
    protocol: str
    licence: str
    model: Callable
    optimizer: Callable
    epochs: int
    batch_size: int = 100
    binarize: str | None = None
    callbacks: Callable = list
    players: Callable = dict
    patience: int | None = None
    patience_from: int = 0
    begin_with: str | None = None
    prepare: Callable | None = None
    finish: Callable | None = None
    measure: Callable = likelihood_numbers
    num_samples: int = 5000
    num_images: int | None = None
    full_every: int = 1
    published: dict[str, Any] | None = None
    differs: str = ""
    fine_tunes: str = "not tried"
    significant_bits: int | None = None
    backend: str = "jax"
    seed: int = 0

    def command(self, action: Any) -> Any:
        """The command of the shell that does `"train"` or `"evaluate"`."""
        return f"KERAS_BACKEND={self.backend} python -m keras_vae.presets {action} {self.name}"
