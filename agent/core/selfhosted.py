"""Servers that people run themselves, told by the look of their names: `mastodon.example.org`, `peertube.example.net`.

Nobody can list the thousands of servers of the Fediverse, but many bear the name of what runs on them as their first
label. That alone is looked at, only where no entry of the catalogue fits, and only with a domain below it: a brand as
somebody's own domain (`mastodon.com`, `mastodon.co.uk`) says nothing. Its error is named: a server under any other
name is not found so, and a page about such software at `mastodon.example.org` is taken for one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from agent.core.hosts import suffixes
from agent.core.registries import is_registry

if TYPE_CHECKING:
    from agent.core.catalogue import Match

RESERVED = frozenset({"example", "test", "invalid", "localhost", "local", "internal", "arpa", "onion", "lan", "home"})
"""Nobody's server is reached from the Internet under these."""


class SelfHosted:
    """The first labels that tell a service, and the shared names under which they tell nothing."""

    __slots__ = ("_labels", "_shared")

    def __init__(self, labels: Mapping[str, Match], shared: Iterable[str] = ()) -> None:
        self._labels = dict(labels)
        self._shared = frozenset(shared)

    def find(self, name: str) -> Match | None:
        """The match of a canonical name by its first label, or None."""
        label, _, rest = name.partition(".")
        match = self._labels.get(label)
        if match is None or "." not in rest or is_registry(rest) or rest.rpartition(".")[2] in RESERVED:
            return None
        return None if self._shared.intersection(suffixes(rest)) else match._replace(entry=name)
