"""What the diffusers library computes with tiny autoencoders, recorded for tests without it.

    PYTHONPATH=.:tests python tests/pretrained/diffusers_golden.py [CASE ...]

writes `golden_diffusers/<case>.npz`. Weights and images are drawn by NumPy from their names, so
that a file holds shapes and results alone.
"""

import json
import math
import sys
import zlib
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent / "golden_diffusers"
#: weight of the commitment in the training step
COMMITMENT = 0.25
#: weight of the KL in the training step
BETA = 0.5
#: a log-variance whose noise is nothing beside the mean, inside of the range that is not clipped
LOG_VAR = -28.0

KL = {
    "_class_name": "AutoencoderKL",
    "down_block_types": ["DownEncoderBlock2D"] * 2,
    "up_block_types": ["UpDecoderBlock2D"] * 2,
    "block_out_channels": [4, 8],
    "norm_num_groups": 2,
}
DC = {
    "_class_name": "AutoencoderDC",
    "latent_channels": 4,
    "attention_head_dim": 4,
    "encoder_block_types": ["ResBlock", "EfficientViTBlock"],
    "decoder_block_types": ["ResBlock", "EfficientViTBlock"],
    "encoder_block_out_channels": [4, 8],
    "decoder_block_out_channels": [4, 8],
    "encoder_layers_per_block": [1, 1],
    "decoder_layers_per_block": [1, 2],
    "encoder_qkv_multiscales": [[], [5]],
    "decoder_qkv_multiscales": [[], [5]],
    "scaling_factor": 0.41407,
}
#: the configs of each case, and the shape of its images
CASES = {
    "kl": (KL, (2, 8, 8, 3)),
    "kl_without_quant_conv": (
        {
            **KL,
            "use_quant_conv": False,
            "use_post_quant_conv": False,
            "latent_channels": 6,
            "layers_per_block": 2,
            "scaling_factor": 0.3611,
            "shift_factor": 0.1159,
        },
        (2, 8, 12, 3),
    ),
    "kl_without_attention": (
        {
            **KL,
            "in_channels": 1,
            "out_channels": 1,
            "down_block_types": ["DownEncoderBlock2D"] * 3,
            "up_block_types": ["UpDecoderBlock2D"] * 3,
            "block_out_channels": [4, 4, 12],
            "norm_num_groups": 4,
            "mid_block_add_attention": False,
        },
        (2, 16, 8, 1),
    ),
    "vq": (
        {**KL, "_class_name": "VQModel", "num_vq_embeddings": 7, "latent_channels": 3},
        (2, 8, 12, 3),
    ),
    "vq_with_codes_of_another_width": (
        {
            **KL,
            "_class_name": "VQModel",
            "num_vq_embeddings": 7,
            "latent_channels": 5,
            "vq_embed_dim": 2,
            "mid_block_add_attention": False,
        },
        (2, 8, 8, 3),
    ),
    "dc": (DC, (2, 8, 12, 3)),
    "dc_of_convolutions": (
        {
            **DC,
            "encoder_block_types": "ResBlock",
            "decoder_block_types": "ResBlock",
            "encoder_block_out_channels": [4, 8, 8],
            "decoder_block_out_channels": [4, 8, 8],
            "encoder_layers_per_block": [1, 1, 1],
            "decoder_layers_per_block": [1, 1, 1],
            "encoder_qkv_multiscales": [[], [], []],
            "decoder_qkv_multiscales": [[], [], []],
            "downsample_block_type": "conv",
            "upsample_block_type": "interpolate",
        },
        (2, 8, 8, 3),
    ),
    "tiny": (
        {
            "_class_name": "AutoencoderTiny",
            "encoder_block_out_channels": [4, 4, 4],
            "decoder_block_out_channels": [4, 4, 4],
            "num_encoder_blocks": [1, 2, 1],
            "num_decoder_blocks": [2, 1, 1],
        },
        (2, 8, 12, 3),
    ),
}


def draws(name, shape):
    """Normal numbers that follow from a name."""
    return np.random.default_rng(zlib.crc32(name.encode())).normal(size=shape).astype("float32")


def weights(shapes):
    """The tensors of a model by key, as a new model of torch might have them."""
    tensors = {}
    for key, shape in shapes.items():
        scale = 0.1 if len(shape) < 2 else 1 / math.sqrt(math.prod(shape[1:]))
        is_gain = "norm" in key and key.endswith("weight")
        tensors[key] = np.float32(is_gain) + np.float32(scale) * draws(key, tuple(shape))
    return tensors


def images(shape):
    """Images in [-1, 1], (n, height, width, channels)."""
    return np.tanh(draws("images", shape))


def without_noise(tensors, config):
    """The tensors, with a log-variance that does not depend on the image, and is `LOG_VAR`."""
    if config["_class_name"] != "AutoencoderKL":
        return tensors
    name = "quant_conv" if "quant_conv.weight" in tensors else "encoder.conv_out"
    changed = dict(tensors)
    for kind, value in (("weight", 0.0), ("bias", LOG_VAR)):
        tensor = tensors[f"{name}.{kind}"].copy()
        tensor[len(tensor) // 2 :] = value
        changed[f"{name}.{kind}"] = tensor
    return changed


def probes(gradients):
    """Two numbers of each gradient, by key: its norm, and its product with other numbers."""
    rows = [
        (np.linalg.norm(g), np.sum(np.float64(g) * draws(f"probe {key}", g.shape)))
        for key, g in gradients.items()
    ]
    return np.array(rows)


def recorded(name):
    """What a case's file holds, as a dict of arrays, with the config and the shapes by key."""
    with np.load(FOLDER / f"{name}.npz") as file:
        arrays = dict(file)
    for key in ("config", "shapes"):
        arrays[key] = json.loads(str(arrays[key]))
    return arrays


# ---- the rest needs torch and diffusers --------------------------------------------------------


def upstream(config, tensors=None):
    """The library's model of a config, with its own random weights, or these."""
    import diffusers
    import torch

    cls = getattr(diffusers, config["_class_name"])
    model = cls(**{key: value for key, value in config.items() if not key.startswith("_")})
    if tensors is not None:
        model.load_state_dict({key: torch.from_numpy(value) for key, value in tensors.items()})
    return model.eval()


def torch_images(x):
    """Images as torch has them, (n, channels, height, width)."""
    import torch

    return torch.from_numpy(np.moveaxis(x, -1, 1).copy())


def numpy_images(x):
    """Images channels last."""
    return np.moveaxis(x.detach().numpy(), 1, -1)


def outputs(model, x):
    """Mean and log-variance of images, and the decoded mean; arrays, channels last."""
    import torch

    with torch.no_grad():
        mean, q = encoded(model, torch_images(x))
        decoded = model.decode(mean).sample
    log_var = {} if q is None else {"log_var": numpy_images(q.logvar)}
    return {"mean": numpy_images(mean), "decoded": numpy_images(decoded), **log_var}


def encoded(model, x):
    """The mean of images, and the distribution if there is one."""
    output = model.encode(x)
    if type(model).__name__ == "AutoencoderDC":
        return output.latent, None
    if type(model).__name__ == "VQModel":
        return model.quantize(output.latents)[0], None
    q = getattr(output, "latent_dist", None)
    return (output.latents, None) if q is None else (q.mean, q)


def step(model, x):
    """Loss of a training step without noise, and its gradients by key."""
    x = torch_images(x)
    mean, q = encoded(model, x)
    decoded = model.decode(mean).sample
    error = 0.5 * (x - decoded).square().sum() + 0.5 * math.log(2 * math.pi) * x.numel()
    loss = (error + (0 if q is None else BETA * q.kl().sum()) + of_codes(model, x)) / len(x)
    loss.backward()
    return loss.item(), {key: p.grad.numpy() for key, p in model.named_parameters()}


def of_codes(model, x):
    """What moves vectors and codes towards each other, of a model with codes."""
    if type(model).__name__ != "VQModel":
        return 0
    z = model.encode(x).latents
    indices = model.quantize(z)[2][2]
    z = z.movedim(1, -1).reshape(len(indices), -1)
    codes = model.quantize.embedding(indices)
    commitment, auxiliary = (z - codes.detach()).square(), (z.detach() - codes).square()
    return (COMMITMENT * commitment + auxiliary).sum()


def record(name):
    """Write the file of a case."""
    config, shape = CASES[name]
    shapes = {key: tuple(value.shape) for key, value in upstream(config).state_dict().items()}
    tensors, x = weights(shapes), images(shape)
    loss, gradients = step(upstream(config, without_noise(tensors, config)), x)
    FOLDER.mkdir(exist_ok=True)
    np.savez_compressed(
        FOLDER / f"{name}.npz",
        config=json.dumps(config),
        shapes=json.dumps(shapes),
        **outputs(upstream(config, tensors), x),
        loss=loss,
        gradients=probes({key: gradients[key] for key in shapes}),
    )


if __name__ == "__main__":
    for case in sys.argv[1:] or CASES:
        record(case)
