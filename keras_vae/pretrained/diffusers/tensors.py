"""Tensors in safetensors files, which hold numbers alone: whole, in shards, in half precision."""

import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from keras_vae.pretrained.errors import PresetError

Tensors = dict[str, np.ndarray]

#: how the names of files of weights, and of their indices, begin and end
STEM, SAFETENSORS = "diffusion_pytorch_model", ".safetensors"
ENDS = (SAFETENSORS, ".json")
#: kinds of numbers that weights may have
_DTYPES = ("F64", "F32", "F16", "BF16")


def weights_name(variant: str | None = None) -> str:
    """The name of a folder's file of weights.

    Args:
        variant: str, such as `"fp16"`. Defaults to `None`.
    """
    return f"{STEM}{SAFETENSORS}" if variant is None else f"{STEM}.{variant}{SAFETENSORS}"


def file_patterns(variant: str | None = None) -> list[str]:
    """Patterns of the names of all files that a folder needs, in shards or not.

    Args:
        variant: str, such as `"fp16"`. Defaults to `None`.
    """
    shards = f"{STEM}-*-of-*{SAFETENSORS}" if variant is None else f"{STEM}*-of-*{SAFETENSORS}"
    return ["config.json", weights_name(variant), shards, *_index_names(variant)]


def _index_names(variant: str | None) -> list[str]:
    if variant is None:
        return [f"{STEM}{SAFETENSORS}.index.json"]
    # The second is the form of old versions.
    return [
        f"{STEM}{SAFETENSORS}.index.{variant}.json",
        f"{STEM}.{variant}{SAFETENSORS}.index.json",
    ]


def weights_files(folder: Path, variant: str | None = None) -> list[Path]:
    """The files of a folder's weights: one, or the shards that an index names.

    Args:
        folder: path.
        variant: str, such as `"fp16"`. Defaults to `None`.

    Raises:
        FileNotFoundError: if there is none of this variant.
        PresetError: if the index is damaged, or names files elsewhere.
    """
    whole = folder / weights_name(variant)
    if whole.is_file():
        return [whole]
    for name in _index_names(variant):
        if (folder / name).is_file():
            return _shards(folder / name)
    found = sorted(path.name for path in folder.glob(f"*{SAFETENSORS}"))
    raise FileNotFoundError(
        f"{folder} needs the file {weights_name(variant)}, or an index of its shards; variant="
        f"'fp16' asks for the half-precision one. Received: the files {found}"
    )


def _shards(index: Path) -> list[Path]:
    try:
        names = sorted(set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()))
        inside = all(Path(name).name == name and name.endswith(SAFETENSORS) for name in names)
    except Exception as error:  # no JSON, or JSON of another kind
        raise PresetError(f"{index} must be an index of shards. Received: {error!r}") from error
    if not inside:
        raise PresetError(f"{index} must name files beside itself. Received: {names}")
    for name in names:
        if not (index.parent / name).is_file():
            raise FileNotFoundError(f"{index} names a file that is missing: {name}")
    return [index.parent / name for name in names]


def read_tensors(files: list[Path], prefix: str = "") -> Tensors:
    """All tensors of files, as NumPy arrays; half precision comes in float32.

    Args:
        files: paths.
        prefix: str, of the keys that are read; it is cut off. Defaults to `""`, all keys.

    Raises:
        ImportError: if safetensors is missing.
        PresetError: if a file is damaged, holds what is not a number, or one key twice.
    """
    safetensors = _library()
    tensors: Tensors = {}
    for path in files:
        try:
            with safetensors.safe_open(path, framework="np") as file:
                for key in file.keys():
                    if not key.startswith(prefix):
                        continue
                    name = key[len(prefix) :]
                    _check_dtype(path, key, file.get_slice(key).get_dtype(), name in tensors)
                    tensors[name] = np.asarray(file.get_tensor(key), "float32")
        except PresetError:
            raise
        except Exception as error:  # the library's own, and those of files
            raise PresetError(f"{path} must be a safetensors file. Received: {error}") from error
    return tensors


def tensor_keys(path: Path) -> list[str]:
    """The keys of a file; none of its tensors is read.

    Raises:
        ImportError: if safetensors is missing.
        PresetError: if the file is damaged.
    """
    safetensors = _library()
    try:
        with safetensors.safe_open(path, framework="np") as file:
            return list(file.keys())
    except Exception as error:
        raise PresetError(f"{path} must be a safetensors file. Received: {error}") from error


def _check_dtype(path: Path, key: str, dtype: str, twice: bool) -> None:
    if dtype not in _DTYPES or twice:
        problem = "one key in two files" if twice else f"dtype {dtype}"
        raise PresetError(
            f"{path} must hold each tensor once, of one of the dtypes {_DTYPES}. Received: "
            f"{problem}, {key!r}"
        )


def write_tensors(tensors: Mapping[str, np.ndarray], path: str | os.PathLike[str]) -> None:
    """Write a safetensors file, in float32.

    Raises:
        ImportError: if safetensors is missing.
        OSError: if the file cannot be written.
    """
    _library()
    from safetensors.numpy import save_file

    contiguous = {key: np.ascontiguousarray(value, "float32") for key, value in tensors.items()}
    save_file(contiguous, path, metadata={"format": "pt"})


def num_numbers(tensors: Tensors) -> int:
    """The numbers in all tensors together."""
    return sum(math.prod(tensor.shape) for tensor in tensors.values())


def _library() -> ModuleType | Any:
    try:
        # NumPy learns of bfloat16 from ml_dtypes, which Keras needs too.
        import ml_dtypes  # noqa: F401
        import safetensors
    except ImportError as error:
        raise ImportError(
            "Weights of the diffusers library need safetensors: pip install keras_vae[hub]"
        ) from error
    return safetensors
