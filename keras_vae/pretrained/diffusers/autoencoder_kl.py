"""`AutoencoderKL` of the diffusers library: Stable Diffusion 1 to 3, SDXL, FLUX.1."""

from typing import Any

import keras
import numpy as np

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
from keras_vae.pretrained.diffusers.old_names import with_new_attention

DOWN, UP = "DownEncoderBlock2D", "UpDecoderBlock2D"


class AutoencoderKL(Converter):
    """Between diffusers' and our `AutoencoderKL`."""

    name = "AutoencoderKL"
    model = "keras_vae>models.AutoencoderKL"
    defaults = {
        "in_channels": 3,
        "out_channels": 3,
        "down_block_types": (DOWN,),
        "up_block_types": (UP,),
        "block_out_channels": (64,),
        "layers_per_block": 1,
        "latent_channels": 4,
        "norm_num_groups": 32,
        "scaling_factor": 0.18215,
        "shift_factor": None,
        "use_quant_conv": True,
        "use_post_quant_conv": True,
        "mid_block_add_attention": True,
    }
    choices = {
        "act_fn": ("silu", "swish"),
        "latents_mean": (None,),
        "latents_std": (None,),
    }
    unused = ("sample_size", "force_upcast")

    def arguments(self, config: Config) -> dict[str, Any]:
        """See `Converter.arguments`."""
        channels = check_stages(self, config)
        network = networks.LatentDiffusion(
            filters=tuple(config["block_out_channels"]),
            blocks=config["layers_per_block"],
            groups=config["norm_num_groups"],
            attention=config["mid_block_add_attention"],
            quant_conv=config["use_quant_conv"],
            post_quant_conv=config["use_post_quant_conv"],
        )
        return {
            "data_shape": (None, None, channels),
            "latent_dim": config["latent_channels"],
            "scaling_factor": config["scaling_factor"],
            "shift_factor": config["shift_factor"] or 0.0,
            "network": network,
        }

    def config(self, model: Any) -> dict[str, Any]:
        """See `Converter.config`."""
        network = model.network
        self.check_plain(model, networks.LatentDiffusion, "silu")
        stages, height = len(network.filters), model.data_shape[0]
        return {
            "in_channels": model.data_shape[-1],
            "out_channels": model.data_shape[-1],
            "down_block_types": [DOWN] * stages,
            "up_block_types": [UP] * stages,
            "block_out_channels": list(network.filters),
            "layers_per_block": network.blocks,
            "act_fn": "silu",
            "latent_channels": model.latent_shape[-1],
            "norm_num_groups": network.groups,
            "sample_size": height or 512,
            "scaling_factor": model.scaling_factor,
            "shift_factor": model.shift_factor or None,
            "use_quant_conv": network.quant_conv,
            "use_post_quant_conv": network.post_quant_conv,
            "mid_block_add_attention": network.attention,
        }

    def places(self, model: Any) -> dict[str, Place]:
        """See `Converter.places`."""
        heads = "quant_conv" if model.network.quant_conv else "encoder.conv_out"
        encoder = {"mean": heads, "log_var": heads}
        return as_places(
            layer_places(model.encoder, lambda name: encoder.get(name, key_of("encoder", name))),
            decoder_places(model),
        )

    def renamed(self, tensors: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """See `Converter.renamed`."""
        return with_new_attention(tensors)


def check_stages(converter: Converter, config: Config) -> int:
    """Refuse stages that are not built here, of a config; gives the channels of an image.

    Raises:
        PresetError: if a key has another value.
    """
    stages = len(config["block_out_channels"])
    for key, kind in (("down_block_types", DOWN), ("up_block_types", UP)):
        expected = [kind] * stages
        converter.require(key, config[key], list(config[key]) == expected, f"{expected}")
    blocks = config["layers_per_block"]
    converter.require("layers_per_block", blocks, blocks <= MOST, f"at most {MOST}")
    channels = config["out_channels"]
    same = channels == config["in_channels"]
    converter.require("out_channels", channels, same, "the same as in_channels")
    return channels


def decoder_places(model: Any) -> dict[str, list[keras.Variable]]:
    """The weights of a decoder of the kind `LatentDiffusion` by the library's keys."""
    own = {
        "mean": "decoder.conv_out",
        "mean-conv_out": "decoder.conv_out",
        "post_quant_conv": "post_quant_conv",
    }
    return layer_places(model.decoder, lambda name: own.get(name, key_of("decoder", name)))


def key_of(network: str, layer: str) -> str:
    """The library's name of a layer."""
    return f"{network}.{layer.replace('-', '.')}"


add(AutoencoderKL())
