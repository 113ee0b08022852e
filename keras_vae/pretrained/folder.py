"""The three files of a preset: written whole or not at all, and checked when they are read."""

import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path

import keras

from keras_vae.pretrained.safe_config import check_config, without_state
from keras_vae.pretrained.weights_file import write_weights
from keras_vae.serialization import without_backend
from keras_vae.version import __version__

CONFIG, WEIGHTS, METADATA = "config.json", "model.weights.h5", "metadata.json"
#: files of a preset, in the order in which they are asked for
FILES = (METADATA, CONFIG, WEIGHTS)
#: raised when a file's meaning changes, so that older packages refuse what they would misread
FORMAT_VERSION = 1
#: keys of the card that `write_preset` fills in
OWN_KEYS = ("format_version", "class_name", "num_parameters", "versions", "sha256")


def write_preset(vae, folder, metadata=None):
    """Write a model as a preset, whole or not at all.

    Args:
        vae: `keras_vae.VAE`.
        folder: path; a preset that is there is replaced.
        metadata: dict for the card, of what JSON knows. Defaults to `None`.

    Raises:
        ValueError: if `folder` is something else than a preset, or if `metadata` is no such dict
            or has keys that are filled in here.
    """
    folder, metadata = Path(folder), _checked_metadata(metadata)
    if folder.exists() and not (folder / CONFIG).is_file():
        raise ValueError(
            "save_to_preset needs a new folder, or one of an earlier preset. "
            f"Received: {folder}, which is something else"
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
    try:
        config = without_state(without_backend(keras.saving.serialize_keras_object(vae)))
        check_config(config)
        _write_json(scratch / CONFIG, config)
        write_weights(vae, scratch / WEIGHTS)
        own = {
            "format_version": FORMAT_VERSION,
            "class_name": config["registered_name"],
            "num_parameters": vae.count_params(),
            "versions": {
                "keras_vae": __version__,
                "keras": keras.__version__,
                "backend": keras.backend.backend(),
            },
            "sha256": {name: _sha256(scratch / name) for name in (CONFIG, WEIGHTS)},
        }
        _write_json(scratch / METADATA, {**metadata, **own})
        os.chmod(scratch, 0o755)  # scratch folders are the owner's alone
        replace_folder(scratch, folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _checked_metadata(metadata):
    metadata = {} if metadata is None else metadata
    try:
        json.dumps(metadata)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"save_to_preset needs metadata that JSON knows. Received: {error}"
        ) from error
    taken = sorted(set(metadata) & set(OWN_KEYS)) if isinstance(metadata, dict) else None
    if taken is None or taken:
        raise ValueError(
            f"save_to_preset needs metadata as a dict without the keys {list(OWN_KEYS)}, which it "
            f"fills in. Received: metadata={metadata!r}"
        )
    return metadata


def replace_folder(new, folder):
    """Put the folder `new` where `folder` is or is not yet; what was there is deleted."""
    new, folder = Path(new), Path(folder)
    old = None
    if folder.exists():
        old = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-old-"))
        folder.rename(old / folder.name)
    new.rename(folder)
    if old is not None:
        shutil.rmtree(old)


def write_metadata(folder, metadata):
    """Replace a preset's card; the other two files stay."""
    path = Path(folder) / METADATA
    scratch = path.with_name(f".{METADATA}.new")
    _write_json(scratch, metadata)
    scratch.replace(path)


def read_metadata(folder):
    """A preset's card, as a dict.

    Raises:
        FileNotFoundError: if there is none.
        ValueError: if it is damaged, or was written by a newer version of the package.
    """
    metadata = _read_json(_require(Path(folder), METADATA))
    version = metadata.get("format_version")
    if not isinstance(version, int) or version < 1:
        raise ValueError(
            f"{folder}/{METADATA} needs a format_version. Received: format_version={version!r}"
        )
    if version > FORMAT_VERSION:
        raise ValueError(
            f"{folder} was written by a newer keras_vae: upgrade the package. Expected: "
            f"format_version <= {FORMAT_VERSION} (keras_vae {__version__}). Received: "
            f"format_version={version}"
        )
    return metadata


def open_preset(folder):
    """The config and the path of the weights of a preset, both checked against its card.

    Args:
        folder: path.

    Returns:
        Pair of a dict and a path.

    Raises:
        FileNotFoundError: if a file is missing.
        ValueError: if a file is damaged, or was written by a newer version of the package.
    """
    folder = Path(folder)
    metadata = read_metadata(folder)
    expected = metadata.get("sha256")
    for name in (CONFIG, WEIGHTS):
        path = _require(folder, name)
        if not isinstance(expected, dict) or _sha256(path) != expected.get(name):
            raise ValueError(
                f"{path} is damaged or was changed: its sha256 must be the one in {METADATA}. "
                "Fetch the preset again"
            )
    return _read_json(folder / CONFIG), folder / WEIGHTS


def _require(folder, name):
    path = folder / name
    if not path.is_file():
        raise FileNotFoundError(
            f"{folder} is no preset: it needs the files {', '.join(FILES)}. Received: no {name}"
        )
    return path


def _sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _write_json(path, value):
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")


def _read_json(path):
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:  # bad JSON and bad UTF-8 alike
        raise ValueError(f"{path} is damaged: it must be JSON. Received: {error}") from error
    if not isinstance(value, dict):
        raise ValueError(f"{path} must hold a JSON object. Received: {type(value).__name__}")
    return value
