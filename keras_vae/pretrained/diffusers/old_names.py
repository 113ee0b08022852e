"""Keys of older files: attention as it was named before, and latent diffusion's own layout."""

import math
import re
from typing import Any

import numpy as np

from keras_vae.pretrained.errors import PresetError

Tensors = dict[str, np.ndarray]

_ATTENTION = {
    "query": "to_q",
    "key": "to_k",
    "value": "to_v",
    "proj_attn": "to_out.0",
    "q": "to_q",
    "k": "to_k",
    "v": "to_v",
    "proj_out": "to_out.0",
    "norm": "group_norm",
}
_OLD = re.compile(r"(.*\.attentions\.\d+)\.(\w+)\.(weight|bias)")
#: prefixes of the autoencoder's keys in files of whole diffusion models
PREFIXES = ("first_stage_model.", "vae.")
#: keys beside the autoencoder's own: of the losses and averages of its training
_BESIDE = ("loss.", "model_ema.")


def with_new_attention(tensors: Tensors) -> Tensors:
    """The tensors with attention under its keys of today, and its 1x1 convolutions as matrices.

    Args:
        tensors: dict of arrays.
    """
    renamed = {}
    for key, tensor in tensors.items():
        match = _OLD.fullmatch(key)
        if match is not None:
            path, part, kind = match.groups()
            key = f"{path}.{_ATTENTION.get(part, part)}.{kind}"
        in_attention = ".attentions." in key
        square = in_attention and tensor.ndim == 4 and tensor.shape[2:] == (1, 1)
        renamed[key] = tensor[:, :, 0, 0] if square else tensor
    return renamed


def is_latent_diffusion(keys: list[str]) -> bool:
    """Whether keys are those of a file in latent diffusion's own layout."""
    prefix = prefix_of(keys)
    return f"{prefix}encoder.down.0.block.0.conv1.weight" in keys


def prefix_of(keys: list[str]) -> str:
    """The prefix of the autoencoder's keys; `""` if they have none."""
    return next((p for p in PREFIXES if any(key.startswith(p) for key in keys)), "")


def from_latent_diffusion(tensors: Tensors) -> Tensors:
    """The tensors under the keys of the diffusers library.

    Args:
        tensors: dict of arrays, by the keys of the autoencoder of latent diffusion.
    """
    own = {key: value for key, value in tensors.items() if not key.startswith(_BESIDE)}
    stages = [int(m[1]) for m in (re.match(r"decoder\.up\.(\d+)\.", key) for key in own) if m]
    last = max(stages, default=0)
    return with_new_attention({_new_key(key, last): value for key, value in own.items()})


def _new_key(key: str, last: int) -> str:
    key = re.sub(r"\.down\.(\d+)\.", r".down_blocks.\1.", key)
    # The original numbers the decoder's stages from the image.
    key = re.sub(r"\.up\.(\d+)\.", lambda m: f".up_blocks.{last - int(m[1])}.", key)
    key = re.sub(r"\.block\.(\d+)\.", r".resnets.\1.", key)
    key = re.sub(r"\.mid\.block_(\d+)\.", lambda m: f".mid_block.resnets.{int(m[1]) - 1}.", key)
    key = key.replace(".mid.attn_1.", ".mid_block.attentions.0.")
    key = key.replace(".downsample.", ".downsamplers.0.").replace(".upsample.", ".upsamplers.0.")
    return key.replace(".nin_shortcut.", ".conv_shortcut.").replace(".norm_out.", ".conv_norm_out.")


def config_of(tensors: Tensors, path: Any) -> dict[str, Any]:
    """The config of an `AutoencoderKL` with such tensors, by the keys of the diffusers library.

    Raises:
        PresetError: if a tensor that says a size is missing.
    """
    try:
        stages = _count(r"encoder\.down_blocks\.(\d+)\.", tensors)
        names = [f"encoder.down_blocks.{i}.resnets.0.conv1.weight" for i in range(stages)]
        filters = [tensors[name].shape[0] for name in names]
        return {
            "_class_name": "AutoencoderKL",
            "in_channels": tensors["encoder.conv_in.weight"].shape[1],
            "out_channels": tensors["decoder.conv_out.weight"].shape[0],
            "down_block_types": ["DownEncoderBlock2D"] * stages,
            "up_block_types": ["UpDecoderBlock2D"] * stages,
            "block_out_channels": filters,
            "layers_per_block": _count(r"encoder\.down_blocks\.0\.resnets\.(\d+)\.", tensors),
            "latent_channels": tensors["decoder.conv_in.weight"].shape[1],
            # Always 32 in the original, where the channels allow it.
            "norm_num_groups": math.gcd(32, *filters),
            "use_quant_conv": "quant_conv.weight" in tensors,
            "use_post_quant_conv": "post_quant_conv.weight" in tensors,
            "mid_block_add_attention": any(".attentions." in key for key in tensors),
        }
    except (KeyError, IndexError) as error:
        raise PresetError(
            f"{path} must hold an autoencoder of latent diffusion. Received: no tensor {error}"
        ) from error


def _count(pattern: str, tensors: Tensors) -> int:
    found = [int(m[1]) for m in (re.match(pattern, key) for key in tensors) if m]
    return 1 + max(found, default=-1)
