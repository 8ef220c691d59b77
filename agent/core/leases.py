"""Leases, sessions and sightings → which device held an address, and when. Pure: the instants come with the claims.

Each source claims that a device (by its MAC address) has an address from an instant on. A claim that one who allots
addresses or lets devices in (DHCP, RADIUS) makes anew ends what others said before and have not said again since.
What two still claim at the same time is contested: then nobody guesses who it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from agent.core.held import Held


class Source(StrEnum):
    """Who says that a device has an address."""

    RADIUS = "radius"
    DHCP = "dhcp"
    NEIGHBOURS = "neighbours"


_ALLOT = frozenset({Source.RADIUS, Source.DHCP})


class Claim(NamedTuple):
    """A device has an address from `starts` to just before `ends`; `seen` is when that was last said for sure."""

    mac: str
    starts: float
    seen: float
    ends: float
    source: Source
    interface: str = ""


class Session(NamedTuple):
    """A device is let in at an access point; `person` is who signed in, by an id that the site knows, or ""."""

    starts: float
    ends: float
    point: str
    person: str


class History:
    """Everything claimed within the time that is remembered; `news` says what has changed since it was last asked.

    Who invents more than `MOST_ADDRESSES` is remembered no further; of one address the oldest claims go.
    """

    MOST_ADDRESSES = 250_000
    MOST_CLAIMS = 500

    def __init__(self) -> None:
        self._claims: dict[str, list[Claim]] = {}
        self._sessions: dict[str, list[Session]] = {}
        self._addresses: dict[str, set[str]] = {}
        self._held: dict[str, tuple[Held, ...]] = {}
        self._changed: set[str] = set()
        self.contests = 0
        """How often two devices were found to claim one address."""

    @property
    def held(self) -> Mapping[str, tuple[Held, ...]]:
        """By address the pieces in order, as of the last `news`."""
        return self._held

    def claim(self, address: str, claim: Claim) -> None:
        """A source says that a device has an address; a claim that goes on from its last one is the same."""
        claims = self._claims.get(address)
        if claims is None:
            if len(self._claims) >= self.MOST_ADDRESSES:
                return
            claims = self._claims[address] = []
        place = _going_on(claims, claim)
        if place is not None:
            before = claims.pop(place)
            claim = claim._replace(
                starts=min(before.starts, claim.starts),
                seen=max(before.seen, claim.seen),
                interface=claim.interface or before.interface,
            )
        self._place(claims, _cut(claim, claims))
        self._addresses.setdefault(claim.mac, set()).add(address)
        self._changed.add(address)

    def _place(self, claims: list[Claim], claim: Claim) -> None:
        if claim.source in _ALLOT:
            claims[:] = [one._replace(ends=claim.starts) if _ends_with(one, claim) else one for one in claims]
        claims.append(claim)
        del claims[: -self.MOST_CLAIMS]

    def end(self, address: str, source: Source, at: float, mac: str = "") -> None:
        """A source says no more that a device, or any, has this address."""
        claims = self._claims.get(address, [])
        for i, one in enumerate(claims):
            if one.source is source and one.starts <= at < one.ends and mac in ("", one.mac):
                claims[i] = one._replace(ends=at)
                self._changed.add(address)

    def let_in(self, mac: str, session: Session) -> None:
        """A device was let in at an access point, or is still there: it is nowhere else from then on."""
        sessions = self._sessions.setdefault(mac, [])
        if sessions and sessions[-1].ends > session.starts:
            last = sessions.pop()
            if (last.point, last.person) == (session.point, session.person):
                session = session._replace(starts=last.starts)
            elif last.starts < session.starts:
                sessions.append(last._replace(ends=session.starts))
        sessions.append(session)
        self._changed |= self._addresses.get(mac, set())

    def left(self, mac: str, at: float) -> None:
        """A device has left its access point."""
        sessions = self._sessions.get(mac, [])
        if sessions and sessions[-1].ends > at:
            sessions[-1] = sessions[-1]._replace(ends=max(at, sessions[-1].starts))
            self._changed |= self._addresses.get(mac, set())

    def forget(self, before: float) -> None:
        """Drop what was over by then."""
        self._addresses = {}
        for address, claims in self._claims.items():
            kept = [one for one in claims if one.ends > before]
            if len(kept) < len(claims):
                self._changed.add(address)
                claims[:] = kept
            for one in kept:
                self._addresses.setdefault(one.mac, set()).add(address)
        for mac, sessions in list(self._sessions.items()):
            sessions[:] = [one for one in sessions if one.ends > before]
            if not sessions:
                del self._sessions[mac]

    def news(self) -> dict[str, tuple[Held, ...]]:
        """The pieces of each address of which anything has changed; none of one that is forgotten."""
        changed, self._changed = self._changed, set()
        news: dict[str, tuple[Held, ...]] = {}
        for address in changed:
            pieces, before = self._pieces(address), self._held.get(address, ())
            if pieces == before:
                continue
            news[address] = pieces
            told = {piece.starts for piece in before if piece.contested}
            self.contests += sum(piece.contested and piece.starts not in told for piece in pieces)
            if pieces:
                self._held[address] = pieces
            else:
                self._held.pop(address, None)
                self._claims.pop(address, None)
        return news

    def _pieces(self, address: str) -> tuple[Held, ...]:
        found: list[Held] = []
        for piece in self._cut_by_sessions(pieces(self._claims.get(address, ()))):
            last = found[-1] if found else None
            if last is not None and last.ends == piece.starts and last[2:] == piece[2:]:
                found[-1] = last._replace(ends=piece.ends)
            else:
                found.append(piece)
        return tuple(found)

    def _cut_by_sessions(self, whole: Iterable[Held]) -> Iterator[Held]:
        """Each piece, cut where its device comes to another access point."""
        for piece in whole:
            sessions = [s for s in self._sessions.get(piece.mac, ()) if s.starts < piece.ends and s.ends > piece.starts]
            edges = {edge for s in sessions for edge in (s.starts, s.ends) if piece.starts < edge < piece.ends}
            for starts, ends in pairwise(sorted({piece.starts, *edges, piece.ends})):
                here = next((s for s in sessions if s.starts <= starts < s.ends), None)
                cut = piece._replace(starts=starts, ends=ends)
                yield cut._replace(point=here.point, person=here.person) if here else cut


def pieces(claims: Iterable[Claim]) -> Iterator[Held]:
    """What claims on one address come to, in order and without overlap."""
    standing = [one for one in claims if one.starts < one.ends]
    edges = sorted({edge for one in standing for edge in (one.starts, one.ends)})
    for starts, ends in pairwise(edges):
        here = [one for one in standing if one.starts <= starts < one.ends]
        if not here:
            continue
        macs = {one.mac for one in here}
        said = "+".join(source for source in Source if any(one.source is source for one in here))
        interface = next((one.interface for one in here if one.interface), "")
        yield Held(starts, ends, macs.pop() if len(macs) == 1 else "", said, interface=interface)


def _going_on(claims: list[Claim], claim: Claim) -> int | None:
    """The place of the claim that this one goes on from: by the same source, of the same device, without a gap."""
    for i in range(len(claims) - 1, -1, -1):
        one = claims[i]
        if one.source is claim.source and one.mac == claim.mac and one.starts <= claim.seen <= max(one.ends, one.seen):
            return i
    return None


def _cut(claim: Claim, claims: Iterable[Claim]) -> Claim:
    """The claim as far as it goes: another device's that was allotted since it was last said for sure ends it."""
    since = (one.starts for one in claims if _ends_with(claim, one) and one.source in _ALLOT)
    return claim._replace(ends=min([claim.ends, *since]))


def _ends_with(one: Claim, other: Claim) -> bool:
    return other.mac != one.mac and one.seen < other.starts < one.ends
