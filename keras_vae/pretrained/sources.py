"""From what a preset is called to a folder on this machine."""

import difflib
import os
import re
import shutil
import tempfile
from pathlib import Path

from keras_vae.datasets import files
from keras_vae.pretrained.archives import extract_preset
from keras_vae.pretrained.bundled import BUNDLED, bundled_names
from keras_vae.pretrained.folder import FILES, replace_folder

_SHA256 = re.compile("[0-9a-f]{64}")
_HUB = re.compile(r"hf://([\w.-]+/[\w.-]+)(?:@([\w./-]+))?")


def find_preset(source, sha256=None):
    """The folder of a preset, fetched first where it is not on this machine.

    Args:
        source: name of a preset inside the package; path of a folder; `"hf://user/repo"`, or
            `"hf://user/repo@revision"`; or `"https://..."`, a `.zip` or `.tar` file.
        sha256: str, of the file behind a URL, where it is a must. Defaults to `None`.

    Returns:
        Path of the folder.

    Raises:
        ValueError: if `source` is none of these, or if the checksum is missing, wrong, or given
            where there is no file.
        ConnectionError: if the source cannot be reached.
        ImportError: if huggingface_hub is needed and missing.
    """
    if not isinstance(source, (str, os.PathLike)):
        raise ValueError(f"from_preset needs a name, a path or a URL. Received: {source!r}")
    text = os.fspath(source)
    if text.startswith("https://"):
        return fetch_archive(text, sha256)
    if sha256 is not None:
        raise ValueError(
            f"from_preset takes sha256 with an https:// source only. Received: {text!r} with it"
        )
    if text.startswith("hf://"):
        return _from_hub(text)
    if text in bundled_names():
        return BUNDLED / text
    folder = Path(text).expanduser()
    if folder.is_dir():
        return folder
    near = difflib.get_close_matches(text, bundled_names(), n=1)
    raise ValueError(
        f"from_preset needs one of {bundled_names()}, a folder, 'hf://user/repo' or 'https://...'. "
        f"Received: {text!r}." + (f" Did you mean {near[0]!r}?" if near else "")
    )


def fetch_archive(url, sha256):
    """The folder of a preset that lies as an archive behind a URL, kept in Keras' cache."""
    if not isinstance(sha256, str) or not _SHA256.fullmatch(sha256):
        raise ValueError(
            "from_preset needs the sha256 of what lies behind a URL, 64 hexadecimal digits in "
            f"lower case. Received: sha256={sha256!r}"
        )
    cache = files.cache_folder().parent / "keras_vae_presets"
    folder = cache / sha256
    if not folder.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(dir=cache, prefix=".fetching-"))
        try:
            unpacked = scratch / "preset"
            unpacked.mkdir()
            extract_preset(files.download(url, scratch, sha256), unpacked)
            replace_folder(unpacked, folder)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    return folder


def _from_hub(source):
    match = _HUB.fullmatch(source)
    if match is None:
        raise ValueError(
            f"from_preset needs hf://user/repo or hf://user/repo@revision. Received: {source!r}"
        )
    try:
        import huggingface_hub
    except ImportError as error:
        raise ImportError(
            "hf:// presets need huggingface_hub: pip install keras_vae[hub]"
        ) from error
    repo, revision = match.groups()
    return Path(
        huggingface_hub.snapshot_download(
            repo_id=repo, revision=revision, allow_patterns=list(FILES)
        )
    )
