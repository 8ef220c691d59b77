"""A table that cannot grow without end: what was worked out once, until there is too much of it."""

from __future__ import annotations


class Remembered[K, V](dict[K, V]):
    """A dictionary of at most `limit` entries; when it is full it begins anew."""

    __slots__ = ("_limit",)

    def __init__(self, limit: int) -> None:
        super().__init__()
        self._limit = limit

    def __setitem__(self, key: K, value: V) -> None:
        if len(self) >= self._limit:
            self.clear()
        super().__setitem__(key, value)
