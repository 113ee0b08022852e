"""What callbacks promise to the compiled loop, which runs many steps in one call."""

from collections.abc import Callable


def once_a_block(hook: Callable) -> Callable:
    """Mark a batch hook that may be called once for a block of steps.

    The compiled loop cuts its blocks down to single steps for callbacks with batch hooks, but not
    for hooks that are marked.
    """
    hook.once_a_block = True
    return hook


def is_once_a_block(hook: Callable) -> bool:
    """Whether a batch hook may be called once for a block of steps."""
    return getattr(hook, "once_a_block", False)
