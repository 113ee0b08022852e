"""What was compiled for the shapes that came last; older ones give way."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

#: shapes of data for which a compiled function keeps its programs
MOST = 16


class Recent:
    """Values by key that are made when they are asked for; those asked for last are kept.

    Args:
        most: int >= 1, values that are kept. Defaults to `None`, 16.
    """

    def __init__(self, most: int | None = None) -> None:
        self.most = MOST if most is None else most
        self._values: OrderedDict[Hashable, Any] = OrderedDict()

    def find(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """The value of a key, made by `make()` where it is not there."""
        # Not `in` and a look after it: another thread may drop the value in between.
        try:
            self._values.move_to_end(key)
            return self._values[key]
        except KeyError:
            value = self._values[key] = make()
        while len(self._values) > self.most:
            self._values.popitem(last=False)
        return value

    def values(self) -> list[Any]:
        """The values that are there, the one asked for last at the end."""
        return list(self._values.values())

    def clear(self) -> None:
        """Forget all values."""
        self._values.clear()

    def __len__(self) -> int:
        return len(self._values)
