"""The terms of a pass, handed from `call` to `compute_loss` by name."""

import threading
from typing import Any


class TermsOfPass(threading.local):
    """The objective's terms of the last pass in this thread.

    Keras calls `call` and then `compute_loss` in one thread, and traces both into one step. Each
    replica of `tf.distribute` has a thread of its own, and so its own terms.
    """

    def __init__(self) -> None:
        self._terms: dict[str, Any] = {}

    def put(self, terms: dict[str, Any]) -> None:
        """Keep the terms of a pass."""
        self._terms = terms

    def take(self) -> dict[str, Any]:
        """The terms of the last pass, which are then forgotten."""
        terms, self._terms = self._terms, {}
        return terms
