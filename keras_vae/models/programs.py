"""A function of a model's parts, compiled, over arrays in batches."""

import math
from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np

from keras_vae.checks import is_free
from keras_vae.engine import loops
from keras_vae.engine.keras_internals import sync_state
from keras_vae.engine.layer_walk import Signatures
from keras_vae.models.checks import check_batch_sizes
from keras_vae.typing import Seed

#: examples a batch in inference; Keras' default of 32 is up to 8 times slower
BATCH_SIZE = 1024
#: numbers that the widest map of a network may have in a batch; 2**26 in float32 take 268 MB
MOST_NUMBERS = 2**26
#: batches from which on a progress bar is shown
LONG_WORK = 50


class Program(keras.Model):
    """Runs `function(inputs)` compiled, over arrays of any length.

    A Keras model, so that it can be exported and can `predict` from any kind of data.

    Args:
        vae: the model whose weights `function` reads.
        function: function of a batch of inputs that gives tensors with a batch axis.
        seed_generator: `keras.random.SeedGenerator` that `function` draws with. Defaults to `None`.
    """

    def __init__(self, vae: Any, function: Callable[..., Any], seed_generator: Any = None) -> None:
        super().__init__(name="program", dtype=vae.dtype_policy)
        # The parts' own dtype policies say what is computed in which precision.
        self.autocast = False
        self.vae = vae
        self.function = function
        self.seed_generator = seed_generator
        self.built = True
        self.forward = loops.compiled_forward(self)
        object.__setattr__(self, "_signatures", Signatures(vae))

    def make_predict_function(self, force: bool = False) -> Any:
        """Keras' hook: the function that its loop calls for each batch, for the model as it is."""
        return super().make_predict_function(force or self._signatures.have_changed("predict"))

    def call(self, inputs: Any) -> Any:
        return self.function(inputs)

    def run(self, inputs: Any, batch_size: int | None = None, verbose: Any = "auto") -> Any:
        """`function` of an array, batch by batch, as NumPy arrays.

        Args:
            inputs: NumPy array (n, ...), or a dict of such.
            batch_size: int. Defaults to `None`, see `rows_at_once`.
            verbose: `"auto"` (a progress bar for long work), 0, 1 or 2. Defaults to `"auto"`.
        """
        check_batch_sizes("inference", batch_size)
        batches = Batches(inputs, batch_size or rows_at_once(self.vae, inputs))
        bar = progress_bar(len(batches), verbose)
        results, waiting = Results(batches.num_rows), None
        for batch in batches:
            # One batch is computed while the one before comes back.
            running = self.forward(batch)
            if waiting is not None:
                results.add(waiting)
                bar.add(1)
            waiting = running
        results.add(waiting)
        bar.add(1)
        return results.arrays


def rows_at_once(vae: Any, inputs: Any = None, scale: int = 1) -> int:
    """Rows of a batch where nobody says it: 1,024, and less where images or networks are large.

    Args:
        vae: `keras_vae.VAE`.
        inputs: array (n, ...), or a dict of such, whose largest side tells the size of images where
            that is free. Defaults to `None`: the size is not free.
        scale: int, how much longer the sides of images are than those of `inputs`. Defaults to `1`.

    Returns:
        A power of two, at most 1,024.
    """
    shape = tuple(vae.data_shape)
    if is_free(shape):
        sides = [array.shape[1:3] for array in keras.tree.flatten(inputs) if array.ndim == 4]
        shape = (*(scale * side for side in max(sides, key=math.prod)), *shape[2:])
    numbers = math.prod(shape)
    for variable in (*vae.encoder.variables, *vae.decoder.variables):
        # A kernel of a convolution has an axis for each side, and two for channels.
        axes = len(variable.shape) - 2
        if 1 <= axes <= len(shape):
            numbers = max(numbers, math.prod(shape[:axes]) * variable.shape[-1])
    rows = max(1, min(BATCH_SIZE, MOST_NUMBERS // numbers))
    return 2 ** (rows.bit_length() - 1)


def seeded_program(vae: Any, name: str, function: Callable[..., Any], seed: Seed) -> Any:
    """The program of a function that draws, made on first use and kept; its draws start anew.

    Args:
        vae: the model whose weights `function` reads.
        name: str, of the function and all that it depends on but its inputs.
        function: function of a batch of inputs and a `keras.random.SeedGenerator`.
        seed: int or `keras.random.SeedGenerator`.
    """
    sync_state(vae)
    if name not in vae._programs:
        generator = vae.make_seed_generator()
        vae._programs[name] = Program(vae, lambda inputs: function(inputs, generator), generator)
    # The batches count up from here. From the seed itself, or from the next one, the streams of two
    # calls (and of an example's chunks and its rest) would overlap: the same draws, counted twice.
    start = keras.random.randint((2,), 0, 2**31 - 1, seed=seed)
    vae._programs[name].seed_generator.state.assign(start)
    return vae._programs[name]


class Batches:
    """Arrays in batches of one size, the last one filled up with copies of the last row.

    One size means one compilation; the size of a short array is filled up to a power of two.

    Args:
        x: NumPy array (n, ...), or a dict of such.
        size: int, greatest number of rows in a batch.
    """

    def __init__(self, x: Any, size: int) -> None:
        self.x = x
        self.num_rows = len(keras.tree.flatten(x)[0])
        self.size = min(size, 2 ** (self.num_rows - 1).bit_length())

    def __len__(self) -> int:
        return -(-self.num_rows // self.size)

    def __iter__(self) -> Iterator:
        for first in range(0, self.num_rows, self.size):
            yield keras.tree.map_structure(lambda x, first=first: self._batch(x, first), self.x)

    def _batch(self, x, first):
        batch = x[first : first + self.size]
        missing = self.size - len(batch)
        return np.concatenate([batch, np.repeat(batch[-1:], missing, 0)]) if missing else batch


class Results:
    """The outputs of batches, each copied once to its place in arrays of the whole length.

    Args:
        num_rows: int, rows of all batches together; what a last batch has beyond them is left out.
    """

    def __init__(self, num_rows: int) -> None:
        self.num_rows = num_rows
        self.row = 0
        #: the arrays (num_rows, ...), in the structure of the outputs
        self.arrays = None

    def add(self, outputs: Any) -> None:
        """Copy the next batch's outputs, tensors (batch, ...) in one structure."""
        outputs = keras.tree.map_structure(keras.ops.convert_to_numpy, outputs)
        if self.arrays is None:
            self.arrays = keras.tree.map_structure(self._empty, outputs)
        places = keras.tree.flatten(self.arrays)
        for place, part in zip(places, keras.tree.flatten(outputs), strict=True):
            place = place[self.row : self.row + len(part)]
            place[...] = part[: len(place)]
        self.row += len(part)

    def _empty(self, part):
        return np.empty((self.num_rows, *part.shape[1:]), part.dtype)


def progress_bar(target: Any, verbose: Any) -> Any:
    """Keras' progress bar; silent for short work unless asked for."""
    if verbose == "auto":
        verbose = int(target > LONG_WORK)
    return keras.utils.Progbar(target, verbose=verbose)
