"""Libraries that evaluation needs here and there, imported where they are used."""

import contextlib
from collections.abc import Iterator
from typing import Any


@contextlib.contextmanager
def optional(owner: str, library: str = "scikit-learn") -> Iterator[Any]:
    """Context of an import that may fail: it then names the extra that brings the library.

    Args:
        owner: str, the function that was called.
        library: str. Defaults to `"scikit-learn"`.

    Raises:
        ImportError: if the import fails.
    """
    try:
        yield
    except ImportError as error:
        raise ImportError(f"{owner} needs {library}: pip install keras_vae[evaluation]") from error
