"""How old names say that they will go."""

import warnings


def deprecate(old: str, new: str) -> None:
    """Warn that `old` is deprecated, and that `new` takes its place."""
    warnings.warn(
        f"{old} is deprecated, and will be removed in 0.3. Use {new}.",
        DeprecationWarning,
        stacklevel=3,
    )
