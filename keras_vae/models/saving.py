"""What the files of a model hold besides its weights: noise, and what has been replaced."""

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

import keras
import numpy as np

from keras_vae.atomic import atomic_path
from keras_vae.callbacks.schedule import Schedule
from keras_vae.engine.keras_internals import all_layers
from keras_vae.serialization import check_loadable

#: the constructor's argument for each part of a model
PART_ARGUMENTS = {
    "posterior_layer": "posterior",
    "prior_layer": "prior",
    "likelihood_layer": "likelihood",
    "objective": "objective",
}


class Saving:
    """Mixin of `VAE`: files keep its noise, and what has been replaced."""

    #: the schedules of the `fit` that runs
    _schedules: Sequence[Schedule] = ()

    def save(self, filepath: Any, *args: Any, **kwargs: Any) -> None:
        """Write the model to a `.keras` file, as `keras.Model.save` does.

        Raises:
            ValueError: if the path asks for Keras' old HDF5 format, which mixes up weights of one
                name.
        """
        if str(filepath).endswith((".h5", ".hdf5")):
            raise ValueError(
                "save needs a filepath that ends in .keras; weights alone go to .weights.h5 by "
                f"save_weights. Received: filepath={str(filepath)!r}"
            )
        check_loadable(self)
        with atomic_path(filepath) as scratch, self._weights_at_rest():
            super().save(scratch, *args, **kwargs)

    def save_weights(self, filepath: Any, *args: Any, **kwargs: Any) -> None:
        """Write the weights to a `.weights.h5` file, as `keras.Model.save_weights` does."""
        with self._weights_at_rest():
            super().save_weights(filepath, *args, **kwargs)

    @contextlib.contextmanager
    def _weights_at_rest(self) -> Iterator[None]:
        """Within this, the objective's variables have the values at the ends of their schedules.

        So a file from the midst of a warm-up does not bring back a small weight of the KL.
        """
        resting = [rest for schedule in self._schedules if (rest := schedule.in_files())]
        now = [(variable, keras.ops.convert_to_numpy(variable)) for variable, _ in resting]
        try:
            for variable, value in resting:
                variable.assign(value)
            yield
        finally:
            for variable, value in reversed(now):
                variable.assign(value)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, with the networks and parts as they are now."""
        config = super().get_config()
        config.update(self.networks_config())
        for name, argument in PART_ARGUMENTS.items():
            if argument in config and name in self.replaced_parts:
                config[argument] = keras.saving.serialize_keras_object(getattr(self, name))
        return config

    def networks_config(self) -> dict[str, Any]:
        """The networks as they are now: replaced, frozen, quantized, ..."""
        if "encoder" not in self._arguments:
            return {}  # of a subclass whose constructor makes them
        serialize = keras.saving.serialize_keras_object
        return {"encoder": serialize(self.encoder), "decoder": serialize(self.decoder)}

    def save_own_variables(self, store: Any) -> None:
        """Keras' hook: the state of the noise is saved with the weights, for resumed runs."""
        for name, generator in self._seeds().items():
            store[name] = generator.state
        store["shuffle_seed"] = np.array(self.shuffle_seed)

    def load_own_variables(self, store: Any) -> None:
        """Keras' hook: see `save_own_variables`."""
        for name, generator in self._seeds().items():
            if name in store:
                generator.state.assign(store[name])
        if "shuffle_seed" in store:
            self.shuffle_seed = int(store["shuffle_seed"][()])

    def _seeds(self) -> dict[str, keras.random.SeedGenerator]:
        """The model's two seed generators and those of its layers, by their names in files."""
        _, *layers = all_layers(self)
        values = [value for layer in layers for value in vars(layer).values()]
        found = [value for value in values if isinstance(value, keras.random.SeedGenerator)]
        names = {f"layer_seed_{i}": generator for i, generator in enumerate(found)}
        own = ("seed_generator", "validation_seed")
        return {**{name: getattr(self, name) for name in own}, **names}


@contextlib.contextmanager
def files_at_rest(model: Any, callbacks: Any) -> Iterator[None]:
    """Within this, files of the model hold the ends of the schedules among these callbacks.

    Where an error or Ctrl-C ends it, the objective has these values too: a later `fit` without the
    schedules would else keep a small weight of the KL without a word.

    Args:
        model: `VAE`.
        callbacks: list of `keras.callbacks.Callback`, or Keras' `CallbackList`.
    """
    listed = getattr(callbacks, "callbacks", callbacks) or []
    schedules = [callback for callback in listed if isinstance(callback, Schedule)]
    # Past Keras' attribute tracking: these are not part of the model's state.
    object.__setattr__(model, "_schedules", schedules)
    try:
        yield
    except BaseException:
        for schedule in schedules:
            for variable, value in filter(None, [schedule.in_files()]):
                variable.assign(value)
        raise
    finally:
        object.__setattr__(model, "_schedules", ())
