"""A school small enough to be worked out by hand, its weeks, and the reports of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from agent.core.reported import Kind, Slice
from agent.core.smallcounts import FEW, THRESHOLD, tell
from agent.report.counting import trees
from agent.report.figures import (
    About,
    Authorisations,
    Cases,
    Coverage,
    Edition,
    Retention,
    Source,
    Week,
)  # fmt: skip
from agent.report.headlines import headline_of
from agent.report.measures import Before, measure, minutes_of
from agent.report.places import Places, days_of

FIRST = date(2026, 11, 2)
DAYS, PERIODS = 2, ("lesson", "break", "closed")
SERVICES = {"photo-sharing": ("flickr",), "social-network": ("facebook", "linkup", "orkut")}
ZONES, ROLES = ("office", "staff-room"), ("headteacher", "support-staff", "teacher")
CATEGORY_OF = {service: category for category, services in SERVICES.items() for service in services}


def role_of(person: int) -> str:
    """One head, four of the support staff, and teachers."""
    return ROLES[0] if person == 0 else ROLES[1] if person < 5 else ROLES[2]


def places(number: int = 0) -> Places:
    """The lines of a week's report: two days of school."""
    days = [FIRST + timedelta(days=7 * number + day) for day in range(DAYS)]
    return Places(dict.fromkeys(days, PERIODS), ("school",) * DAYS, SERVICES, ZONES, ROLES)


def slice_of(
    person: int,
    service: str = "facebook",
    minutes: int = 1,
    day: int = 0,
    period: str = "lesson",
    zone: str = "office",
    week: int = 0,
) -> Slice:
    """What one person has of visits that were let through, on a day of a week."""
    at = FIRST + timedelta(days=7 * week + day)
    who = bytes([person, day, week])
    category = CATEGORY_OF[service]
    return Slice(at, who, Kind.VISITED, zone, role_of(person), category, service, period, "other", minutes)


def report(slices: Iterable[Slice], number: int = 0, before: Before = Before(), everybody: bool = True) -> Week:
    """The report of a week of these minutes."""
    there = places(number)
    told = {kind: tell(tree) for kind, tree in trees(slices, there, everybody).items()}
    minutes = minutes_of(measure(kind, one, there, before) for kind, one in told.items())
    name = f"2026-W{45 + number}"
    none = About(0)
    return Week(
        "example", "Example", Edition.WEEK, name, days_of(name)[0], days_of(name)[-1], there.kinds, (name,), (),
        Source.ROWS, THRESHOLD, "always", "enforce", "breaks", False, (), headline_of(minutes), minutes, FEW,
        Authorisations(FEW, FEW), Cases(0, 0, 0), Coverage(0, none, none, none, none, None, None, None), (),
        Retention((), (), True), "",
    )  # fmt: skip
