"""`AutoencoderTiny` of the diffusers library: TAESD, and its kin for SDXL, SD 3 and FLUX.1."""

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


class AutoencoderTiny(Converter):
    """Between diffusers' `AutoencoderTiny` and our `TinyAutoencoder`."""

    name = "AutoencoderTiny"
    model = "keras_vae>models.TinyAutoencoder"
    defaults = {
        "in_channels": 3,
        "out_channels": 3,
        "encoder_block_out_channels": (64, 64, 64, 64),
        "decoder_block_out_channels": (64, 64, 64, 64),
        "latent_channels": 4,
        "num_encoder_blocks": (1, 3, 3, 3),
        "num_decoder_blocks": (3, 3, 3, 1),
        "scaling_factor": 1.0,
        "shift_factor": 0.0,
    }
    choices = {
        "act_fn": ("relu",),
        "upsample_fn": ("nearest",),
        "upsampling_scaling_factor": (2,),
    }
    #: the last is a copy of the decoder's, the others are of methods that nothing here calls
    unused = ("force_upcast", "latent_magnitude", "latent_shift", "block_out_channels")

    def arguments(self, config: Config) -> dict[str, Any]:
        """See `Converter.arguments`."""
        stages = len(config["num_encoder_blocks"])
        filters = config["encoder_block_out_channels"][0]
        for part in ("encoder", "decoder"):
            key, value = f"{part}_block_out_channels", config[f"{part}_block_out_channels"]
            self.require(key, value, list(value) == [filters] * stages, f"{[filters] * stages}")
            key, value = f"num_{part}_blocks", config[f"num_{part}_blocks"]
            self.require(key, value, max(value) <= MOST, f"numbers of at most {MOST}")
        channels = config["out_channels"]
        same = channels == config["in_channels"]
        self.require("out_channels", channels, same, "the same as in_channels")
        network = networks.TAESD(
            filters, tuple(config["num_encoder_blocks"]), tuple(config["num_decoder_blocks"])
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
        self.check_plain(model, networks.TAESD, "relu")
        network = model.network
        filters = [network.filters] * len(network.blocks)
        return {
            "in_channels": model.data_shape[-1],
            "out_channels": model.data_shape[-1],
            "encoder_block_out_channels": filters,
            "decoder_block_out_channels": filters,
            "act_fn": "relu",
            "latent_channels": model.latent_shape[-1],
            "upsampling_scaling_factor": 2,
            "num_encoder_blocks": list(network.blocks),
            "num_decoder_blocks": list(network.decoder_blocks),
            "scaling_factor": model.scaling_factor,
            "shift_factor": model.shift_factor,
        }

    def places(self, model: Any) -> dict[str, Place]:
        """See `Converter.places`."""
        first, second = model.network.last_layers()
        encoder, decoder = {"mean": first}, {"mean": second, "mean-conv_out": second}
        return as_places(
            layer_places(model.encoder, lambda name: _key("encoder", encoder.get(name, name))),
            layer_places(model.decoder, lambda name: _key("decoder", decoder.get(name, name))),
        )


def _key(network: str, layer: str) -> str:
    return f"{network}.{layer.replace('-', '.')}"


add(AutoencoderTiny())
