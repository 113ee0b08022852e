"""What a trained model is asked: encode, decode, reconstruct, generate, interpolate."""

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vae.checks import refuse
from keras_vae.inputs import read_array
from keras_vae.models.attached_sampler import AttachedSampler
from keras_vae.models.checks import warn_not_finite
from keras_vae.models.compiled_functions import CompiledFunctions
from keras_vae.models.data_sets import over_data_sets
from keras_vae.models.image_sizes import Padding, check_size, cut, filled_up, first_of, map_sides
from keras_vae.models.into_files import IntoFiles
from keras_vae.models.latent_levels import LatentLevels
from keras_vae.models.log_likelihood import log_likelihood, warn_of_far_scores
from keras_vae.models.tiles import OVERLAP, decoder_rows, run_decoder, run_encoder
from keras_vae.parts import check_count
from keras_vae.priors import Prior
from keras_vae.typing import Seed


class Inference(CompiledFunctions, AttachedSampler, LatentLevels, IntoFiles):
    """Mixin of `VAE`: its methods take arrays and give NumPy arrays, in batches, compiled.

    Means by default, draws on request. `encode`, `reconstruct` and `log_likelihood` take what `fit`
    takes, data sets among them. Only `log_likelihood` asks that x lies in the likelihood's support.
    Arguments that several methods share:

    - `condition`: array (n, condition), or labels (n,), of conditional models, or one label for
      all; examples may bring it too, as `{"x": x, "condition": condition}`. Defaults to `None`.
    - `batch_size`: int; `None`, the default, means 1,024, and less for large images.
    - `seed`: int or `keras.random.SeedGenerator`; `None`, the default, continues the model's own.
    - `verbose`: `"auto"`, the default, shows a progress bar for long work; 0, 1, 2 as in `predict`.

    And of models whose `data_shape` is (None, None, channels), for images of any size:

    - `tile`, `overlap`: int, sides in pixels. Large images go through the networks in squares of
      `tile`, which overlap by `overlap` at least and are blended there, so that memory does not
      grow with the image. Both are multiples of the stride. Defaults to `None`, whole, and `64`.
    - `padding`: `"edge"` (copies of the last row) or `"reflect"`: images whose sides do not divide
      by the stride are filled up at the bottom and at the right. Defaults to `None`: they are
      refused.
    - `size`: pair (height, width), to which decoded images are cut. Defaults to `None`.
    """

    def posterior(
        self,
        x: Any,
        condition: Any = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
        tile: int | None = None,
        overlap: int = OVERLAP,
        padding: Padding | None = None,
    ) -> Any:
        """The posterior q(z|x) of each example.

        Args:
            x: array (n, event).
            condition, batch_size, verbose, tile, overlap, padding: see `Inference`.

        Returns:
            A distribution of `keras_vae.distributions` with tensors of shape (n, latent).
        """
        inputs = filled_up(self, "posterior", self.prepare(x, condition), padding)
        options = {"batch_size": batch_size, "verbose": verbose}
        outputs = run_encoder(self, inputs, tile, overlap, **options)
        return self.posterior_layer(_to_tensors(outputs))

    def prior(self, condition: Any = None) -> Any:
        """The prior p(z), a distribution with tensors of shape (latent,).

        Args:
            condition: array (n, condition), for a conditional prior; the tensors are then of shape
                (n, latent). Defaults to `None`.
        """
        if condition is not None:
            condition = self._condition_tensor(condition)
        return self.prior_of(condition)

    def likelihood(
        self,
        z: Any,
        condition: Any = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
        tile: int | None = None,
        overlap: int = OVERLAP,
    ) -> Any:
        """The likelihood p(x|z) at each latent.

        Args:
            z: array (n, latent).
            condition, batch_size, verbose, tile, overlap: see `Inference`.

        Returns:
            A distribution of `keras_vae.distributions` with tensors of shape (n, event).
        """
        inputs = self._latents(z, condition)
        options = {"batch_size": batch_size, "verbose": verbose}
        outputs = run_decoder(self, inputs, tile, overlap, **options)
        names, fields = self.likelihood_layer.field_names, {}
        if names:
            _, fields = self._read_latents(_to_tensors(inputs))
        return self.likelihood_layer(_to_tensors(outputs), **{n: fields[n] for n in names})

    @over_data_sets("num_samples")
    def encode(
        self,
        x: Any,
        num_samples: int | None = None,
        seed: Seed = None,
        condition: Any = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
        tile: int | None = None,
        overlap: int = OVERLAP,
        padding: Padding | None = None,
        by_level: bool = False,
    ) -> Any:
        """Latents of examples: the posterior's means, or draws of it.

        Args:
            x: array (n, event), or a data set of batches.
            num_samples: int, draws for each example. Defaults to `None`: the mean.
            seed: int, of the draws. Defaults to `None`.
            condition, batch_size, verbose, tile, overlap, padding: see `Inference`.
            by_level: bool, whether to give the levels of latents apart. Defaults to `False`.

        Returns:
            Array (n, latent), or (num_samples, n, latent). With `by_level`, a dict of such arrays
            by the level's name, with the level's shape in the place of latent; `join_levels` puts
            them together for `decode`.

        Raises:
            ValueError: with `by_level`, if the latents have no levels.
        """
        if by_level:
            self._known_levels()
        if num_samples is not None:
            check_count("encode", num_samples=num_samples)
            tiles = {"tile": tile, "overlap": overlap, "padding": padding}
            seed = self._seed(seed)
            z = self._encode_draws(x, num_samples, seed, condition, batch_size, verbose, **tiles)
        elif tile is None:
            inputs = filled_up(self, "encode", self.prepare(x, condition), padding)
            z = self.program("encode_mean").run(inputs, batch_size, verbose)
            warn_not_finite(type(self).__name__, z)
        else:
            q = self.posterior(x, condition, batch_size, verbose, tile, overlap, padding)
            z = ops.convert_to_numpy(q.mean)
            warn_not_finite(type(self).__name__, z)
        return self.split_levels(z) if by_level else z

    def _encode_draws(self, x, num_samples, seed, condition, batch_size, verbose, **tiles):
        """Draws of the posterior, (num_samples, n, latent)."""
        if self.posterior_layer.has_large_parameters:
            inputs = self.prepare(x, condition)
            return self._latents_of_levels(inputs, None, num_samples, seed, batch_size, verbose)
        q = self.posterior(x, condition, batch_size, verbose, **tiles)
        return ops.convert_to_numpy(q.sample(num_samples, seed=seed))

    def decode(
        self,
        z: Any,
        sample: bool = False,
        seed: Seed = None,
        condition: Any = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
        tile: int | None = None,
        overlap: int = OVERLAP,
        size: tuple[int, int] | None = None,
    ) -> Any:
        """Data of latents: the likelihood's means, or draws of it.

        Args:
            z: array (n, latent), or (num_samples, n, latent); of models with fields beside x a dict
                `{"x": z, name: field, ...}` of arrays with n rows.
            sample: bool, whether to draw from p(x|z). Defaults to `False`: the mean.
            seed: int, of the draws. Defaults to `None`.
            condition, batch_size, verbose, tile, overlap, size: see `Inference`.

        Returns:
            Array (n, event), or (num_samples, n, event).
        """
        if isinstance(z, dict):
            flat, leading = z, None
        else:
            z = to_numpy(read_array(z, "z").whole())
            flat, leading, condition = self._without_draws(z, condition)
        inputs = self._latents(flat, condition)
        if size is not None:
            check_size(self, "decode", size, first_of(inputs))
        if sample or tile is not None:
            p = self.likelihood(inputs, None, batch_size, verbose, tile, overlap)
            x = p.sample(seed=self._seed(seed)) if sample else p.mean
            x = ops.convert_to_numpy(x)
        else:
            rows = decoder_rows(self, inputs, batch_size)
            x = self.program("decode_mean").run(inputs, rows, verbose)
        x = cut(x, size)
        return x if leading is None else x.reshape(*leading, *x.shape[1:])

    @over_data_sets("num_samples")
    def reconstruct(
        self,
        x: Any,
        num_samples: int | None = None,
        seed: Seed = None,
        condition: Any = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
        tile: int | None = None,
        overlap: int = OVERLAP,
        padding: Padding | None = None,
        num_levels: int | None = None,
    ) -> Any:
        """Decoded latents of examples: of the posterior's means, or of draws of it.

        Args:
            x: array (n, event), or a data set of batches.
            num_samples: int, draws of z for each example. Defaults to `None`: the mean.
            seed: int, of the draws. Defaults to `None`.
            condition, batch_size, verbose, tile, overlap, padding: see `Inference`.
            num_levels: int >= 0, so many levels of latents from the top are those of the examples;
                the others are the prior's given these, means or draws as well. Defaults to `None`,
                all levels.

        Returns:
            Array (n, event), or (num_samples, n, event).

        Raises:
            ValueError: if `num_levels` is negative, or the latents have no levels.
        """
        inputs = self.prepare(x, condition)
        common = {"batch_size": batch_size, "verbose": verbose}
        given = inputs if isinstance(inputs, dict) else {}
        fields = {name: value for name, value in given.items() if name in self.given_shapes}
        tiles = {"tile": tile, "overlap": overlap}
        if num_levels is None:
            z = self.encode(inputs, num_samples, seed, padding=padding, **tiles, **common)
        else:
            seed = self._seed(seed)
            z = self._latents_of_levels(inputs, num_levels, num_samples, seed, **common)
        if self.likelihood_layer.reads_data:
            return self._decode_given(z, inputs, **common)
        if padding is not None:
            tiles["size"] = first_of(inputs).shape[1:3]
        if self.other_fields and num_samples is None:
            return self.decode({"x": z, **fields}, **tiles, **common)
        return self.decode(z, condition=fields.get("condition"), **tiles, **common)

    def generate(
        self,
        n: int | None = None,
        seed: Seed = None,
        temperature: Any = 1.0,
        sample: bool = False,
        condition: Any = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
        sampler: Any = None,
        size: tuple[int, int] | None = None,
        tile: int | None = None,
        overlap: int = OVERLAP,
    ) -> Any:
        """New examples: decoded draws of the prior, or of a sampler fitted to the latents.

        Args:
            n: int, number of examples. Defaults to `None`: one for each row of the condition.
            seed: int, of the draws. Defaults to `None`.
            temperature: float >= 0, factor on the prior's standard deviations; where latents have
                any number of levels, also a dict of it by level. Defaults to `1.0`.
            sample: bool, whether to draw from p(x|z) too. Defaults to `False`: its mean.
            condition: array (n, condition) or labels (n,), what to generate; or one label for all
                n. Defaults to `None`.
            batch_size, verbose, tile, overlap: see `Inference`.
            sampler: what draws the latents: a fitted member of `keras_vae.samplers`, anything else
                with `sample(n, seed)`, or `"prior"`. Its latents do not depend on the condition.
                Defaults to `None`: `vae.sampler` if it is set, else the prior.
            size: pair (height, width), of images whose size is free. Defaults to `None`: of those
                that the sampler was fitted to, or of the model's one size.

        Returns:
            Array (n, event).

        Raises:
            ValueError: if `n` is not a positive integer or differs from the condition's rows, if
                `temperature` is negative, or is not 1 with a sampler, or if `sampler` is none.
        """
        if n is not None or condition is None:
            check_count("generate", n=n)
        if condition is not None:
            condition = self.input_fields["condition"].read(condition, n, owner=None).whole()
            n = len(condition) if n is None else n
        if condition is not None and len(condition) != n:
            raise ValueError(
                "generate needs a row of condition for each example. "
                f"Received: n={n}, condition with {len(condition)} rows"
            )
        # A generator, for the second draw must not repeat the noise of the first.
        seed = self._seed(seed)
        seed = keras.random.SeedGenerator(seed) if isinstance(seed, int) else seed
        if condition is None:
            condition = self.conditioning.draw(n, seed)
        sides = None if size is None else map_sides(self, "generate", size)
        z = self._draw_latents(n, seed, temperature, condition, sampler, sides)
        common = {"batch_size": batch_size, "verbose": verbose, "tile": tile, "overlap": overlap}
        return self.decode(z, sample, seed, condition, size=size, **common)

    def interpolate(
        self,
        a: Any,
        b: Any,
        steps: int = 10,
        condition: Any = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
    ) -> Any:
        """Decoded points on the shortest line between the latent means of two examples.

        It is straight, but for latents on a sphere, where it is the arc of a great circle, and in
        the Poincaré ball, where it is the geodesic.

        Args:
            a: array (n, event).
            b: array (n, event).
            steps: int >= 2, points on each line, its ends included. Defaults to `10`.
            condition, batch_size, verbose: see `Inference`.

        Returns:
            Array (n, steps, event).

        Raises:
            ValueError: if `a` and `b` differ in number or `steps` is less than 2.
        """
        check_count("interpolate", steps=steps)
        common = {"condition": condition, "batch_size": batch_size, "verbose": verbose}
        start, stop = (self.encode(end, **common) for end in (a, b))
        if steps < 2 or len(start) != len(stop):
            raise ValueError(
                "interpolate needs steps >= 2 and as many examples in a as in b. "
                f"Received: steps={steps}, {len(start)} in a and {len(stop)} in b"
            )
        # Steps first, as draws stand, so that each point keeps its example's condition.
        fraction = np.linspace(0, 1, steps, dtype="float32")
        fraction = fraction.reshape(steps, *[1] * start.ndim)
        path = self.posterior_layer.path(*map(ops.convert_to_tensor, (start, stop, fraction)))
        z = ops.convert_to_numpy(path)
        return np.moveaxis(self.decode(z, **common), 0, 1)

    @over_data_sets()
    def log_likelihood(
        self,
        x: Any,
        num_samples: int = 1000,
        seed: Seed = None,
        batch_size: int | None = None,
        return_standard_error: bool = False,
        condition: Any = None,
        verbose: Any = "auto",
    ) -> Any:
        """log p(x) in nats by importance sampling from the posterior, a lower bound in expectation.

        log (1/S) sum_s p(x, z_s) / q(z_s|x) with exactly S = `num_samples` draws for each example.
        Compare such numbers only at the same S.

        Args:
            x: array (n, event), or a data set of batches.
            num_samples: int, S. Defaults to `1000`.
            seed: int, of the draws. Defaults to `None`.
            batch_size: int, latents decoded at once. Defaults to `None`, a size that fits.
            return_standard_error: bool, whether to give the estimates' standard errors too, by the
                delta method; without meaning while a few draws carry all weight. Defaults to
                `False`.
            condition, verbose: see `Inference`.

        Returns:
            Array (n,), or a pair of such arrays: log p(x) and its standard error.

        Reference:
            - [Burda et al., 2015](https://arxiv.org/abs/1509.00519)
        """
        check_count("log_likelihood", num_samples=num_samples)
        _check_prior("log_likelihood", self.prior_layer)
        inputs = self.prepare(x, condition, in_support=True, complete=False)
        seed = self._seed(seed)
        estimates, errors = self.conditioning.marginal(
            lambda given: log_likelihood(self, given, num_samples, seed, batch_size, verbose),
            inputs,
        )
        warn_of_far_scores(estimates, self.data_shape)
        return (estimates, errors) if return_standard_error else estimates


def _check_prior(owner: str, prior: Prior) -> None:
    if not prior.has_density:
        refuse(owner, "a model whose prior has a density", prior=prior)


def to_numpy(x: Any) -> Any:
    """An array or a tensor as a NumPy array of floats, float64 as float32."""
    x = x if isinstance(x, np.ndarray) else ops.convert_to_numpy(x)
    return x if x.dtype.kind == "f" and x.itemsize < 8 else x.astype("float32")


def _to_tensors(outputs):
    return keras.tree.map_structure(ops.convert_to_tensor, outputs)
