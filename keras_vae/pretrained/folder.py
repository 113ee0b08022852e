"""The three files of a preset: written whole or not at all, and checked when they are read."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import keras

from keras_vae import atomic
from keras_vae.checks import refuse
from keras_vae.pretrained.errors import PresetError
from keras_vae.pretrained.limits import MAX_BYTES, MAX_JSON_BYTES
from keras_vae.pretrained.model_card import CARD, REPORT, model_card
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


def write_preset(
    vae: keras.Model,
    folder: str | os.PathLike[str],
    metadata: dict[str, Any] | None = None,
    card: bool | str = False,
    report: str | os.PathLike[str] | None = None,
    source: str | None = None,
) -> None:
    """Write a model as a preset, whole or not at all.

    Args:
        vae: `keras_vae.VAE`.
        folder: path; a preset that is there is replaced.
        metadata: dict for the card, of what JSON knows. Defaults to `None`.
        card: bool, whether to write a model card as `README.md`; or str, its text. Defaults to
            `False`.
        report: path of an HTML page that is copied beside the card, which links to it. Defaults to
            `None`.
        source: str, what the card says that `from_preset` takes. Defaults to `None`: `folder`.

    Raises:
        ValueError: if `folder` is something else than a preset, or if `metadata` is not such a dict
            or has keys that are filled in here; if `card` is no bool or str, or there is a
            `report` without a card.
        FileNotFoundError: if there is no such report.
        OSError: if a file cannot be written, as on a full disk; an earlier preset is kept.
    """
    given, folder, metadata = folder, Path(folder), _checked_metadata(metadata)
    page = _checked_card(card, report)
    if folder.exists() and not (folder / CONFIG).is_file():
        raise ValueError(
            "save_to_preset needs a new folder, or one of an earlier preset. "
            f"Received: {folder}, which is something else"
        )
    config = without_state(without_backend(keras.saving.serialize_keras_object(vae)))
    check_config(config)
    with atomic.atomic_folder(folder) as scratch:
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
        if page is not None:
            (scratch / REPORT).write_bytes(page)
        if card:
            shown = source or os.fspath(given)
            link = None if page is None else REPORT
            text = card if isinstance(card, str) else None
            made = text or model_card(config, {**metadata, **own}, shown, link)
            (scratch / CARD).write_text(made, encoding="utf-8")


def _checked_card(card: Any, report: Any) -> bytes | None:
    """The report's content, if there is one."""
    if not isinstance(card, (bool, str)):
        refuse("save_to_preset", "True, False or the text of the card", card=card)
    if report is None:
        return None
    if not card:
        refuse("save_to_preset", "True or a text where there is a report", card=card)
    return Path(report).read_bytes()


def _checked_metadata(metadata: Any) -> dict[str, Any]:
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


def write_metadata(folder: str | os.PathLike[str], metadata: dict[str, Any]) -> None:
    """Replace a preset's card; the other two files stay.

    Args:
        folder: path of the preset.
        metadata: dict, the whole card.

    Raises:
        OSError: if it cannot be written; the old card is kept.
    """
    atomic.write_text(Path(folder) / METADATA, _json(metadata))


def read_metadata(folder: str | os.PathLike[str]) -> dict[str, Any]:
    """A preset's card, as a dict.

    Args:
        folder: path of the preset.

    Raises:
        FileNotFoundError: if there is none.
        PresetError: if it is damaged, or was written by a newer version of the package.
    """
    metadata = _read_json(_require(atomic.whole_folder(folder), METADATA))
    version = metadata.get("format_version")
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise PresetError(
            f"{folder}/{METADATA} needs a format_version. Received: format_version={version!r}"
        )
    if version > FORMAT_VERSION:
        raise PresetError(
            f"{folder} was written by a newer keras_vae: upgrade the package. Expected: "
            f"format_version <= {FORMAT_VERSION} (keras_vae {__version__}). Received: "
            f"format_version={version}"
        )
    return metadata


def open_preset(folder: str | os.PathLike[str]) -> tuple[dict[str, Any], Path]:
    """The config and the path of the weights of a preset, both checked against its card.

    Args:
        folder: path.

    Returns:
        Pair of a dict and a path.

    Raises:
        FileNotFoundError: if a file is missing.
        PresetError: if a file is damaged or too large, or was written by a newer version of the
            package.
    """
    folder = atomic.whole_folder(folder)
    metadata = read_metadata(folder)
    expected = metadata.get("sha256")
    for name in (CONFIG, WEIGHTS):
        path = _require(folder, name)
        if not isinstance(expected, dict) or _sha256(path) != expected.get(name):
            raise PresetError(
                f"{path} is damaged or was changed: its sha256 must be the one in {METADATA}. "
                "Fetch the preset again"
            )
    return _read_json(folder / CONFIG), folder / WEIGHTS


def is_whole(folder: str | os.PathLike[str]) -> bool:
    """Whether all files of a preset are there, and are those that its card tells of."""
    try:
        open_preset(folder)
    except (FileNotFoundError, PresetError):
        return False
    return True


def _require(folder: Path, name: str) -> Path:
    path = folder / name
    if not path.is_file():
        raise FileNotFoundError(
            f"{folder} is not a preset: it needs the files {', '.join(FILES)}. Received: no {name}"
        )
    limit = MAX_BYTES if name == WEIGHTS else MAX_JSON_BYTES
    if path.stat().st_size > limit:
        raise PresetError(
            f"{path} must have at most {limit} bytes. Received: {path.stat().st_size} bytes"
        )
    return path


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_json(path: Path, value: Any) -> None:
    path.write_text(_json(value), encoding="utf-8")


def _json(value: Any) -> str:
    return json.dumps(value, indent=1) + "\n"


def _read_json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:  # bad JSON and bad UTF-8 alike; too deep
        raise PresetError(f"{path} is damaged: it must be JSON. Received: {error}") from error
    if not isinstance(value, dict):
        raise PresetError(f"{path} must hold a JSON object. Received: {type(value).__name__}")
    return value
