"""The catalogue's index where a site has outside lists: the own entries first, then what the lists claim.

The order, which decides alone:

1. An entry of catalogue/*.yaml wins over every list, however long the list's entry is.
2. What the whole web shares (catalogue/shared.yaml) is claimed by no list; a host under it may be.
3. Of the lists the longest entry wins; of one entry, the list that site.yaml names first. An exception of a list
   holds for that list alone.
4. Keywords and patterns come last, and never fit a host under a shared name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from agent.core.catalogue import HostIndex, HostKind, Match, Service
from agent.core.hosts import suffixes
from agent.core.lists import Claim, How


class Pattern(Protocol):
    """A compiled pattern: `re.Pattern`, or whatever else can be searched for."""

    def search(self, string: str, /) -> object | None:
        """Something where it fits."""


class HostTable(Protocol):
    """Where the hosts of lists are looked up; agent/lists keeps them in a file that all workers share."""

    @property
    def lists(self) -> Sequence[str]:
        """The ids of its lists."""

    @property
    def patterns(self) -> Sequence[tuple[Pattern, str]]:
        """Patterns with the list that each is of."""

    def find(self, name: str) -> tuple[str, tuple[Claim, ...]] | None:
        """The longest entry that `name` is, or is under, with what lists say of it."""

    def few(self, list: str) -> Collection[str] | None:
        """The hosts of a list that is short enough for the resolver; None for a longer one."""

    def count(self, list: str) -> int:
        """How many hosts a list has."""


@dataclass(frozen=True, slots=True)
class Meant:
    """What the hosts of a list are; `rank` is its place in site.yaml."""

    rank: int
    service: Service
    kind: HostKind


class ListedIndex:
    """`HostIndex` over the own entries and a table of lists. A list without a meaning claims nothing."""

    __slots__ = ("_claimed", "_never", "_own", "_patterns", "_table", "meanings")

    def __init__(
        self, own: HostIndex, table: HostTable, meanings: Mapping[str, Meant], never: frozenset[str] = frozenset()
    ) -> None:
        self._own, self._table, self.meanings = own, table, meanings
        self._never = never
        self._claimed = frozenset(parent for name in never for parent in suffixes(name))
        self._patterns = tuple(one for one in table.patterns if one[1] in meanings)

    def find(self, name: str) -> Match | None:
        """See `HostIndex.find`."""
        found = self._own.find(name)
        if found is not None:
            return found
        hit = self._table.find(name)
        if hit is not None:
            found = self._listed(name, hit)
        if found is None and self._patterns:
            found = self._fitting(name)
        return found

    def names(self) -> Iterator[tuple[str, str]]:
        """See `HostIndex.names`: what the own entries leave to lists."""
        for list, meant in sorted(self.meanings.items(), key=lambda pair: pair[1].rank):
            for name in self._table.few(list) or ():
                found = self.find(name)
                if found is not None and found.service is meant.service and found.entry == name:
                    yield name, meant.service.id

    def beyond(self) -> Mapping[str, int]:
        """See `HostIndex.beyond`."""
        long = [(list, meant) for list, meant in self.meanings.items() if self._table.few(list) is None]
        counts: dict[str, int] = {}
        for list, meant in long:
            counts[meant.service.id] = counts.get(meant.service.id, 0) + self._table.count(list)
        return counts

    def _listed(self, name: str, hit: tuple[str, tuple[Claim, ...]] | None) -> Match | None:
        """What the lists say, from the longest entry up."""
        excepted: set[str] = set()
        while hit is not None:
            entry, claims = hit
            excepted.update(claim.list for claim in claims if claim.how is How.EXCEPT)
            found = None if entry in self._claimed else self._first(claims, excepted, entry == name)
            if found is not None:
                return Match(found.service, found.kind, entry)
            _, dot, above = entry.partition(".")
            hit = self._table.find(above) if dot else None
        return None

    def _first(self, claims: Sequence[Claim], excepted: Collection[str], whole: bool) -> Meant | None:
        fitting = [
            self.meanings[claim.list]
            for claim in claims
            if claim.list in self.meanings and claim.list not in excepted and (whole or claim.how is How.WITHIN)
        ]
        return min(fitting, key=lambda meant: meant.rank, default=None)

    def _fitting(self, name: str) -> Match | None:
        if name in self._claimed or any(one in self._never for one in suffixes(name)):
            return None
        excepted = self._excepting(name)
        fitting = [
            self.meanings[one] for pattern, one in self._patterns if one not in excepted and pattern.search(name)
        ]
        found = min(fitting, key=lambda meant: meant.rank, default=None)
        return Match(found.service, found.kind, name) if found else None

    def _excepting(self, name: str) -> frozenset[str]:
        """The lists that except this name, or one above it."""
        hit, found = self._table.find(name), set[str]()
        while hit is not None:
            found.update(claim.list for claim in hit[1] if claim.how is How.EXCEPT)
            _, dot, above = hit[0].partition(".")
            hit = self._table.find(above) if dot else None
        return frozenset(found)
