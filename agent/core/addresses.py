"""The account of addresses: which stand for social media, as the resolver answered or *sense* read, and until when.

The resolver puts addresses into the kernel's sets and never takes one out. This account says when each was last
answered, and for which name of the catalogue, never to whom; an address leaves when nothing has named it for long
enough that no device can still have it from an answer. In memory only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

KEEP = 3600.0
"""Seconds after its last answer that an address stays: twice the longest life of an answer here (30 minutes)."""

SOCIAL = 0
"""The number of the set of all addresses; the others are those of classes."""

MOST_FOUND = 4096
"""Addresses that stand for a service only because a client called them by its name: any client can say any name."""


class Found(NamedTuple):
    """What *sense* read behind an address: a service's name, where no answer needs to have named the address."""

    service: str


class Adopted(NamedTuple):
    """What an earlier steward left: it may stand for anything, so it stands for everything."""


Reason = str | Found | Adopted
"""Why an address stands here: a domain of the plan that it was answered for, or one of the above."""
Numbers = Mapping[Reason, tuple[int, ...]]
"""The classes in whose own sets an address belongs for each reason. Who has none belongs in `SOCIAL` alone."""

Elements = dict[int, set[str]]
"""Addresses by the number of their set."""


class Addresses:
    """Address → for what it was answered, and when last (seconds of any clock that only goes on)."""

    __slots__ = ("_found", "_most_found", "_not_before", "_seen", "_six")

    def __init__(self, most_found: int = MOST_FOUND) -> None:
        self._seen: dict[str, dict[Reason, float]] = {}
        self._found: dict[tuple[str, Found], None] = {}
        self._most_found = most_found
        self._not_before = 0.0
        self._six = 0

    def __len__(self) -> int:
        """How many addresses there are."""
        return len(self._seen)

    def __contains__(self, address: str) -> bool:
        """True if the address stands for social media."""
        return address in self._seen

    @property
    def families(self) -> tuple[int, int]:
        """How many of them are of IPv4 and of IPv6, counted all along."""
        return len(self._seen) - self._six, self._six

    def answered(self, address: str, now: float, domain: str = "") -> bool:
        """Note an answer for a domain of the plan; True if that domain did not have this address before."""
        return self._note(address, now, domain)

    def found(self, address: str, now: float, service: str) -> bool:
        """Note that a client called an address by a name of this service; True if that was not known."""
        reason = Found(service)
        self._found.pop((address, reason), None)
        self._found[address, reason] = None  # the last that was found is the last to go
        return self._note(address, now, reason)

    def crowded_out(self, numbers: Numbers) -> Elements:
        """Forget what was found too long ago to have room; what must leave the sets for it."""
        left: Elements = {}
        while len(self._found) > self._most_found:
            address, reason = next(iter(self._found))
            _join(left, self._drop(address, [reason], numbers), address)
        return left

    def adopt(self, addresses: Iterable[str], now: float) -> None:
        """Note what stands in the kernel though nothing is known of it: as if answered now, for anything."""
        for address in addresses:
            self._note(address, now, Adopted())

    def leave_out(self, barred: Callable[[str], bool]) -> None:
        """Forget addresses that are never to be steered, whatever they were answered for."""
        for address in [one for one in self._seen if barred(one)]:
            self._drop(address, list(self._seen[address]), {})

    def postpone(self, now: float, keep: float = KEEP) -> None:
        """Answers were missed: for as long as an answer may live, nothing is swept."""
        self._not_before = now + keep

    def expired(self, now: float, keep: float = KEEP) -> frozenset[str]:
        """The addresses that nothing has named for `keep` seconds."""
        if now < self._not_before:
            return frozenset()
        return frozenset(address for address, reasons in self._seen.items() if max(reasons.values()) + keep <= now)

    def sets_of(self, address: str, numbers: Numbers) -> frozenset[int]:
        """The sets that must hold an address."""
        return frozenset(number for reason in self._seen.get(address, ()) for number in _sets(reason, numbers))

    def elements(self, numbers: Numbers) -> Elements:
        """What the sets must hold, by the classes of each reason."""
        found: Elements = {}
        for address in self._seen:
            _join(found, self.sets_of(address, numbers), address)
        return found

    def sweep(self, numbers: Numbers, now: float, keep: float = KEEP) -> Elements:
        """Forget what is too old; what must leave the sets for it."""
        left: Elements = {}
        if now < self._not_before:
            return left
        for address, reasons in list(self._seen.items()):
            old = [reason for reason, last in reasons.items() if last + keep <= now]
            if old:
                _join(left, self._drop(address, old, numbers), address)
        return left

    def _note(self, address: str, now: float, reason: Reason) -> bool:
        reasons = self._seen.get(address)
        if reasons is None:
            reasons = self._seen[address] = {}
            self._six += ":" in address
        new = reason not in reasons
        reasons[reason] = now
        return new

    def _drop(self, address: str, old: Iterable[Reason], numbers: Numbers) -> frozenset[int]:
        """Forget some reasons of an address; the sets that it leaves for that."""
        before, reasons = self.sets_of(address, numbers), self._seen[address]
        for reason in old:
            del reasons[reason]
            if isinstance(reason, Found):
                del self._found[address, reason]
        if not reasons:
            del self._seen[address]
            self._six -= ":" in address
        return before - self.sets_of(address, numbers)


def _join(elements: Elements, numbers: Iterable[int], address: str) -> None:
    for number in numbers:
        elements.setdefault(number, set()).add(address)


def _sets(reason: Reason, numbers: Numbers) -> Iterator[int]:
    yield SOCIAL
    yield from numbers.get(reason, ())
