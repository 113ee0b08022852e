"""`VQModel` of the diffusers library: latent diffusion's autoencoders with a codebook, aMUSEd."""

from typing import Any, NamedTuple

import numpy as np
from keras import ops

from keras_vae import networks
from keras_vae.pretrained.diffusers.autoencoder_kl import (
    DOWN,
    UP,
    check_stages,
    decoder_places,
    key_of,
)
from keras_vae.pretrained.diffusers.converter import (
    Config,
    Converter,
    TensorPlace,
    add,
    as_places,
    layer_places,
)
from keras_vae.pretrained.diffusers.old_names import with_new_attention

CODES = "quantize.embedding.weight"
#: codes that a codebook may have
MOST_CODES = 2**20


class Codebook(NamedTuple):
    """The place of a codebook: the vectors of a quantizer, which it makes of several weights.

    Args:
        quantizer: `keras_vae.posteriors.VectorQuantizer`.
    """

    quantizer: Any

    @property
    def shape(self) -> tuple[int, ...]:
        """See `Place.shape`."""
        return tuple(self.quantizer.codebook.shape)

    def get(self) -> np.ndarray:
        """See `Place.get`."""
        return ops.convert_to_numpy(self.quantizer.vectors()).astype("float32")

    def set(self, tensor: np.ndarray) -> None:
        """See `Place.set`; the codebook does not start from data any more."""
        self.quantizer.restore(tensor)


class VQModel(Converter):
    """Between diffusers' and our `VQModel`."""

    name = "VQModel"
    model = "keras_vae>models.VQModel"
    defaults = {
        "in_channels": 3,
        "out_channels": 3,
        "down_block_types": (DOWN,),
        "up_block_types": (UP,),
        "block_out_channels": (64,),
        "layers_per_block": 1,
        "latent_channels": 3,
        "num_vq_embeddings": 256,
        "norm_num_groups": 32,
        "vq_embed_dim": None,
        "scaling_factor": 0.18215,
        "mid_block_add_attention": True,
    }
    choices = {"act_fn": ("silu", "swish"), "norm_type": ("group",)}
    #: a code has a vector in the library; here it has an offset and a share besides
    most_numbers = 3
    #: `lookup_from_codebook` is of a method that nothing here calls
    unused = ("sample_size", "force_upcast", "lookup_from_codebook")

    def arguments(self, config: Config) -> dict[str, Any]:
        """See `Converter.arguments`."""
        channels = check_stages(self, config)
        codes = config["num_vq_embeddings"]
        self.require("num_vq_embeddings", codes, codes <= MOST_CODES, f"at most {MOST_CODES}")
        latent, code = config["latent_channels"], config["vq_embed_dim"]
        network = networks.LatentDiffusion(
            filters=tuple(config["block_out_channels"]),
            blocks=config["layers_per_block"],
            groups=config["norm_num_groups"],
            attention=config["mid_block_add_attention"],
            map_channels=None if code in (None, latent) else latent,
        )
        return {
            "data_shape": (None, None, channels),
            "latent_dim": latent if code is None else code,
            "num_codes": codes,
            # Many published codes are never used; they are not to change.
            "restart_below": 0.0,
            "scaling_factor": config["scaling_factor"],
            "network": network,
        }

    def config(self, model: Any) -> dict[str, Any]:
        """See `Converter.config`."""
        self.check_plain(model, networks.LatentDiffusion, "silu")
        network, code = model.network, model.latent_shape[-1]
        lacking = [
            name
            for name, has in {
                "quant_conv": network.quant_conv,
                "post_quant_conv": network.post_quant_conv,
                "shift_factor=0": not model.shift_factor,
            }.items()
            if not has
        ]
        if lacking:
            raise ValueError(
                "to_diffusers needs a VQModel as the diffusers library has it: with "
                f"{', '.join(lacking)}. Received: {model!r}"
            )
        stages, channels = len(network.filters), model.data_shape[-1]
        return {
            "in_channels": channels,
            "out_channels": channels,
            "down_block_types": [DOWN] * stages,
            "up_block_types": [UP] * stages,
            "block_out_channels": list(network.filters),
            "layers_per_block": network.blocks,
            "act_fn": "silu",
            "latent_channels": network.map_channels or code,
            "sample_size": model.data_shape[0] or 32,
            "num_vq_embeddings": model.posterior_layer.num_codes,
            "norm_num_groups": network.groups,
            "vq_embed_dim": code,
            "scaling_factor": model.scaling_factor,
            "norm_type": "group",
            "mid_block_add_attention": network.attention,
        }

    def places(self, model: Any) -> dict[str, TensorPlace]:
        """See `Converter.places`."""
        encoder = {"z": "quant_conv"}
        places = as_places(
            layer_places(model.encoder, lambda name: encoder.get(name, key_of("encoder", name))),
            decoder_places(model),
        )
        return {**places, CODES: Codebook(model.posterior_layer)}

    def renamed(self, tensors: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """See `Converter.renamed`."""
        return with_new_attention(tensors)


add(VQModel())
