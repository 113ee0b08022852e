"""Types of the public signatures."""

from typing import Any, TypeAlias

import keras
import numpy as np

#: a tensor of the backend, or what stands for one in a graph
Tensor: TypeAlias = Any
#: a shape without unknown axes
Shape: TypeAlias = tuple[int, ...]
#: what owns random numbers; None draws anew each time
Seed: TypeAlias = int | keras.random.SeedGenerator | None
#: numbers that NumPy reads: an array, a tensor, nested lists
ArrayLike: TypeAlias = Any
#: an array of NumPy
Array: TypeAlias = np.ndarray
