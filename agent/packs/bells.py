"""The bells of `site.yaml` → core Bells and BellUses. A period across midnight becomes two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agent.core.clients import Role, Zone
from agent.core.timetable import DAY_MINUTES, Bell, BellUse, Period, PeriodKind, TimeRange
from agent.packs.nodes import Node, say
from agent.packs.references import Known, refer
from agent.packs.scalars import CLOCK, CLOCK_END, ID
from agent.packs.shapes import At, Choice, Located, Unread, one_of
from agent.packs.tables import Field, Listing, Row, fields
from agent.problems import Problems

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NAMED = tuple(kind for kind in PeriodKind if kind is not PeriodKind.CLOSED)
_IDS = Listing(At(ID))
_NO_IDS: tuple[Located[str], ...] = ()

KIND = Field("period", one_of(*_NAMED), says="What this stretch of the day is for.")
FROM = Field("from", CLOCK, says="The first minute, such as 09:00.")
TO = Field("to", CLOCK_END, says="The minute at which it is over; 24:00 is midnight.")
DAYS = Field(
    "days",
    Listing(Choice({day: number for number, day in enumerate(WEEKDAYS)}), least=1),
    (0, 1, 2, 3, 4),
    says="The weekdays; Monday to Friday where none are named.",
)
_PERIOD = fields(KIND, FROM, TO, DAYS)

PERSONS = Field("persons", _IDS, _NO_IDS, says="Persons of people.csv.")
GROUPS = Field("groups", _IDS, _NO_IDS, says="Groups of people.csv.")
ZONES = Field("zones", Listing(one_of(*Zone)), (), says="Zones.")
ROLES = Field("roles", Listing(one_of(*Role)), (), says="Roles.")
ROOMS = Field("rooms", _IDS, _NO_IDS, says="Rooms of zones.")
_FOR = fields(PERSONS, GROUPS, ROOMS, ZONES, ROLES)

BELL = Field("bell", At(ID), says="The bell's name.")
FOR: Field[Row | None] = Field("for", _FOR, None, says="Who follows it; person, group, room, zone, role in this order.")
PERIODS = Field("periods", Listing(_PERIOD, least=1), says="The named stretches; the rest of the day is closed.")
BELLS = Listing(fields(BELL, FOR, PERIODS), least=1)


@dataclass(frozen=True, slots=True)
class Bells:
    """Every bell of the site; `default` is the first, which everybody follows who has no other."""

    bells: dict[str, Bell]
    default: str
    uses: tuple[BellUse, ...]


@dataclass(frozen=True, slots=True)
class _Placed:
    period: Period
    node: Node


def load_bells(rows: Sequence[Row], known: Known, problems: Problems) -> Bells | None:
    """The bells, or None if not even the first could be read."""
    bells: dict[str, Bell] = {}
    uses: list[BellUse] = []
    for number, row in enumerate(rows):
        name = row.get(BELL, None)
        if name is None:
            continue
        if name.value in bells:
            say(problems, name.node, f"two bells are called {name.value!r}", "give one of them another name")
            continue
        bells[name.value] = Bell(name.value, _periods(row.get(PERIODS, ()), problems))
        uses.extend(_use(row, name.value, number == 0, known, problems))
    return Bells(bells, next(iter(bells)), tuple(uses)) if bells else None


def split_at_midnight(kind: PeriodKind, start: int, end: int, days: frozenset[int]) -> Iterator[Period]:
    """One period, or two if it runs past midnight: the second on the days after. Minutes of the day."""
    if start < end:
        yield Period(kind, TimeRange(start, end), days)
        return
    yield Period(kind, TimeRange(start, DAY_MINUTES), days)
    if end:
        yield Period(kind, TimeRange(0, end), frozenset((day + 1) % 7 for day in days))


def _periods(rows: Sequence[Row], problems: Problems) -> list[Period]:
    """The periods that can stand together; overlaps are reported and left out, so that a Bell can be made."""
    placed: list[_Placed] = []
    for row in rows:
        try:
            found = _period(row, problems)
        except Unread:
            continue
        clash = next((p for one in found for p in placed if _clash(one.period, p.period)), None)
        if clash is None:
            placed.extend(found)
        else:
            what = f"this period overlaps the one on line {clash.node.place.line} ({clash.period.kind})"
            say(
                problems,
                row.node,
                what,
                "a minute can belong to one period only; move a time or name the days",
            )
    return [one.period for one in placed]


def _period(row: Row, problems: Problems) -> list[_Placed]:
    start, end = row[FROM], row[TO]
    if start == end:
        say(problems, row.at("to"), "the period ends when it begins", "24:00 is the end of the day")
        raise Unread
    periods = split_at_midnight(row[KIND], start, end, frozenset(row[DAYS]))
    return [_Placed(period, row.node) for period in periods]


def _clash(one: Period, other: Period) -> bool:
    return not one.weekdays.isdisjoint(other.weekdays) and one.range.overlaps(other.range)


def _use(row: Row, bell: str, first: bool, known: Known, problems: Problems) -> Iterator[BellUse]:
    who = row.get(FOR, None)
    if first:
        if who is not None:
            say(
                problems,
                row.at("for"),
                "the first bell is everybody's",
                "delete `for` here, or put another first",
            )
        return
    if who is None:
        if "for" not in row.node.entries:
            say(
                problems,
                row.node,
                "nobody follows this bell",
                "say whose it is, such as for: {groups: [infants]}",
            )
        return
    yield BellUse(
        bell,
        refer(who.get(PERSONS, ()), known.persons, "person", problems),
        refer(who.get(GROUPS, ()), known.groups, "group", problems),
        frozenset(who.get(ZONES, ())),
        frozenset(who.get(ROLES, ())),
        refer(who.get(ROOMS, ()), known.rooms, "room", problems),
    )
    if not who.node.entries:
        say(problems, who.node, "nobody follows this bell", "name persons, groups, rooms, zones or roles")
