"""Old public names that still work, with a warning."""

import warnings


def deprecate(old: str, new: str) -> None:
    """Warn that a public name is deprecated.

    Args:
        old: what the user wrote.
        new: what to write in its place.
    """
    message = f"{old} is deprecated, and will be removed in 0.3. Use {new}."
    warnings.warn(message, DeprecationWarning, stacklevel=3)
