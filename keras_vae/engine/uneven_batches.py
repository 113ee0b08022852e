"""Data parallelism on JAX with batches that do not divide by the number of devices.

Keras lays every batch out over the devices as it did the first, and fails at a last short batch
(keras issue 21167). Here inputs arrive on all devices, and the model spreads those batches that
divide (`shard_batch`); the others run on each device alike. Losses are those of a single device.
"""

import contextlib
from collections.abc import Iterator
from typing import Any

import keras

from keras_vae.backend import num_processes
from keras_vae.typing import Shape


class ReplicatedInputs:
    """A distribution like `inner` in all but its inputs, which go to every device whole."""

    # Not a subclass: Keras keeps its base class private, and asks for no type.
    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def get_data_layout(self, data_shape: Shape) -> Any:
        """A layout that gives the whole batch to every device."""
        return keras.distribution.TensorLayout([None] * len(data_shape), self.inner.device_mesh)


@contextlib.contextmanager
def uneven_batches() -> Iterator[Any]:
    """Within this, Keras' trainers take batches of any size under a `keras.distribution`."""
    inner = keras.distribution.distribution()
    # Several processes each feed their own part of a batch: that is left to Keras.
    if inner is None or isinstance(inner, ReplicatedInputs) or num_processes() > 1:
        yield
        return
    keras.distribution.set_distribution(ReplicatedInputs(inner))
    try:
        yield
    finally:
        keras.distribution.set_distribution(inner)


def shard_batch(x: Any) -> Any:
    """Lay a batch out over the devices if it divides by their number; else leave it as it is."""
    distribution = keras.distribution.distribution()
    if not isinstance(distribution, ReplicatedInputs):
        return x
    mesh = distribution.device_mesh
    devices = dict(zip(mesh.axis_names, mesh.shape, strict=True))[distribution.batch_dim_name]
    if x.shape[0] % devices:
        return x
    layout = distribution.inner.get_data_layout(x.shape)
    return keras.distribution.distribute_tensor(x, layout)
