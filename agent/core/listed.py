"""The catalogue's index where a site has outside lists: the own entries first, then what the lists claim.

The order, which decides alone:

1. An entry of catalogue/*.yaml wins over every list, however long the list's entry is.
2. What the whole web shares (catalogue/shared.yaml) is claimed by no list. Hosts under it are taken out, or their
   list refused, when a list is taken in (agent/lists/checks.py).
3. Of the lists the longest entry wins; of one entry, the list that site.yaml names first. An exception of a list
   holds for that list alone.
4. Keywords and patterns come last, and never fit a host under a shared name.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from agent.core.catalogue import DictIndex, HostKind, Match, Service
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

    @property
    def claims(self) -> Sequence[tuple[Claim, ...]]:
        """What lists say of a name, by number."""

    @property
    def find(self) -> Callable[[str, str], tuple[str, int] | None]:
        """Finds the longest entry that a name is, or is under, with the number of what lists say of it.

        Asked with the name and its last two labels.
        """

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


_made = tuple.__new__
"""Makes a `Match` in half the time of its own constructor."""


class _Answer(NamedTuple):
    """What some claims come to: for the name itself, for one below it; `excepting` are lists that want neither."""

    whole: Meant | None
    below: Meant | None
    excepting: frozenset[str]


class ListedIndex:
    """`HostIndex` over the own entries and a table of lists. A list without a meaning claims nothing."""

    __slots__ = ("_answers", "_claimed", "_find", "_never", "_own", "_patterns", "_roots", "_table", "meanings")

    def __init__(
        self, own: DictIndex, table: HostTable, meanings: Mapping[str, Meant], never: frozenset[str] = frozenset()
    ) -> None:
        self._own, self._table, self.meanings = own.find, table, meanings
        self._roots = own.roots()
        self._never = never
        self._claimed = frozenset(parent for name in never for parent in suffixes(name))
        self._patterns = tuple(one for one in table.patterns if one[1] in meanings)
        self._find = table.find
        self._answers = tuple(self._answer(claims) for claims in table.claims)

    def find(self, name: str) -> Match | None:
        """See `HostIndex.find`."""
        root = name[name.rfind(".", 0, name.rfind(".")) + 1 :]
        found = self._own(name) if root in self._roots else None
        if found is not None:
            return found
        hit = self._find(name, root)
        if hit is None:
            return self._fitting(name) if self._patterns else None
        entry, number = hit
        whole, below, excepting = self._answers[number]
        meant = whole if entry == name else below
        if meant is not None and not excepting and entry not in self._claimed:  # so it nearly always is
            return _made(Match, (meant.service, meant.kind, entry))
        return self._listed(name, hit) or (self._fitting(name) if self._patterns else None)

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

    def _answer(self, claims: Sequence[Claim], excepted: Collection[str] = ()) -> _Answer:
        excepting = frozenset(claim.list for claim in claims if claim.how is How.EXCEPT)
        meant = [
            (self.meanings[claim.list], claim.how)
            for claim in claims
            if claim.list in self.meanings and claim.list not in excepting and claim.list not in excepted
        ]
        whole = min((one for one, _ in meant), key=_rank, default=None)
        below = min((one for one, how in meant if how is How.WITHIN), key=_rank, default=None)
        return _Answer(whole, below, excepting)

    def _at(self, name: str) -> tuple[str, int] | None:
        return self._find(name, ".".join(name.rsplit(".", 2)[-2:]))

    def _above(self, hit: tuple[str, int] | None) -> Iterator[tuple[str, int]]:
        """An entry and those above it, the longest first."""
        while hit is not None:
            yield hit
            hit = self._at(hit[0].partition(".")[2])

    def _listed(self, name: str, hit: tuple[str, int]) -> Match | None:
        """What the lists say where one of them makes an exception, or claims a name alone."""
        excepted: frozenset[str] = frozenset()
        for entry, number in self._above(hit):
            excepted |= self._answers[number].excepting
            answer = self._answer(self._table.claims[number], excepted)
            meant = answer.whole if entry == name else answer.below
            if meant is not None and entry not in self._claimed:
                return Match(meant.service, meant.kind, entry)
        return None

    def _fitting(self, name: str) -> Match | None:
        if name in self._claimed or any(one in self._never for one in suffixes(name)):
            return None
        excepted = {list for _, number in self._above(self._at(name)) for list in self._answers[number].excepting}
        fitting = [
            self.meanings[one] for pattern, one in self._patterns if one not in excepted and pattern.search(name)
        ]
        found = min(fitting, key=_rank, default=None)
        return Match(found.service, found.kind, name) if found else None


def _rank(meant: Meant) -> int:
    return meant.rank
