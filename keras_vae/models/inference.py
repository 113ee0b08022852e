"""What a trained model is asked: encode, decode, reconstruct, generate, interpolate."""

import keras
import numpy as np
from keras import ops

from keras_vae.models.checks import check_values
from keras_vae.models.export import export
from keras_vae.models.log_likelihood import log_likelihood
from keras_vae.models.programs import Program
from keras_vae.parts import check_count, check_non_negative


class Inference:
    """Mixin of `VAE`: its methods take arrays and give NumPy arrays, in batches, compiled.

    Means by default, draws on request. Arguments that several methods share:

    - `batch_size`: int; `None`, the default, means at most 1,024.
    - `seed`: int or `keras.random.SeedGenerator`; `None`, the default, continues the model's own.
    - `verbose`: `"auto"`, the default, shows a progress bar for long work; 0, 1, 2 as in `predict`.
    """

    def posterior(self, x, batch_size=None, verbose="auto"):
        """The posterior q(z|x) of each example.

        Args:
            x: array (n, event).
            batch_size: int. Defaults to `None`.
            verbose: see `Inference`.

        Returns:
            A distribution of `keras_vae.distributions` with tensors of shape (n, latent).
        """
        check_values(x, self.data_shape, "x", self.likelihood_layer)
        outputs = self._program("encoder").run(_numpy(x), batch_size, verbose)
        return self.posterior_layer(_to_tensors(outputs))

    def prior(self):
        """The prior p(z), a distribution with tensors of shape (latent,)."""
        return self.prior_layer.distribution()

    def likelihood(self, z, batch_size=None, verbose="auto"):
        """The likelihood p(x|z) at each latent.

        Args:
            z: array (n, latent).
            batch_size: int. Defaults to `None`.
            verbose: see `Inference`.

        Returns:
            A distribution of `keras_vae.distributions` with tensors of shape (n, event).
        """
        check_values(z, self.latent_shape, "z")
        outputs = self._program("decoder").run(_numpy(z), batch_size, verbose)
        return self.likelihood_layer(_to_tensors(outputs))

    def encode(self, x, num_samples=None, seed=None, batch_size=None, verbose="auto"):
        """Latents of examples: the posterior's means, or draws of it.

        Args:
            x: array (n, event).
            num_samples: int, draws for each example. Defaults to `None`: the mean.
            seed: int, of the draws. Defaults to `None`.
            batch_size: int. Defaults to `None`.
            verbose: see `Inference`.

        Returns:
            Array (n, latent), or (num_samples, n, latent).
        """
        q = self.posterior(x, batch_size, verbose)
        if num_samples is None:
            return ops.convert_to_numpy(q.mean)
        check_count("encode", num_samples=num_samples)
        return ops.convert_to_numpy(q.sample(num_samples, seed=self._seed(seed)))

    def decode(self, z, sample=False, seed=None, batch_size=None, verbose="auto"):
        """Data of latents: the likelihood's means, or draws of it.

        Args:
            z: array (n, latent), or (num_samples, n, latent).
            sample: bool, whether to draw from p(x|z). Defaults to `False`: the mean.
            seed: int, of the draws. Defaults to `None`.
            batch_size: int. Defaults to `None`.
            verbose: see `Inference`.

        Returns:
            Array (n, event), or (num_samples, n, event).
        """
        z = _numpy(z)
        leading = z.shape[: z.ndim - len(self.latent_shape)]
        draws = len(leading) > 1 and z.shape[len(leading) :] == self.latent_shape
        flat = z.reshape(-1, *self.latent_shape) if draws and z.size else z
        check_values(flat, self.latent_shape, "z")
        if sample:
            p = self.likelihood(flat, batch_size, verbose)
            x = ops.convert_to_numpy(p.sample(seed=self._seed(seed)))
        else:
            x = self._program("decode_mean").run(flat, batch_size, verbose)
        return x.reshape(*leading, *self.data_shape)

    def reconstruct(self, x, num_samples=None, seed=None, batch_size=None, verbose="auto"):
        """Decoded latents of examples: of the posterior's means, or of draws of it.

        Args:
            x: array (n, event).
            num_samples: int, draws of z for each example. Defaults to `None`: the mean.
            seed: int, of the draws. Defaults to `None`.
            batch_size: int. Defaults to `None`.
            verbose: see `Inference`.

        Returns:
            Array (n, event), or (num_samples, n, event).
        """
        z = self.encode(x, num_samples, seed, batch_size, verbose)
        return self.decode(z, batch_size=batch_size, verbose=verbose)

    def generate(
        self, n, seed=None, temperature=1.0, sample=False, batch_size=None, verbose="auto"
    ):
        """New examples: decoded draws of the prior.

        Args:
            n: int, number of examples.
            seed: int, of the draws. Defaults to `None`.
            temperature: float >= 0, factor on the prior's standard deviations. Defaults to `1.0`.
            sample: bool, whether to draw from p(x|z) too. Defaults to `False`: its mean.
            batch_size: int. Defaults to `None`.
            verbose: see `Inference`.

        Returns:
            Array (n, event).

        Raises:
            ValueError: if `n` is no integer >= 1 or `temperature` is negative.
        """
        check_count("generate", n=n)
        check_non_negative("generate", temperature=temperature)
        # A generator, for the second draw must not repeat the noise of the first.
        seed = keras.random.SeedGenerator(seed) if isinstance(seed, int) else self._seed(seed)
        z = self.prior_layer.sample(n, seed=seed, temperature=temperature)
        return self.decode(z, sample, seed, batch_size, verbose)

    def interpolate(self, a, b, steps=10, batch_size=None, verbose="auto"):
        """Decoded points on the straight line between the latent means of two examples.

        Args:
            a: array (n, event).
            b: array (n, event).
            steps: int >= 2, points on each line, its ends included. Defaults to `10`.
            batch_size: int. Defaults to `None`.
            verbose: see `Inference`.

        Returns:
            Array (n, steps, event).

        Raises:
            ValueError: if `a` and `b` differ in number or `steps` is less than 2.
        """
        check_count("interpolate", steps=steps)
        start, stop = (self.encode(end, None, None, batch_size, verbose) for end in (a, b))
        if steps < 2 or len(start) != len(stop):
            raise ValueError(
                "interpolate needs steps >= 2 and as many examples in a as in b. "
                f"Received: steps={steps}, {len(start)} in a and {len(stop)} in b"
            )
        z = np.linspace(start, stop, steps, axis=1, dtype="float32")
        return self.decode(z, batch_size=batch_size, verbose=verbose)

    def log_likelihood(
        self,
        x,
        num_samples=1000,
        seed=None,
        batch_size=None,
        return_standard_error=False,
        verbose="auto",
    ):
        """log p(x) in nats by importance sampling from the posterior, a lower bound in expectation.

        log (1/S) sum_s p(x, z_s) / q(z_s|x) with exactly S = `num_samples` draws for each example.
        Compare such numbers only at the same S.

        Args:
            x: array (n, event).
            num_samples: int, S. Defaults to `1000`.
            seed: int, of the draws. Defaults to `None`.
            batch_size: int, latents decoded at once. Defaults to `None`, a size that fits.
            return_standard_error: bool, whether to give the estimates' standard errors too, by the
                delta method; without meaning while a few draws carry all weight. Defaults to
                `False`.
            verbose: see `Inference`.

        Returns:
            Array (n,), or a pair of such arrays: log p(x) and its standard error.

        Reference:
            - [Burda et al., 2015](https://arxiv.org/abs/1509.00519)
        """
        check_count("log_likelihood", num_samples=num_samples)
        check_values(x, self.data_shape, "x", self.likelihood_layer)
        estimates, errors = log_likelihood(
            self, _numpy(x), num_samples, self._seed(seed), batch_size, verbose
        )
        return (estimates, errors) if return_standard_error else estimates

    def export(self, filepath, format="tf_saved_model", **kwargs):
        """Write the encoder and the decoder for serving, without this package or Keras.

        `<filepath>/encoder` maps x to the posterior's parameters, `<filepath>/decoder` maps z to
        the mean of p(x|z); neither draws noise, which most runtimes cannot.

        Args:
            filepath: str or path of a folder.
            format: `"tf_saved_model"`, `"onnx"`, `"litert"` or another of `keras.Model.export`;
                all three from the TensorFlow backend. Defaults to `"tf_saved_model"`.
            **kwargs: passed to `keras.Model.export`.

        Returns:
            Dict with the paths of the `"encoder"` and the `"decoder"`.
        """
        return export(self, filepath, format, **kwargs)

    def _program(self, name):
        """The program for one of the functions below, made on first use and kept."""
        if hasattr(self, "jax_state_sync"):
            # In the middle of a fit on JAX, the weights are in Keras' loop.
            self.jax_state_sync()
        if name not in self._programs:
            self._programs[name] = Program(self, getattr(self, f"_run_{name}"))
        return self._programs[name]

    def _seed(self, seed):
        return self.inference_seed if seed is None else seed

    def _run_encoder(self, x):
        return _float32(self.encoder(self.data(x), training=False))

    def _run_decoder(self, z):
        return _float32(self.decoder(z, training=False))

    def _run_decode_mean(self, z):
        return self.decoded(z).mean

    def _run_reconstruct(self, x):
        return self.decoded(self.encoded(self.data(x)).mean).mean


def _float32(outputs):
    return keras.tree.map_structure(lambda tensor: ops.cast(tensor, "float32"), outputs)


def _numpy(x):
    x = x if isinstance(x, np.ndarray) else ops.convert_to_numpy(x)
    return x if x.dtype.kind == "f" and x.itemsize < 8 else x.astype("float32")


def _to_tensors(outputs):
    return keras.tree.map_structure(ops.convert_to_tensor, outputs)
