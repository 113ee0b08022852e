"""Networks of any kind with something in front: noise on the data, or a map out of the ball."""

from typing import Any

import keras

from keras_vae.networks.network import Network, Shape, Shapes
from keras_vae.networks.poincare import BallToTangent


class Corrupted(Network):
    """Networks of a kind whose encoder sees the data through a layer of noise.

    Args:
        base: `Network`, the kind.
        corruption: `keras_vae.networks.Corruption`.
    """

    def __init__(self, base: Network, corruption: keras.layers.Layer) -> None:
        self.base = base
        self.corruption = corruption

    def encoder(self, input_shape: Shape, output_shapes: Shapes, **options: Any) -> keras.Model:
        """The kind's encoder, with the noise on its input."""
        return self.base.encoder(input_shape, output_shapes, corruption=self.corruption, **options)

    def decoder(self, input_shape: Shape, output_shapes: Shapes, **options: Any) -> keras.Model:
        """The kind's decoder."""
        return self.base.decoder(input_shape, output_shapes, **options)


class WithHoles(Network):
    """Networks of a kind whose encoder takes data with missing values, and their mask.

    Args:
        base: `Network`, the kind.
    """

    def __init__(self, base: Network) -> None:
        self.base = base

    def encoder(self, input_shape: Shape, output_shapes: Shapes, **options: Any) -> keras.Model:
        """The kind's encoder of a dict with `"x"` and `"mask"`."""
        return self.base.encoder(input_shape, output_shapes, missing=True, **options)

    def encoder_with_features(
        self, input_shape: Shape, output_shapes: Shapes, **options: Any
    ) -> keras.Model:
        """The kind's own, of such a dict."""
        return self.base.encoder_with_features(input_shape, output_shapes, missing=True, **options)

    def hierarchy_encoder(
        self, input_shape: Shape, levels: Shapes, *args: Any, **options: Any
    ) -> keras.Model:
        """The kind's own, of such a dict."""
        return self.base.hierarchy_encoder(input_shape, levels, *args, missing=True, **options)

    def hierarchy_decoder(self, levels: Shapes, output_shapes: Shapes, **options: Any) -> Any:
        """The kind's own."""
        return self.base.hierarchy_decoder(levels, output_shapes, **options)

    def code_encoder(
        self, input_shape: Shape, channels: int, normalize: bool = False, **options: Any
    ) -> keras.Model:
        """The kind's own, of such a dict."""
        return self.base.code_encoder(input_shape, channels, normalize, missing=True, **options)

    def levels_encoder(
        self, input_shape: Shape, channels: int, num_levels: int, **options: Any
    ) -> keras.Model:
        """The kind's own, of such a dict."""
        return self.base.levels_encoder(input_shape, channels, num_levels, missing=True, **options)

    def levels_decoder(
        self,
        data_shape: Shape,
        channels: int,
        num_levels: int,
        output_shapes: Shapes,
        **options: Any,
    ) -> keras.Model:
        """The kind's own."""
        return self.base.levels_decoder(data_shape, channels, num_levels, output_shapes, **options)

    def decoder(self, input_shape: Shape, output_shapes: Shapes, **options: Any) -> keras.Model:
        """The kind's decoder."""
        return self.base.decoder(input_shape, output_shapes, **options)

    def code_decoder(
        self, input_shape: Shape, output_shapes: Shapes, **options: Any
    ) -> keras.Model:
        """The kind's own."""
        return self.base.code_decoder(input_shape, output_shapes, **options)

    def decoder_of_levels(
        self, sizes: tuple[int, int], output_shapes: Shapes, **options: Any
    ) -> keras.Model:
        """The kind's own."""
        return self.base.decoder_of_levels(sizes, output_shapes, **options)


class OnBall(Network):
    """Networks of a kind whose decoder takes points of the Poincaré ball.

    Args:
        base: `Network`, the kind.
        curvature: float > 0, of the ball.
    """

    def __init__(self, base: Network, curvature: float) -> None:
        self.base = base
        self.curvature = curvature

    def encoder(self, input_shape: Shape, output_shapes: Shapes, **options: Any) -> keras.Model:
        """The kind's encoder."""
        return self.base.encoder(input_shape, output_shapes, **options)

    def decoder(
        self, input_shape: Shape, output_shapes: Shapes, name: str | None = None, **options: Any
    ) -> keras.Model:
        """The kind's decoder behind `BallToTangent`."""
        decoder = self.base.decoder(input_shape, output_shapes, name=name, **options)
        inputs = keras.tree.map_structure(
            lambda t: keras.Input(t.shape[1:], dtype=t.dtype, name=t.name), decoder.input
        )
        several = isinstance(inputs, list)
        flat = BallToTangent(self.curvature)(inputs[0] if several else inputs)
        outputs = decoder([flat, *inputs[1:]] if several else flat)
        return keras.Model(inputs, outputs, name=name)
