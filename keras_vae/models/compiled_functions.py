"""The compiled functions of a model, and the checked arrays that they take."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vae.engine.keras_internals import sync_state
from keras_vae.inputs import prepare
from keras_vae.models.inputs import read_condition, read_fields
from keras_vae.models.network_adapter import NetworkAdapter
from keras_vae.models.programs import Program
from keras_vae.parts import check_seed
from keras_vae.typing import Seed


class CompiledFunctions:
    """Mixin of `VAE`: its compiled functions of arrays, by name, on checked examples or latents.

    `Inference`, evaluation, samplers and export ask a model by these.
    """

    def program(self, name: str) -> Program:
        """A compiled function of the model over arrays of any length, made on first use and kept.

        Args:
            name: `"encoder"` and `"decoder"` give the networks' outputs, `"encode_mean"`,
                `"decode_mean"` and `"reconstruct"` the means.
        """
        return self.compiled_function(name, getattr(self, f"_run_{name}"))

    def compiled_function(self, name: str, function: Callable) -> Program:
        """A function of a batch of tensors, compiled on first use and kept by its name.

        Args:
            name: str, of the function and all that it depends on but its inputs and the weights.
            function: function of a batch of inputs that gives tensors with a batch axis.
        """
        sync_state(self)
        if name not in self._programs:
            self._programs[name] = Program(self, function)
        return self._programs[name]

    def _seed(self, seed: Seed) -> int | keras.random.SeedGenerator:
        """A seed as every backend takes it: an int, or a `keras.random.SeedGenerator`."""
        if seed is None:
            return self.inference_seed
        if isinstance(seed, keras.random.SeedGenerator):
            return seed
        check_seed(type(self).__name__, seed)
        return int(seed)

    def prepare(
        self,
        x: Any,
        condition: Any = None,
        argument: str = "x",
        in_support: bool = False,
        complete: bool = True,
    ) -> Any:
        """Examples as the model's programs take them: checked, as NumPy arrays.

        Args:
            x: array (n, event) of any library, or a dict `{"x": ..., "condition": ...}`.
            condition: array (n, condition), labels (n,), or one label for all. Defaults to `None`.
            argument: name of the argument, for the error. Defaults to `"x"`.
            in_support: whether x must lie in the likelihood's support, as for a density of it.
                Defaults to `False`.
            complete: whether classes that are missing are inferred, by models that can do so.
                Defaults to `True`.

        Returns:
            Array (n, event), or a dict of arrays with the fields beside x; bytes stay bytes.

        Raises:
            ValueError: if a shape, dtype or value is not as it must be.
        """
        likelihood = self.likelihood_layer if in_support else None
        inputs = self._arrays(x, self.input_fields, argument, likelihood, condition)
        return self.conditioning.complete(inputs) if complete else inputs

    def encoder_outputs(self, x: Any) -> Any:
        """The encoder's outputs of examples, arrays (n, ...) in the encoder's structure."""
        return self.program("encoder").run(self.prepare(x))

    def _latents(self, z, condition):
        """Checked latents as NumPy: an array, or a dict with the condition."""
        fields = self._fields_with("z", self.latent_shape)
        return self._arrays(z, fields, "z", None, condition)

    def _arrays(self, data, fields, argument, likelihood, condition):
        """Checked arrays as NumPy: of the data, or a dict with the fields beside them."""
        data = prepare(data, fields, argument=argument, likelihood=likelihood, condition=condition)
        if not data.is_arrays:
            raise ValueError(
                f"{argument} must be an array or a tensor here. Received: a data set of batches"
            )
        arrays = keras.tree.map_structure(ops.convert_to_numpy, data.inputs)
        if isinstance(arrays, dict):
            arrays = {"x" if name == "z" else name: array for name, array in arrays.items()}
        return arrays

    def _without_draws(self, z, condition):
        """Latents (n, latent), the axes that they had in front, and the condition for each."""
        leading = z.shape[: z.ndim - len(self.latent_shape)]
        own = z.shape[len(leading) :]
        draws = len(leading) > 1 and all(
            known in (None, size) for known, size in zip(self.latent_shape, own, strict=True)
        )
        flat = z.reshape(-1, *own) if draws and z.size else z
        if draws and condition is not None:
            field = self.input_fields["condition"]
            condition = field.read(condition, leading[-1], owner=None).whole()
            condition = np.tile(
                condition, (len(flat) // len(condition), *[1] * (condition.ndim - 1))
            )
        return flat, leading, condition

    def _decode_given(self, z, inputs, batch_size, verbose):
        """Means of p(x|z) where it depends on the examples too, of latents of these."""
        program = self.compiled_function("decode_given", self._run_decode_given)
        draws = z.reshape(-1, *z.shape[-1 - len(self.latent_shape) :])
        means = [program.run({"of": inputs, "z": z}, batch_size, verbose) for z in draws]
        return np.stack(means).reshape(*z.shape[: -len(self.latent_shape)], *self.data_shape)

    def _run_encoder(self, inputs):
        x, fields = self.parse_inputs(inputs)
        return _float32(NetworkAdapter(self.encoder, "x")(x, fields, training=False))

    def _run_encode_mean(self, inputs):
        # Batch by batch: the distances of all vectors from all codes would fill the memory.
        x, fields = self.parse_inputs(inputs)
        return self.encoded(x, **fields).mean

    def _run_decoder(self, inputs):
        z, fields = self._read_latents(inputs)
        return _float32(NetworkAdapter(self.decoder, "z")(z, fields, training=False))

    def _run_decode_mean(self, inputs):
        z, fields = self._read_latents(inputs)
        return self.decoded(z, **fields).mean

    def _run_decode_given(self, given):
        x, fields = self.parse_inputs(given["of"])
        return self.decoded(ops.cast(given["z"], "float32"), x, **fields).mean

    def _run_reconstruct(self, inputs):
        x, fields = self.parse_inputs(inputs)
        return self.decoded(self.encoded(x, **fields).mean, x, **fields).mean

    def _read_latents(self, inputs):
        return read_fields(inputs, self.condition_shape, self.other_fields, self.conditioning.read)

    def _condition_tensor(self, condition):
        if self.condition_shape is not None:
            condition = self.input_fields["condition"].read(condition).whole()
        return read_condition(ops.convert_to_tensor(condition), self.condition_shape)


def _float32(outputs):
    return keras.tree.map_structure(lambda tensor: ops.cast(tensor, "float32"), outputs)
