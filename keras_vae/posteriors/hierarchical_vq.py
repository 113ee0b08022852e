"""Levels of codes, each given those above it (Razavi et al., 2019), arxiv.org/abs/1906.00446."""

import math
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vae.context import Context
from keras_vae.distributions import Distribution
from keras_vae.distributions.quantized import Quantized
from keras_vae.posteriors.quantizer import Quantizer
from keras_vae.posteriors.vector_quantizer import VectorQuantizer
from keras_vae.serialization import register
from keras_vae.typing import Array, Shape, Tensor


@register
class HierarchicalVQ(Quantizer):
    """Maps of codes of several sizes: a level's vectors follow from x and the levels above.

    The encoder gives the vectors of the top level, and features of x for each of the others. A
    network makes a level's vectors of the codes above it and these features. Each level has a
    codebook of its own, of equally many codes.

    A latent is one vector: the codes' vectors of all levels side by side, the top level's first.
    Its indices too stand in one row; `by_level` takes them apart.

    Args:
        networks: list of Keras models, one for each level below the top, of a list of the vectors
            (batch, height, width, channels) of the levels above and of features to the level's
            vectors.
        num_codes: int, of each level's codebook. Defaults to `512`.
        ema: bool, see `VectorQuantizer`. Defaults to `True`.
        decay: float in [0, 1), see `VectorQuantizer`. Defaults to `0.99`.
        **kwargs: passed to `Quantizer`: `gradient`.

    Call arguments:
        parameters: `[top, features_1, ...]`, (batch, height, width, channels) each.
        training: bool, whether the codebooks move. Defaults to `False`.

    Returns:
        `keras_vae.distributions.Quantized` with indices (batch, codes of all levels).

    Raises:
        ValueError: if there are no networks, if these do not fit each other, or if an argument is
            out of its range.

    Reference:
        - [Razavi et al., 2019](https://arxiv.org/abs/1906.00446)
    """

    needs_equal_weights = "its codebooks follow the batch as a whole"

    def __init__(
        self,
        networks: Sequence[keras.Model],
        num_codes: int = 512,
        ema: bool = True,
        decay: float = 0.99,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.networks = list(networks)
        self.map_shapes = _map_shapes(self.networks)
        self.num_codes = num_codes
        self.quantizers = [
            VectorQuantizer(num_codes, ema, decay, gradient=self.gradient) for _ in self.map_shapes
        ]

    @property
    def level_names(self) -> tuple[str, ...]:
        """`top` and `bottom`; levels in between are `middle_1`, `middle_2`, ... downwards."""
        between = (f"middle_{i}" for i in range(1, len(self.networks)))
        return ("top", *between, "bottom")

    @property
    def level_sizes(self) -> tuple[int, ...]:
        """The number of codes of each level."""
        return tuple(math.prod(shape[:-1]) for shape in self.map_shapes)

    @property
    def parameter_names(self) -> tuple[str, ...]:  # type: ignore[override]
        """`top`, and `features_1`, ... of the levels below."""
        return ("top", *(f"features_{i}" for i in range(1, len(self.map_shapes))))

    @property
    def code_shape(self) -> Shape:
        """The shape of one latent's indices, (codes of all levels,)."""
        return (sum(self.level_sizes),)

    def parameter_shapes(self, latent_shape: Shape | None = None) -> dict[str, Shape]:
        """The top level's vectors, and the features that the networks take."""
        features = [_shape(network.inputs[-1]) for network in self.networks]
        shapes = [self.map_shapes[0], *features]
        return dict(zip(self.parameter_names, shapes, strict=True))

    def latent_shape(self, shapes: Sequence[Shape]) -> Shape:
        """The shape of all levels together, one vector.

        Raises:
            ValueError: if the encoder's outputs have other shapes than the networks ask for.
        """
        received, expected = [tuple(shape) for shape in shapes], self.parameter_shapes()
        if received != list(expected.values()):
            raise ValueError(
                f"The posterior HierarchicalVQ needs encoder outputs of shapes {expected}, as its "
                f"networks take them. Received: outputs of shapes {received}"
            )
        return (sum(map(math.prod, self.map_shapes)),)

    def build(self, event_shape: Shape) -> None:
        super().build(event_shape)
        for quantizer, shape in zip(self.quantizers, self.map_shapes, strict=True):
            quantizer.build_once(shape)

    def bind(self, context: Context) -> None:
        """Draw with the model's seeds."""
        for quantizer in self.quantizers:
            quantizer.bind(context)

    def call(self, parameters: Any, training: bool = False) -> Distribution:
        vectors, *features = self.unpack(parameters)
        levels: list[Any] = []
        for level, quantizer in enumerate(self.quantizers):
            if level:
                above = [q.z for q in levels]
                vectors = self._below(above, features[level - 1], training)
            levels.append(quantizer([vectors], training=training))
        return Quantized(
            _side_by_side([q.z for q in levels]),
            _side_by_side([q.indices for q in levels]),
            sum(q.commitment for q in levels),
            sum(q.auxiliary for q in levels),
            self.num_codes,
            event_ndim=self.event_ndim,
            level_sizes=self.level_sizes,
        )

    def _below(self, above, features, training):
        """The vectors of a level in float32, from those of the levels above and features."""
        network = self.networks[len(above) - 1]
        return ops.cast(network([*above, features], training=training), "float32")

    def before_fit(self, context: Context, x: Any) -> None:
        """Start each codebook by k-means over the vectors of evenly spaced examples."""
        if x is None or not any(q.num_starting_vectors for q in self.quantizers):
            return
        places, examples = self.level_sizes[0], len(keras.tree.flatten(x)[0])
        needed = -(-max(q.num_starting_vectors for q in self.quantizers) // places)
        rows = np.unique(np.linspace(0, examples - 1, min(needed, examples)).astype(int))
        inputs = keras.tree.map_structure(lambda a: ops.convert_to_numpy(a)[rows], x)
        vectors, *features = map(
            ops.convert_to_tensor, self.unpack(context.encoder_outputs(inputs))
        )
        above: list[Tensor] = []
        for level, quantizer in enumerate(self.quantizers):
            if level:
                vectors = self._below(above, features[level - 1], training=False)
            if quantizer.num_starting_vectors:
                channels = vectors.shape[-1]
                quantizer.start(ops.convert_to_numpy(vectors).reshape(-1, channels), level)
            above.append(quantizer([vectors]).z)

    def embed(self, indices: Tensor) -> Tensor:
        """Vectors of codes, integers (..., codes) -> (..., latent)."""
        leading = tuple(ops.shape(indices)[:-1])
        parts = [
            ops.reshape(quantizer.embed(part), (*leading, -1))
            for quantizer, part in zip(self.quantizers, self._split(indices), strict=True)
        ]
        return ops.concatenate(parts, axis=-1)

    def indices_of(self, latents: Tensor) -> Tensor:
        """Codes of latents that `embed` gave, (..., latent) -> int32 (..., codes)."""
        leading = tuple(ops.shape(latents)[:-1])
        ends = np.cumsum([math.prod(shape) for shape in self.map_shapes])[:-1].tolist()
        parts = []
        for quantizer, part in zip(self.quantizers, ops.split(latents, ends, -1), strict=True):
            vectors = ops.reshape(part, (*leading, -1, quantizer.event_shape[-1]))
            parts.append(quantizer.indices_of(vectors))
        return ops.concatenate(parts, axis=-1)

    def by_level(self, indices: Array) -> dict[str, Array]:
        """Codes taken apart, integers (..., codes) -> (..., height, width) of each level by name.

        Args:
            indices: integer array (..., codes).
        """
        indices = np.asarray(indices)
        ends = np.cumsum(self.level_sizes)[:-1]
        parts = zip(self.level_names, np.split(indices, ends, -1), self.map_shapes, strict=True)
        return {name: part.reshape(*indices.shape[:-1], *shape[:-1]) for name, part, shape in parts}

    def join_levels(self, levels: dict[str, Array]) -> Array:
        """The codes of `by_level` in one row again, integers (n, codes).

        Args:
            levels: dict of integer arrays (n, height, width), by the levels' names.

        Raises:
            ValueError: if names or shapes are others.
        """
        shapes = dict(zip(self.level_names, self.map_shapes, strict=True))
        levels = {name: np.asarray(codes) for name, codes in levels.items()}
        received = {name: codes.shape[1:] for name, codes in levels.items()}
        counts = {len(codes) for codes in levels.values() if codes.ndim}
        expected = {name: shape[:-1] for name, shape in shapes.items()}
        if received != expected or len(counts) != 1:
            raise ValueError(
                f"Codes by level must be a dict of arrays (n, *shape) of the shapes {expected}. "
                f"Received: { ({name: codes.shape for name, codes in levels.items()}) }"
            )
        return np.concatenate([levels[n].reshape(len(levels[n]), -1) for n in shapes], axis=1)

    def columns(self, indices: Array) -> list[Array]:
        """See `Quantizer.columns`."""
        return [codes.ravel() for codes in self.by_level(indices).values()]

    def _split(self, indices):
        return ops.split(indices, np.cumsum(self.level_sizes)[:-1].tolist(), axis=-1)


def _map_shapes(networks):
    """The shapes of the vectors of each level, the top one first.

    Raises:
        ValueError: if the networks do not fit each other.
    """
    if not networks:
        raise ValueError(
            "posteriors.HierarchicalVQ needs networks=[...], one for each level below the top. "
            "Received: networks=[]"
        )
    shapes = [_shape(networks[0].inputs[0])]
    for network in networks:
        above = [_shape(tensor) for tensor in network.inputs[:-1]]
        if above != shapes:
            raise ValueError(
                f"posteriors.HierarchicalVQ needs networks whose inputs are the vectors of the "
                f"levels above, here of shapes {shapes}, and features. Received: a network with "
                f"inputs of shapes {above}, and features"
            )
        shapes.append(_shape(network.outputs[0]))
    return shapes


def _shape(tensor):
    return tuple(tensor.shape[1:])


def _side_by_side(maps):
    """(batch, ...) each -> (batch, elements of all)."""
    return ops.concatenate([ops.reshape(m, (-1, math.prod(m.shape[1:]))) for m in maps], axis=-1)
