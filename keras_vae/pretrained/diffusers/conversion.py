"""From a folder or file of the diffusers library to a model's arguments and tensors, and back."""

import json
import os
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_vae import atomic, backend
from keras_vae.pretrained.diffusers import (  # noqa: F401  they register themselves
    autoencoder_dc,
    autoencoder_kl,
    autoencoder_tiny,
    vq_model,
)
from keras_vae.pretrained.diffusers.converter import CONVERTERS, Converter
from keras_vae.pretrained.diffusers.old_names import (
    config_of,
    from_latent_diffusion,
    is_latent_diffusion,
    prefix_of,
)
from keras_vae.pretrained.diffusers.tensors import (
    Tensors,
    read_tensors,
    tensor_keys,
    weights_files,
    weights_name,
    write_tensors,
)
from keras_vae.pretrained.errors import PresetError
from keras_vae.pretrained.limits import MAX_JSON_BYTES, check_num_parameters
from keras_vae.serialization import registered_class

CONFIG, CLASS = "config.json", "_class_name"
#: keys that an error names, at most, of each kind
_NAMED = 5


def is_foreign(path: Path) -> bool:
    """Whether a path is a folder of the diffusers library, or a safetensors file."""
    if path.is_file():
        return path.suffix == ".safetensors"
    return CLASS in _config(path)


def _config(folder: Path) -> dict[str, Any]:
    path = folder / CONFIG
    if not path.is_file() or path.stat().st_size > MAX_JSON_BYTES:
        return {}
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        return {}  # whoever reads it next says so
    return config if isinstance(config, dict) else {}


def arguments_and_tensors(
    path: Path, variant: str | None = None
) -> tuple[Converter, dict[str, Any], Tensors]:
    """What a folder or a file holds: its converter, our model's arguments, and the tensors.

    Args:
        path: path of a folder, or of a file in latent diffusion's layout.
        variant: str, such as `"fp16"`, of a folder's weights. Defaults to `None`.

    Raises:
        FileNotFoundError: if the folder has no weights of this variant.
        ImportError: if safetensors is missing.
        PresetError: if the class or a key of the config is not supported, or a file is damaged.
    """
    if path.is_file():
        config, tensors = _read_file(path)
    else:
        config, tensors = _config(path), read_tensors(weights_files(path, variant))
    name = config[CLASS]
    if not isinstance(name, str) or name not in CONVERTERS:
        raise PresetError(
            f"Of the diffusers library from_preset takes the classes {sorted(CONVERTERS)}. "
            f"Received: {CLASS}={name!r}"
        )
    converter = CONVERTERS[name]
    try:
        arguments = converter.read(config)
    except PresetError:
        raise
    except Exception as error:  # of a value of another kind
        raise PresetError(f"{path}: config.json is damaged. Received: {error!r}") from error
    return converter, arguments, converter.renamed(tensors)


def _read_file(path: Path) -> tuple[dict[str, Any], Tensors]:
    keys = tensor_keys(path)
    if not is_latent_diffusion(keys):
        raise PresetError(
            f"{path} must hold an autoencoder in latent diffusion's layout, with keys such as "
            f"'encoder.down.0.block.0.conv1.weight'; for others give the folder with config.json. "
            f"Received: keys such as {sorted(keys)[:_NAMED]}"
        )
    tensors = from_latent_diffusion(read_tensors([path], prefix_of(keys)))
    return {**config_of(tensors, path), "scaling_factor": None}, tensors


def build(converter: Converter, arguments: dict[str, Any], tensors: Tensors) -> keras.Model:
    """Our model, untrained.

    Args:
        converter: `Converter` of its class.
        arguments: of its constructor.
        tensors: dict of the library's arrays; the model must not be larger than them.

    Raises:
        PresetError: if the model is larger, or an argument is wrong.
        ValueError: if the factor of the latents is missing.
    """
    if arguments.get("scaling_factor", 1.0) is None:
        raise ValueError(
            "A file in latent diffusion's layout does not say the factor of its latents: pass "
            "from_preset(..., scaling_factor=0.18215) for Stable Diffusion 1 and 2, 0.13025 for "
            "SDXL. Received: scaling_factor=None"
        )
    cls = model_class(converter)
    num_weights = converter.most_numbers * sum(tensor.size for tensor in tensors.values())
    try:
        check_num_parameters(lambda: cls(**arguments), num_weights, in_time=False)
    except PresetError:
        raise
    except Exception as error:  # constructors and Keras raise several kinds
        raise PresetError(
            f"The config and the arguments beside it must describe a {cls.__name__}. "
            f"Received: {error}"
        ) from error
    with backend.low_optimization_compile():  # of the initial weights' draws
        return cls(**arguments)


def model_class(converter: Converter) -> type:
    """Our class that a converter makes."""
    cls = registered_class(converter.model)
    if cls is None:
        raise ValueError(f"Not a class of keras_vae. Received: {converter.model!r}")
    return cls


def converter_of(model: keras.Model) -> Converter:
    """The converter of a model's class.

    Raises:
        ValueError: if the diffusers library has no such class.
    """
    for converter in CONVERTERS.values():
        if type(model) is model_class(converter):
            return converter
    raise ValueError(
        f"The diffusers library has no {type(model).__name__}. to_diffusers writes models of the "
        f"classes {sorted(CONVERTERS)}. Received: {model!r}"
    )


def load_tensors(model: Any, converter: Converter, tensors: Tensors) -> None:
    """Put tensors of the library into a model; each is used once.

    Args:
        model: our model.
        converter: `Converter` of its class.
        tensors: dict of arrays by the library's keys.

    Raises:
        PresetError: if tensors are missing, left over, or of other shapes than the model's; the
            model is not changed then.
    """
    places = converter.places(model)
    shared = [key for key in places if key in tensors]
    problems = {
        "lacks": [key for key in places if key not in tensors],
        "has beside the model's": [key for key in tensors if key not in places],
        "has in another shape": [
            f"{key} {tensors[key].shape}, not {places[key].shape}"
            for key in shared
            if tensors[key].shape != places[key].shape
        ],
    }
    found = [f"it {what} {_listed(keys)}" for what, keys in problems.items() if keys]
    if found:
        raise PresetError(
            f"The weights must be those of the {converter.name} that its config describes. "
            f"Received: {'; '.join(found)}"
        )
    for key, place in places.items():
        place.set(tensors[key])


def _listed(keys: list[str]) -> str:
    more = f", and {len(keys) - _NAMED} more" if len(keys) > _NAMED else ""
    return f"{len(keys)} tensors: {', '.join(sorted(keys)[:_NAMED])}{more}"


def write_folder(model: keras.Model, folder: str | os.PathLike[str]) -> None:
    """Write a model as the diffusers library writes it, whole or not at all.

    Args:
        model: our model.
        folder: path; a folder that this function or the library wrote is replaced.

    Raises:
        ImportError: if safetensors is missing.
        OSError: if a file cannot be written.
        ValueError: if `folder` is something else, or the library has no such model.
    """
    folder, converter = Path(folder), converter_of(model)
    if folder.exists() and not (folder.is_dir() and is_foreign(folder)):
        raise ValueError(
            "to_diffusers needs a new folder, or one of an earlier model of the diffusers "
            f"library. Received: {folder}, which is something else"
        )
    config = {CLASS: converter.name, **converter.config(model)}
    tensors: dict[str, np.ndarray] = {
        key: place.get() for key, place in converter.places(model).items()
    }
    with atomic.atomic_folder(folder) as scratch:
        (scratch / CONFIG).write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
        write_tensors(tensors, scratch / weights_name())
