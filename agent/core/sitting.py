"""How long a person's visit to a service lasts: from an act until two minutes after the last one.

A page that is left open goes on asking: who is online, is there news, here is my log. That is nobody's doing, so it
never begins a visit that had ended and keeps none alive for longer than `LASTS`. Live traffic and recorded traces are
judged by this one rule.

Its error: whoever reads one page for longer than two minutes without scrolling to anything new is not seen doing so;
whoever leaves a page open is seen for two minutes too long; a page that fetches new pictures by itself looks like a
person who scrolls; whoever watches a film that comes from a host which is not opened is a contact after two minutes;
and where nothing was known of a service before (a trace that begins later, a gateway begun anew),
its first request begins a visit, even if an open page asked it.
"""

from __future__ import annotations

from agent.core.activity import LOADING, Activity, Request
from agent.core.catalogue import HostKind
from agent.core.looks import asks_again, measures

LASTS = 120.0
"""Seconds after a person's last act."""
REMEMBERED = 256
"""Calls of a page, for each visit: a call that was made before is asked again."""
FORGOTTEN = 2 * 3600.0
"""Seconds of silence after which nothing is known of a service any more."""


class Sitting:
    """One person at one service. `acted` and `heard` are epoch seconds."""

    __slots__ = ("_asked", "acted", "heard")

    def __init__(self, at: float) -> None:
        self.acted = self.heard = at
        self._asked: set[tuple[str, str, str]] = set()

    def goes_on(self, at: float, host: str, kind: HostKind, activity: Activity, request: Request) -> bool:
        """True if this request belongs to a visit: it is an act, or the last one is not long ago."""
        self.heard = at
        if self._is_act(host, kind, activity, request):
            self.acted = at
        return self.lasts(at)

    def lasts(self, at: float) -> bool:
        """True until two minutes after the last act; a clock that was put back prolongs nothing."""
        return abs(at - self.acted) < LASTS

    def _is_act(self, host: str, kind: HostKind, activity: Activity, request: Request) -> bool:
        if activity not in LOADING or request.is_document or request.navigates:
            return True
        if measures(host, request.path) or asks_again(request.path):
            return False
        if kind is HostKind.ASSET or request.shows:
            return True  # pictures and films of what is looked at
        call = (request.method, host, request.path)
        known = call in self._asked
        if len(self._asked) < REMEMBERED:
            self._asked.add(call)
        return not known


class Sittings:
    """The sittings of every device at every service, in memory; the one that was silent longest goes first."""

    __slots__ = ("_limit", "_sittings")

    def __init__(self, limit: int = 20_000) -> None:
        self._sittings: dict[tuple[str, str], Sitting] = {}
        self._limit = limit

    def __len__(self) -> int:
        return len(self._sittings)

    def goes_on(  # one parameter for each thing that is known of a request
        self, device: str, service: str, at: float, host: str, kind: HostKind, activity: Activity, request: Request
    ) -> bool:
        """See `Sitting.goes_on`; the first request that is heard of begins one."""
        sitting = self._sittings.pop((device, service), None)
        if sitting is None or abs(at - sitting.heard) > FORGOTTEN:
            sitting = Sitting(at)
        self._sittings[(device, service)] = sitting
        if len(self._sittings) > self._limit:
            del self._sittings[next(iter(self._sittings))]
        return sitting.goes_on(at, host, kind, activity, request)

    def lasts(self, device: str, service: str, at: float) -> bool:
        """True if that device's visit has not ended."""
        sitting = self._sittings.get((device, service))
        return sitting is not None and sitting.lasts(at)

    def forget(self, now: float) -> None:
        """Drop what was silent for so long that nothing is known of it any more."""
        old = [key for key, sitting in self._sittings.items() if abs(now - sitting.heard) > FORGOTTEN]
        for key in old:
            del self._sittings[key]
