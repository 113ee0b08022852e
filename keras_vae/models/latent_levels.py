"""The levels of latents by name: apart, together, and the first of them alone."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from keras import ops

from keras_vae.checks import refuse
from keras_vae.models.programs import seeded_program
from keras_vae.parts import check_at_least
from keras_vae.typing import Shape


class LatentLevels:
    """Mixin of `VAE`: levels of latents, which stand side by side in one vector, by their names."""

    posterior_layer: Any
    latent_shape: Shape

    @property
    def level_shapes(self) -> dict[str, Shape]:
        """The names and shapes of the levels of a latent, from the top; none of one level."""
        return dict(self.posterior_layer.level_shapes)

    def split_levels(self, z: Any) -> dict[str, np.ndarray]:
        """The levels of latents by name, arrays (..., *level), from the top.

        Args:
            z: array (..., latent).

        Raises:
            ValueError: if the model's latents have no levels, or `z` has another length.
        """
        levels = self._known_levels()
        z = np.asarray(z)
        if z.shape[-1:] != tuple(self.latent_shape):
            refuse(
                "split_levels",
                f"latents (..., {self.latent_shape[0]})",
                z=f"array of shape {z.shape}",
            )
        stops = np.cumsum([math.prod(shape) for shape in levels.values()])
        pieces = zip(levels.items(), np.split(z, stops[:-1], axis=-1), strict=True)
        return {name: piece.reshape(*z.shape[:-1], *shape) for (name, shape), piece in pieces}

    def join_levels(self, levels: Mapping[str, Any]) -> np.ndarray:
        """Latents (..., latent) from their levels by name, as `decode` takes them.

        Args:
            levels: dict of the arrays (..., *level), one for each level.

        Raises:
            ValueError: if a level is missing, unknown, or of another shape.
        """
        known = self._known_levels()
        if not isinstance(levels, Mapping) or set(levels) != set(known):
            names = sorted(levels) if isinstance(levels, Mapping) else levels
            refuse("join_levels", f"a dict of the levels {list(known)}", levels=names)
        flat = []
        for name, shape in known.items():
            values = np.asarray(levels[name])
            leading = values.shape[: values.ndim - len(shape)]
            if values.shape != (*leading, *shape):
                refuse(
                    "join_levels",
                    f"an array (..., {', '.join(map(str, shape))})",
                    **{f"levels[{name!r}]": f"array of shape {values.shape}"},
                )
            flat.append(values.reshape(*leading, math.prod(shape)))
        return np.concatenate(flat, axis=-1)

    def _known_levels(self) -> dict[str, Shape]:
        if not self.level_shapes:
            raise ValueError(
                f"{type(self).__name__} has latents of one level. This needs levels, as those of "
                f"HierarchicalVAE. Received: posterior={type(self.posterior_layer).__name__}"
            )
        return self.level_shapes

    def _latents_of_levels(
        self,
        inputs: Any,
        num_levels: int | None,
        num_samples: int | None,
        seed: Any,
        batch_size: int | None,
        verbose: Any,
    ) -> np.ndarray:
        """Latents of prepared examples, whose first levels alone see these, the others the prior.

        Means, (n, latent), or draws, (num_samples, n, latent); batch by batch, compiled.
        """
        if num_levels is not None:
            check_at_least("reconstruct", 0, num_levels=num_levels)
            self._known_levels()
            if not self.posterior_layer.cuts_levels:
                raise ValueError(
                    "reconstruct(num_levels=...) needs levels whose prior follows from those above "
                    f"at once. Received: posterior={type(self.posterior_layer).__name__}"
                )

        def first(inputs: Any) -> Any:
            x, fields = self.parse_inputs(inputs)  # type: ignore[attr-defined]
            q = self.encoded(x, **fields)  # type: ignore[attr-defined]
            if num_levels is None:
                return q
            return q.first_levels(num_levels, self.prior_of(**fields))  # type: ignore[attr-defined]

        name = f"levels_{num_levels}_{num_samples}"
        if num_samples is None:
            program = self.compiled_function(name, lambda x: first(x).mean)  # type: ignore[attr-defined]
            return program.run(inputs, batch_size, verbose)
        program = seeded_program(
            self,
            name,
            lambda x, g: ops.moveaxis(first(x).sample(num_samples, seed=g), 0, 1),
            seed,
        )
        return np.moveaxis(program.run(inputs, batch_size, verbose), 1, 0)
