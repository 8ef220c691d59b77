"""What a made-up day brings: who uses which service when, on what, and where; of one seed always the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from random import Random
from typing import NamedTuple

from agent.app.demo.people import Member, address, pupils_tablets
from agent.app.demo.school import OFFICIAL_ID, PERMITTED
from agent.core.clients import Role, Zone

_HOSTS = {
    "www.facebook.com": 24,
    "www.instagram.com": 20,
    "www.youtube.com": 18,
    "web.whatsapp.com": 14,
    "www.tiktok.com": 8,
    "www.linkedin.com": 6,
    "www.pinterest.com": 5,
    "www.reddit.com": 3,
    "x.com": 3,
    "tinder.com": 1,
}
_OWN_PHONE = 0.12


class Pause(NamedTuple):
    """A stretch of the day in minutes after midnight, how likely somebody is at it, for how long, and where."""

    begins: int
    ends: int
    chance: float
    longest: int
    zone: Zone


_PAUSES = (
    Pause(8 * 60, 8 * 60 + 40, 0.3, 8, Zone.CLASSROOM),
    Pause(9 * 60, 10 * 60 + 28, 0.16, 3, Zone.CLASSROOM),
    Pause(10 * 60 + 30, 10 * 60 + 44, 0.4, 9, Zone.CLASSROOM),
    Pause(10 * 60 + 45, 11 * 60 + 55, 0.14, 3, Zone.CLASSROOM),
    Pause(12 * 60, 12 * 60 + 45, 0.8, 24, Zone.STAFF_ROOM),
    Pause(12 * 60 + 10, 12 * 60 + 50, 0.25, 12, Zone.CLASSROOM),
    Pause(13 * 60, 15 * 60 + 10, 0.18, 4, Zone.CLASSROOM),
    Pause(15 * 60 + 16, 16 * 60 + 40, 0.45, 22, Zone.STAFF_ROOM),
)
_OFFICE = frozenset({Role.SUPPORT_STAFF, Role.HEADTEACHER})


class Sight(NamedTuple):
    """One minute of use: `minute` after local midnight; `account` is the number in its cookie, "" for none."""

    minute: int
    person: str
    address: str
    host: str
    requests: int
    up: int
    down: int
    account: str = ""


def day_of(staff: tuple[Member, ...], day: date, seed: int, pupils_in: bool) -> list[Sight]:
    """What the day brings, in order of time. `pupils_in`: pupils are at school and try now and then, too."""
    sights = [sight for one in staff for sight in _member(one, day, seed)]
    if pupils_in:
        sights += _pupils(day, seed)
    return sorted(sights)


def _member(one: Member, day: date, seed: int) -> Iterator[Sight]:
    appetite = 0.35 + Random(f"{seed} {one.id}").random() * 1.3  # noqa: S311
    chance = Random(f"{seed} {day} {one.id}")  # noqa: S311
    for pause in _PAUSES:
        if chance.random() < pause.chance * appetite:
            yield from _sitting(one, pause, chance)
    if one.id in PERMITTED and chance.random() < 0.6:
        yield from _for_the_school(one, chance)


def _sitting(one: Member, pause: Pause, chance: Random) -> Iterator[Sight]:
    host = chance.choices(tuple(_HOSTS), tuple(_HOSTS.values()))[0]
    zone = Zone.OFFICE if one.role in _OFFICE else pause.zone
    number = one.phone if chance.random() < _OWN_PHONE else one.laptop
    begins = chance.randint(pause.begins, pause.ends)
    account = str(200_000_000_000_000 + one.laptop)
    for minute in range(begins, min(begins + chance.randint(1, pause.longest), pause.ends + 1)):
        yield _sight(minute, one.id, address(zone, number), host, chance, account)


def _for_the_school(one: Member, chance: Random) -> Iterator[Sight]:
    begins = chance.randint(13 * 60, 16 * 60)
    where = address(Zone.OFFICE, one.laptop)
    for minute in range(begins, begins + chance.randint(4, 15)):
        yield _sight(minute, one.id, where, "www.facebook.com", chance, OFFICIAL_ID)


def _pupils(day: date, seed: int) -> Iterator[Sight]:
    chance = Random(f"{seed} {day} pupils")  # noqa: S311
    for number in chance.sample(pupils_tablets(), 25):
        host = chance.choices(tuple(_HOSTS), tuple(_HOSTS.values()))[0]
        yield _sight(chance.randint(9 * 60, 15 * 60), "", address(Zone.CLASSROOM, number), host, chance)


def _sight(minute: int, person: str, where: str, host: str, chance: Random, account: str = "") -> Sight:
    requests = chance.randint(1, 9)
    return Sight(
        minute, person, where, host, requests, 900 * requests, chance.randint(4_000, 90_000) * requests, account
    )
