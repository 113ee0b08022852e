"""From what a preset is called to a folder on this machine."""

import difflib
import os
import re
import shutil
import tempfile
from pathlib import Path

from keras_vae import atomic
from keras_vae.datasets import files
from keras_vae.pretrained.archives import extract_preset
from keras_vae.pretrained.bundled import BUNDLED, bundled_names
from keras_vae.pretrained.diffusers import file_patterns, is_foreign
from keras_vae.pretrained.diffusers.tensors import SAFETENSORS
from keras_vae.pretrained.errors import PresetError
from keras_vae.pretrained.folder import CONFIG, FILES, is_whole
from keras_vae.pretrained.hub import hub_library
from keras_vae.pretrained.limits import MAX_BYTES

_SHA256 = re.compile("[0-9a-f]{64}")
#: as the hub's own library has it: of revisions, only those in `refs/` have slashes
_HUB = re.compile(
    r"hf://([\w-][\w.-]*/[\w-][\w.-]*)(?:@(refs/\w+/[\w.-]+|[\w.-]+))?((?:/[\w-][\w.-]*)*)"
)
#: where the folder of a whole diffusion model has its autoencoder
SUBFOLDER = "vae"
#: the name in the cache of a file that is not an archive
ONE_FILE = f"weights{SAFETENSORS}"


def find_preset(
    source: str | os.PathLike[str], sha256: str | None = None, variant: str | None = None
) -> Path:
    """The folder of a preset, fetched first where it is not on this machine.

    Args:
        source: name of a preset inside the package; path of a folder, or of a `.safetensors` file;
            `"hf://user/repo"`, with `@revision` and `/subfolder` behind it or not; or
            `"https://..."`, a `.zip`, `.tar` or `.safetensors` file.
        sha256: str, of the file behind a URL, where it is a must. Defaults to `None`.
        variant: str, such as `"fp16"`, of the weights in a folder of the diffusers library.
            Defaults to `None`.

    Returns:
        Path of the folder or the file.

    Raises:
        ValueError: if `source` is none of these, or if the checksum is missing, wrong, or given
            where there is no file.
        PresetError: if what was fetched is damaged, too large, or no archive of a preset.
        ConnectionError: if the source cannot be reached.
        ImportError: if huggingface_hub is needed and missing.
        OSError: if the cache cannot be written.
    """
    if not isinstance(source, (str, os.PathLike)):
        raise ValueError(f"from_preset needs a name, a path or a URL. Received: {source!r}")
    text = os.fspath(source)
    if variant is not None and not re.fullmatch(r"\w+", str(variant)):
        raise ValueError(
            f"from_preset needs variant as a word, such as 'fp16'. Received: variant={variant!r}"
        )
    if text.lower().startswith("https://"):
        return fetch_archive(text, sha256)
    if sha256 is not None:
        raise ValueError(
            f"from_preset takes sha256 with an https:// source only. Received: {text!r} with it"
        )
    if text.startswith("hf://"):
        return _from_hub(text, variant)
    if text in bundled_names():
        return BUNDLED / text
    folder = _local(text)
    if folder is not None:
        return folder
    near = difflib.get_close_matches(text, bundled_names(), n=1)
    raise ValueError(
        f"from_preset needs one of {bundled_names()}, a folder, 'hf://user/repo' or 'https://...'. "
        f"Received: {text!r}." + (f" Did you mean {near[0]!r}?" if near else "")
    )


def _local(text: str) -> Path | None:
    """The folder of this path, if there is one."""
    try:
        path = Path(text).expanduser()
        if path.is_file() and path.suffix == SAFETENSORS:
            return path
        folder = atomic.whole_folder(path)
        return _autoencoder_in(folder) if folder.is_dir() else None
    except (OSError, ValueError, RuntimeError):  # a name too long, a zero byte, no home
        return None


def _autoencoder_in(folder: Path) -> Path:
    """The folder itself, or its autoencoder's, where it is one of a whole diffusion model."""
    inner = folder / SUBFOLDER
    return inner if not (folder / CONFIG).exists() and (inner / CONFIG).is_file() else folder


def fetch_archive(url: str, sha256: str | None) -> Path:
    """The folder of a preset that lies as an archive behind a URL, kept in Keras' cache.

    A damaged copy in the cache is fetched again.

    Args:
        url: str.
        sha256: str, of the archive, or of the one file of weights.

    Returns:
        Path of the folder, or of the file.

    Raises:
        ValueError: if `sha256` is missing or no such, or the archive has another one.
        PresetError: if the archive is damaged, too large, or does not hold a preset.
        ConnectionError: if the URL cannot be reached.
        OSError: if the cache cannot be written.
    """
    if not isinstance(sha256, str) or not _SHA256.fullmatch(sha256):
        raise ValueError(
            "from_preset needs the sha256 of what lies behind a URL, 64 hexadecimal digits in "
            f"lower case. Received: sha256={sha256!r}"
        )
    cache = files.cache_folder().parent / "keras_vae_presets"
    folder = cache / sha256
    if not _is_kept(folder):
        with atomic.atomic_folder(folder) as unpacked, tempfile.TemporaryDirectory() as scratch:
            path = files.download(url, scratch, sha256, MAX_BYTES)
            if path.suffix == SAFETENSORS:
                shutil.move(path, unpacked / ONE_FILE)
            else:
                extract_preset(path, unpacked)
            if not _is_kept(unpacked):
                raise PresetError(
                    f"{url} must hold a whole preset. Received: files that are not those of its "
                    "card. Nothing was kept"
                )
    folder = atomic.whole_folder(folder)
    return folder / ONE_FILE if (folder / ONE_FILE).is_file() else folder


def _is_kept(folder: Path) -> bool:
    """Whether the cache has a whole preset, or what another library wrote."""
    return (folder / ONE_FILE).is_file() or is_foreign(folder) or is_whole(folder)


def _from_hub(source: str, variant: str | None) -> Path:
    match = _HUB.fullmatch(source)
    if match is None:
        raise ValueError(
            "from_preset needs hf://user/repo, with @revision and /subfolder behind it or not. "
            f"Received: {source!r}"
        )
    huggingface_hub = hub_library("from_preset('hf://...')")
    repo, revision, subfolder = match.groups()
    subfolder = subfolder.strip("/")
    names = sorted({*FILES, *file_patterns(variant)})
    folders = [subfolder] if subfolder else ["", SUBFOLDER]
    patterns = [f"{folder}/{name}".lstrip("/") for folder in folders for name in names]
    try:
        found = huggingface_hub.snapshot_download(
            repo_id=repo, revision=revision, allow_patterns=patterns
        )
    # Its errors for "no network", "no such repository" and "nothing in the cache" have bases of
    # several libraries, which change with its version.
    except Exception as error:
        raise ConnectionError(f"{source} cannot be fetched: {error}") from error
    return _autoencoder_in(Path(found) / subfolder)
