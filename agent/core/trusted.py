"""What time it is, for the one thing that cannot be undone: two sources must agree before anything is destroyed.

A clock set forward must not destroy early, and one that was set back must not keep long. The wall clock alone can tell
neither. So beside it stand

- **counting**: the time at the last look, plus the seconds that the machine itself has counted since (Linux counts them
  from its start, whatever becomes of the clock). Within one start of the machine that is exact; over a restart it is
  the least that can have passed, for nobody counted while the machine was off;
- **the network**: the kernel says whether the wall clock is kept by NTP. Setting the clock by hand takes that away;
- **the battery clock**, for the time in which the machine was off. The wall clock is set from it at the start, so it
  counts only after an hour's running, in which NTP would have put both right; and as both may be wrong alike, it adds
  no more than a long weekend to what was counted. A longer time off stands once NTP or a person says so;
- **what was last written here**, at the first look, when there is no count yet: the database's own file, if it was
  written to within the last days by the wall clock, and not later than now;
- **a person** who names today's date.

The time to act by is the wall clock's if another source says the same, else the count. Where NTP and a count that NTP
once confirmed contradict each other within one start, the count holds: no second passed that the machine did not count.
If at the first look nothing agrees, nothing is destroyed. The count only ever lags, and only without NTP and battery:
then the record lives longer by the time that the machine was off, and `retention status` says so. What this does not
withstand is the machine's root, who can write all of these.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

SLACK = 300.0
"""Seconds by which two sources may differ and still agree."""
DRIFT = 0.001
"""And so much of the time between: no clock that works is further out."""
SETTLED = 3600.0
"""Seconds after the start from which the battery clock counts."""
GAP = 4 * 86_400.0
"""A long weekend in seconds: where a machine is in use something was written within it, and it is off no longer."""


class By(StrEnum):
    """What the time stands on besides the wall clock."""

    NETWORK = "network"
    COUNT = "count"
    BATTERY = "battery-clock"
    WRITTEN = "last-written"
    PERSON = "person"
    ALONE = "clock-alone"


@dataclass(frozen=True, slots=True)
class Sources:
    """One look: UTC seconds of the wall clock and the battery clock, which start of the machine, seconds since it.

    `written`: when the record was last written to, by its file; None where there is none.
    """

    wall: float
    boot: str
    up: float
    synchronised: bool = False
    battery: float | None = None
    written: float | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """What the last look found: the time to act by then. `confirmed` if NTP confirmed it in this start."""

    at: float
    boot: str
    up: float
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Trusted:
    """The time to act by, in UTC seconds, and what it stands on.

    `astray` are the seconds that the wall clock is ahead of it, negative if behind; `leapt` those by which the time is
    now known to be later than the last look and the count would make it.
    """

    at: float
    by: By
    astray: float
    confirmed: bool = False
    leapt: float = 0.0

    @property
    def settled(self) -> bool:
        """True if two sources say so: only then may anything be destroyed."""
        return self.by is not By.ALONE

    @property
    def agreed(self) -> bool:
        """True if the wall clock says the same."""
        return abs(self.astray) <= SLACK


def trusted(mark: Mark | None, now: Sources, said: bool = False) -> Trusted:
    """The time to act by, from the last look and this one. `said` if a person named today's date as the wall's."""
    if mark is None:
        return _found(now.wall, By.PERSON, now) if said else _first(now)
    same = mark.boot == now.boot
    counted = mark.at + (max(0.0, now.up - mark.up) if same else now.up)
    if said:
        found = _found(now.wall, By.PERSON, now)
    else:
        found = _same_start(mark, now, counted) if same else _after_restart(now, counted)
    return replace(found, leapt=found.at - counted)


def mark_of(found: Trusted, now: Sources) -> Mark:
    """What the next look compares with."""
    return Mark(found.at, now.boot, now.up, found.confirmed)


def _first(now: Sources) -> Trusted:
    if now.synchronised:
        return _network(now)
    if now.battery is not None:
        agrees = abs(now.wall - now.battery) <= SLACK
        return _found(min(now.wall, now.battery) if agrees else now.wall, By.BATTERY if agrees else By.ALONE, now)
    lately = now.written is not None and -SLACK <= now.wall - now.written <= GAP
    return _found(now.wall, By.WRITTEN if lately else By.ALONE, now)


def _same_start(mark: Mark, now: Sources, counted: float) -> Trusted:
    agrees = abs(now.wall - counted) <= _slack(now.up - mark.up)
    if now.synchronised and (agrees or not mark.confirmed):
        return _network(now)
    return Trusted(counted, By.COUNT, now.wall - counted, mark.confirmed)


def _after_restart(now: Sources, least: float) -> Trusted:
    if now.synchronised:
        return _network(now)
    behind = now.wall < least + _slack(now.up)
    by_battery = now.battery is not None and abs(now.wall - now.battery) <= SLACK and now.up >= SETTLED
    if not behind and by_battery:
        return _found(min(now.wall, least + GAP), By.BATTERY, now)
    return _found(least, By.COUNT, now)


def _network(now: Sources) -> Trusted:
    return Trusted(now.wall, By.NETWORK, 0.0, confirmed=True)


def _found(at: float, by: By, now: Sources) -> Trusted:
    return Trusted(at, by, now.wall - at)


def _slack(seconds: float) -> float:
    return SLACK + DRIFT * max(0.0, seconds)


type Look = Callable[[], Sources]
"""Reads the sources now."""
