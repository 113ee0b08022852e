"""The blocks of image autoencoders for latent diffusion (Rombach et al., 2022), channels last.

A layer bears the name that its weights have in files of the diffusers library, with hyphens for
dots, which torch does not allow: `"mid_block-resnets-0-conv1"`.
"""

from typing import Any, NamedTuple

from keras import layers

from keras_vae.networks.spatial_attention import SpatialAttention

#: of every group normalization of the original; Keras' default is 1e-3
EPSILON = 1e-6


class Blocks(NamedTuple):
    """What all blocks of a network have in common.

    Args:
        groups: int, groups of channels that each normalization treats alike.
        activation: name or function in front of each convolution of a block.
        dtype: Keras dtype or policy of every layer.
    """

    groups: int
    activation: Any
    dtype: Any

    def norm(self, x: Any, name: str) -> Any:
        """Group normalization, (batch, height, width, channels)."""
        options = {"epsilon": EPSILON, "dtype": self.dtype, "name": name}
        return layers.GroupNormalization(self.groups, axis=-1, **options)(x)

    def activated(self, x: Any, name: str) -> Any:
        """Group normalization and the activation, (batch, height, width, channels)."""
        return layers.Activation(self.activation, dtype=self.dtype)(self.norm(x, name))

    def conv(self, x: Any, channels: int, size: int, name: str) -> Any:
        """Convolution that keeps height and width, (batch, height, width, channels)."""
        return layers.Conv2D(channels, size, padding="same", **self._image, name=name)(x)

    def residual(self, x: Any, channels: int, name: str) -> Any:
        """Two activated convolutions beside the input, (batch, height, width, channels)."""
        h = self.conv(self.activated(x, f"{name}-norm1"), channels, 3, f"{name}-conv1")
        h = self.conv(self.activated(h, f"{name}-norm2"), channels, 3, f"{name}-conv2")
        if x.shape[-1] != channels:
            x = self.conv(x, channels, 1, f"{name}-conv_shortcut")
        return layers.Add(dtype=self.dtype)([x, h])

    def attention(self, x: Any, name: str) -> Any:
        """Attention among all places beside the input, (batch, height, width, channels)."""
        h = self.norm(x, f"{name}-group_norm")
        maps = [self._dense(h, f"{name}-{part}") for part in ("to_q", "to_k", "to_v")]
        h = self._dense(SpatialAttention(dtype=self.dtype)(maps), f"{name}-to_out-0")
        return layers.Add(dtype=self.dtype)([x, h])

    def middle(self, x: Any, attention: bool) -> Any:
        """The blocks at the smallest map, (batch, height, width, channels)."""
        x = self.residual(x, x.shape[-1], "mid_block-resnets-0")
        if attention:
            x = self.attention(x, "mid_block-attentions-0")
        return self.residual(x, x.shape[-1], "mid_block-resnets-1")

    def down(self, x: Any, name: str) -> Any:
        """Convolution of stride 2, (batch, height / 2, width / 2, channels)."""
        # Zeros stand at the right and at the bottom alone, as in the original.
        x = layers.ZeroPadding2D(((0, 1), (0, 1)), **self._image)(x)
        return layers.Conv2D(x.shape[-1], 3, strides=2, **self._image, name=f"{name}-conv")(x)

    def up(self, x: Any, name: str) -> Any:
        """Each place twice a side, then a convolution, (batch, 2 height, 2 width, channels)."""
        x = layers.UpSampling2D(2, **self._image)(x)
        return self.conv(x, x.shape[-1], 3, f"{name}-conv")

    def _dense(self, x: Any, name: str) -> Any:
        return layers.Dense(x.shape[-1], dtype=self.dtype, name=name)(x)

    @property
    def _image(self) -> dict[str, Any]:
        return {"data_format": "channels_last", "dtype": self.dtype}
