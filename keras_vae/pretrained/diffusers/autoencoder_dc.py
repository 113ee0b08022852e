"""`AutoencoderDC` of the diffusers library: the deep compression autoencoder of SANA."""

from typing import Any

from keras_vae import networks
from keras_vae.pretrained.diffusers.converter import (
    MOST,
    Config,
    Converter,
    Place,
    add,
    as_places,
    layer_places,
)

PLAIN, ATTENTION = "ResBlock", "EfficientViTBlock"


class AutoencoderDC(Converter):
    """Between diffusers' and our `AutoencoderDC`."""

    name = "AutoencoderDC"
    model = "keras_vae>models.AutoencoderDC"
    defaults = {
        "in_channels": 3,
        "latent_channels": 32,
        "attention_head_dim": 32,
        "encoder_block_types": PLAIN,
        "decoder_block_types": PLAIN,
        "encoder_block_out_channels": (128, 256, 512, 512, 1024, 1024),
        "decoder_block_out_channels": (128, 256, 512, 512, 1024, 1024),
        "encoder_layers_per_block": (2, 2, 2, 3, 3, 3),
        "decoder_layers_per_block": (3, 3, 3, 3, 3, 3),
        "encoder_qkv_multiscales": ((), (), (), (5,), (5,), (5,)),
        "decoder_qkv_multiscales": ((), (), (), (5,), (5,), (5,)),
        "upsample_block_type": "pixel_shuffle",
        "downsample_block_type": "pixel_unshuffle",
        "decoder_norm_types": "rms_norm",
        "decoder_act_fns": "silu",
        "scaling_factor": 1.0,
    }
    choices = {
        "encoder_out_shortcut": (True,),
        "decoder_in_shortcut": (True,),
        "decoder_conv_act_fn": ("relu",),
    }
    unused = ("force_upcast",)

    def arguments(self, config: Config) -> dict[str, Any]:
        """See `Converter.arguments`."""
        filters = list(config["encoder_block_out_channels"])
        stages = len(filters)
        for key, plain in (("decoder_norm_types", "rms_norm"), ("decoder_act_fns", "silu")):
            same = _each(config[key], stages) == [plain] * stages
            self.require(key, config[key], same, f"{plain!r} in all stages")
        types = _each(config["encoder_block_types"], stages)
        attention = types.count(ATTENTION)
        for part in ("encoder", "decoder"):
            key, value = f"{part}_block_out_channels", config[f"{part}_block_out_channels"]
            self.require(key, value, list(value) == filters, f"{filters}")
            key, value = f"{part}_block_types", config[f"{part}_block_types"]
            expected = [PLAIN] * (stages - attention) + [ATTENTION] * attention
            self.require(key, value, _each(value, stages) == expected, f"{expected}")
            key, value = f"{part}_layers_per_block", config[f"{part}_layers_per_block"]
            few = len(value) == stages and all(1 <= blocks <= MOST for blocks in value)
            self.require(key, value, few, f"{stages} numbers from 1 to {MOST}")
        sizes = self._kernel_sizes(config, stages - attention)
        network = networks.DeepCompression(
            filters=tuple(filters),
            blocks=tuple(config["encoder_layers_per_block"]),
            decoder_blocks=tuple(config["decoder_layers_per_block"]),
            attention=attention,
            head_dim=config["attention_head_dim"],
            kernel_sizes=sizes,
            downsampling=_checked(self, config, "downsample_block_type", "pixel_unshuffle", "conv"),
            upsampling=_checked(
                self, config, "upsample_block_type", "pixel_shuffle", "interpolate"
            ),
        )
        return {
            "data_shape": (None, None, config["in_channels"]),
            "latent_dim": config["latent_channels"],
            "scaling_factor": config["scaling_factor"],
            "network": network,
        }

    def _kernel_sizes(self, config: Config, first: int) -> tuple[int, ...]:
        """Sizes of the kernels in the stages with attention, which must be the same in all."""
        found = [
            (key, tuple(sizes))
            for key in ("encoder_qkv_multiscales", "decoder_qkv_multiscales")
            for sizes in config[key][first:]
        ]
        for key, sizes in found:
            small = all(size % 2 and size <= MOST for size in sizes)
            same = sizes == found[0][1] and small
            expected = "the same odd numbers in all stages with attention"
            self.require(key, config[key], same, expected)
        return found[0][1] if found else (5,)

    def config(self, model: Any) -> dict[str, Any]:
        """See `Converter.config`."""
        self.check_plain(model, networks.DeepCompression, "silu")
        if model.shift_factor:
            raise ValueError(
                "to_diffusers needs an AutoencoderDC with shift_factor=0, as the diffusers library "
                f"has it. Received: shift_factor={model.shift_factor}"
            )
        network = model.network
        plain = len(network.filters) - network.attention
        types = [PLAIN] * plain + [ATTENTION] * network.attention
        sizes = [[]] * plain + [list(network.kernel_sizes)] * network.attention
        return {
            "in_channels": model.data_shape[-1],
            "latent_channels": model.latent_shape[-1],
            "attention_head_dim": network.head_dim,
            "encoder_block_types": types,
            "decoder_block_types": types,
            "encoder_block_out_channels": list(network.filters),
            "decoder_block_out_channels": list(network.filters),
            "encoder_layers_per_block": list(network.blocks),
            "decoder_layers_per_block": list(network.decoder_blocks),
            "encoder_qkv_multiscales": sizes,
            "decoder_qkv_multiscales": sizes,
            "upsample_block_type": network.upsampling,
            "downsample_block_type": network.downsampling,
            "scaling_factor": model.scaling_factor,
        }

    def places(self, model: Any) -> dict[str, Place]:
        """See `Converter.places`."""
        last = {"mean": "conv_out", "mean-conv_out": "conv_out"}
        return as_places(
            layer_places(model.encoder, lambda name: _key("encoder", last.get(name, name))),
            layer_places(model.decoder, lambda name: _key("decoder", last.get(name, name))),
        )


def _each(value: Any, stages: int) -> list[Any]:
    """A value of each stage, where one stands for all."""
    return [value] * stages if isinstance(value, str) else list(value)


def _checked(converter: Converter, config: Config, key: str, *allowed: str) -> str:
    value = config[key]
    # In files there are spellings such as "Conv", which the library treats as all but the first.
    value = value if value == allowed[0] else str(value).lower()
    converter.require(key, config[key], value in allowed, f"one of {list(allowed)}")
    return value


def _key(network: str, layer: str) -> str:
    return f"{network}.{layer.replace('-', '.')}"


add(AutoencoderDC())
