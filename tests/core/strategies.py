"""Generated policies, facts, clients and instants: what the properties of the core are tried on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from hypothesis import settings
from hypothesis import strategies as st

from agent.core.accounts import Account
from agent.core.activity import Activity
from agent.core.calendar import DayKind
from agent.core.catalogue import Category
from agent.core.clients import Client, DeviceKind, Owner, Role, Zone
from agent.core.decision import Verdict
from agent.core.engine import Situation
from agent.core.facts import Facts
from agent.core.policy import Allowance, Condition, Policy, Possible
from agent.core.pupils import Pupils
from agent.core.timetable import PeriodKind

from .build import CATALOGUE, LONDON, MINUTES, at, one_of, policy, rule, used_up

MANY = settings(max_examples=200, deadline=None)

FRESH = Condition("used", lambda value: isinstance(value, int) and value < MINUTES, "minutes left")
PRESENT, ABSENT = frozenset({Pupils.PRESENT, Pupils.UNKNOWN}), frozenset({Pupils.ABSENT})

ROLES = (Role.TEACHER, Role.SUPPORT_STAFF, Role.PUPIL, Role.UNKNOWN)
PLACES = (Zone.CLASSROOM, Zone.STAFF_ROOM, Zone.PLAYGROUND, Zone.RECEPTION, Zone.UNKNOWN)
PERIODS = (
    PeriodKind.LESSON,
    PeriodKind.TRAINING,
    PeriodKind.BREAK,
    PeriodKind.LUNCH,
    PeriodKind.BEFORE_SCHOOL,
    PeriodKind.AFTER_SCHOOL,
    PeriodKind.CLOSED,
)
NAMES = (
    "www.facebook.com",
    "graph.facebook.com",
    "scontent.fbcdn.net",
    "x.com",
    "www.youtube.com",
    "en.wikipedia.org",
    "kindling.example",
    "bbc.co.uk",
)
CHOICES: Mapping[str, tuple[object, ...]] = {
    "role": ROLES,
    "owner": tuple(Owner),
    "zone": PLACES,
    "period": PERIODS,
    "day": tuple(DayKind),
    "category": (Category.SOCIAL_NETWORK, Category.MICROBLOG, Category.WIKI),
    "service": ("facebook", "x", "youtube"),
    "account": tuple(Account),
    "activity": tuple(Activity),
    "authorised": (True, False),
    "concern": (True, False),
    "person": ("teacher-01", None),
}


class Clause(NamedTuple):
    """A rule as data: its verdict, and by fact the values that it wants (`used`: whether used up)."""

    verdict: Verdict
    wants: Mapping[str, frozenset[object]]

    def condition(self, fact: str) -> Condition:
        """One of its conditions as the core has it."""
        wanted = self.wants[fact]
        if fact == "used":
            return used_up() if True in wanted else FRESH
        return one_of(fact, *sorted(wanted, key=str))


def subsets(values: tuple[object, ...]) -> st.SearchStrategy[frozenset[object]]:
    """Some of the values, seldom all, never none."""
    return st.frozensets(st.sampled_from(values), min_size=1, max_size=3)


WANTS: dict[str, st.SearchStrategy[frozenset[object]]] = {
    **{fact: subsets(values) for fact, values in CHOICES.items()},
    "pupils": st.sampled_from([frozenset[object](PRESENT), frozenset[object](ABSENT)]),
    "used": st.sampled_from([frozenset[object]({True}), frozenset[object]({False})]),
}
TELLING = ("account", "activity", "account", "activity", "period", "pupils", "used", "authorised", "role", "zone")


@st.composite
def clauses(draw: st.DrawFn) -> Clause:
    """A rule over one to three facts, oftenest those that are not known at once or change with time."""
    facts = draw(st.sets(st.sampled_from((*TELLING, *WANTS)), min_size=1, max_size=3))
    return Clause(draw(st.sampled_from(Verdict)), {fact: draw(WANTS[fact]) for fact in sorted(facts)})


@st.composite
def rulebooks(draw: st.DrawFn) -> tuple[Clause, ...]:
    """Up to seven rules, and a default without a condition."""
    rules = draw(st.lists(clauses(), max_size=7))
    return (*rules, Clause(draw(st.sampled_from(Verdict)), {}))


def as_policy(book: tuple[Clause, ...], allowance: Allowance | None = None) -> Policy:
    """The same rules as the core reads them, called r0, r1 … and `default`."""
    rules = [
        rule(f"r{number}", clause.verdict, *(clause.condition(fact) for fact in clause.wants))
        for number, clause in enumerate(book[:-1])
    ]
    return policy(*rules, default=book[-1].verdict, allowance=allowance)


def policies() -> st.SearchStrategy[Policy]:
    """A policy with a daily or weekly allowance, or none."""
    allowances = st.sampled_from([Allowance(MINUTES), Allowance(MINUTES, weekly=True), None])
    return st.builds(as_policy, rulebooks(), allowances)


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    """Facts of a flow to social media; account and activity may not be known yet."""
    return Facts(
        role=draw(st.sampled_from(ROLES)),
        owner=draw(st.sampled_from(Owner)),
        kind=draw(st.sampled_from(DeviceKind)),
        zone=draw(st.sampled_from(PLACES)),
        pupils=draw(st.sampled_from(Pupils)),
        period=draw(st.sampled_from(PERIODS)),
        day=draw(st.sampled_from(DayKind)),
        category=draw(st.sampled_from(Category)),
        service=draw(st.sampled_from(["facebook", "x", "youtube", "wikipedia"])),
        account=draw(st.none() | st.none() | st.sampled_from(Account)),
        activity=draw(st.none() | st.none() | st.sampled_from(Activity)),
        authorised=draw(st.booleans()),
        used=draw(st.sampled_from([0, MINUTES - 1, MINUTES, 90])),
        concern=draw(st.booleans()),
        person=draw(st.sampled_from(["teacher-01", None])),
    )


def possibles() -> st.SearchStrategy[Possible]:
    """What the unknown facts could turn out to be: never nothing."""
    return st.builds(
        Possible,
        st.frozensets(st.sampled_from(Account), min_size=1),
        st.frozensets(st.sampled_from(Activity), min_size=1),
    )


NOTABLE = (
    "2026-11-23",
    "2026-11-27",
    "2026-09-01",
    "2026-10-23",
    "2026-10-24",
    "2026-10-25",
    "2026-12-18",
    "2027-03-26",
    "2027-03-28",
    "2027-05-03",
    "2028-02-29",
)


@st.composite
def instants(draw: st.DrawFn) -> datetime:
    """A minute of a notable day, half of them within a school day."""
    day = at(draw(st.sampled_from(NOTABLE)) + "T00:00")
    minute = draw(st.integers(0, 1439) | st.integers(7 * 60, 18 * 60))
    return datetime.fromtimestamp(day.timestamp() + minute * 60, LONDON)


@st.composite
def clients(draw: st.DrawFn) -> Client:
    """Anybody anywhere, on any device."""
    return Client(
        draw(st.sampled_from(ROLES)),
        draw(st.sampled_from(Owner)),
        draw(st.sampled_from([DeviceKind.LAPTOP, DeviceKind.PHONE])),
        draw(st.sampled_from(PLACES)),
        inspectable=draw(st.booleans()),
        person=draw(st.sampled_from(["teacher-01", None])),
        device=draw(st.sampled_from(["laptop-01", None])),
        groups=draw(st.sampled_from([frozenset[str](), frozenset({"infants"})])),
    )


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    """A client at the hello of a connection to somewhere, with some minutes used."""
    return Situation(
        draw(clients()),
        CATALOGUE.match_name(draw(st.sampled_from(NAMES))),
        used=draw(st.sampled_from([0, 0, 10, MINUTES - 1, MINUTES])),
        authorised=draw(st.sampled_from([None, None, False, True])),
    )


def later(instant: datetime, minutes: float) -> datetime:
    """That many minutes after, by a stopwatch, not by the clock on the wall."""
    return datetime.fromtimestamp(instant.timestamp() + minutes * 60, LONDON)
