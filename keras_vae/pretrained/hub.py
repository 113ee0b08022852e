"""Presets on the Hugging Face Hub: a folder goes up, and `from_preset("hf://...")` reads it."""

import os
import re
from types import ModuleType

from keras_vae.checks import refuse

#: as `from_preset` takes it
_REPO = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*")


def check_repo(repo: str) -> str:
    """The name of a repository, `"org/name"`.

    Raises:
        ValueError: if it is none.
    """
    if not isinstance(repo, str) or not _REPO.fullmatch(repo):
        refuse("push_to_hub", "a repository's name as 'org/name'", repo=repo)
    return repo


def hub_library(owner: str) -> ModuleType:
    """huggingface_hub, imported when it is used.

    Raises:
        ImportError: if it is missing; the error says how to install it.
    """
    try:
        import huggingface_hub
    except ImportError as error:
        raise ImportError(f"{owner} needs huggingface_hub: pip install keras_vae[hub]") from error
    return huggingface_hub


def upload(
    folder: str | os.PathLike[str],
    repo: str,
    token: str | bool | None = None,
    private: bool | None = None,
    message: str | None = None,
) -> str:
    """Put all files of a folder into a repository, which is made if it is missing.

    Args:
        folder: path.
        repo: str, `"org/name"`.
        token: str, of the hub. Defaults to `None`: that of `hf auth login`, or of `HF_TOKEN`.
        private: bool, whether a new repository is private. Defaults to `None`, as the
            organisation has it.
        message: str, of the commit. Defaults to `None`: one that names the package.

    Returns:
        str, the repository's address.

    Raises:
        ImportError: if huggingface_hub is missing.
        ConnectionError: if the hub cannot be reached, or refuses.
    """
    api = hub_library("push_to_hub").HfApi(token=token)
    try:
        address = api.create_repo(repo_id=repo, private=private, exist_ok=True)
        api.upload_folder(
            repo_id=repo,
            folder_path=os.fspath(folder),
            commit_message=message or "Upload a preset of keras_vae",
        )
    # Its errors for "no network", "no such token" and "not allowed" have bases of several
    # libraries, which change with its version.
    except Exception as error:
        raise ConnectionError(f"{repo} cannot be written on the hub: {error}") from error
    return str(address)
