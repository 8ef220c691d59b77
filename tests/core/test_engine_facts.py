"""The facts of a situation at an instant: where each of them comes from."""

from dataclasses import replace

import pytest

from agent.core.authorisation import Authorisation
from agent.core.catalogue import Category
from agent.core.clients import Client, Role, Zone
from agent.core.engine import Situation
from agent.core.policy import Allowance, Possible
from agent.core.pupils import Pupils
from agent.core.timetable import BellUse, PeriodKind, Timetable

from .build import BELLS, BREAKS, CALENDAR, STAFF_LAPTOP, at, engine, policy, situation

INFANT_TEACHER = replace(STAFF_LAPTOP, groups=frozenset({"infants"}))
PERMISSION = Authorisation(
    "17",
    at("2026-11-23T10:00"),
    at("2026-11-23T11:00"),
    "open day",
    roles=frozenset({Role.TEACHER}),
    services=frozenset({"facebook"}),
)


@pytest.mark.parametrize(
    ("client", "instant", "period", "pupils"),
    [
        pytest.param(STAFF_LAPTOP, "10:30", PeriodKind.BREAK, Pupils.ABSENT, id="the main bell"),
        pytest.param(STAFF_LAPTOP, "10:20", PeriodKind.LESSON, Pupils.PRESENT, id="the main bell, before"),
        pytest.param(
            INFANT_TEACHER, "10:20", PeriodKind.BREAK, Pupils.PRESENT, id="an infants' break in another's room"
        ),
        pytest.param(
            replace(STAFF_LAPTOP, zone=Zone.STAFF_ROOM), "09:30", PeriodKind.LESSON, Pupils.ABSENT, id="staff room"
        ),
        pytest.param(
            replace(STAFF_LAPTOP, zone=Zone.GUEST), "09:30", PeriodKind.LESSON, Pupils.UNKNOWN, id="not known"
        ),
    ],
)
def test_moment(client: Client, instant: str, period: PeriodKind, pupils: Pupils) -> None:
    """The period is that of the client's bell, pupils are where the zone's bell has them."""
    ruler, when = engine(), at(f"2026-11-23T{instant}")
    for _ in range(2):
        facts = ruler.facts(situation(client=client), when)
        assert (facts.period, facts.pupils) == (period, pupils)
    told = replace(situation(client=client), pupils=Pupils.ABSENT)
    assert ruler.facts(told, when).pupils is Pupils.ABSENT


def test_moments_end() -> None:
    """A remembered period is right only until it ends, and a clock that goes back gets its own again."""
    ruler = engine()
    instants = ["10:29", "10:30", "10:45", "10:30", "10:29"]
    periods = [ruler.moment(STAFF_LAPTOP, at(f"2026-11-23T{text}")).period for text in instants]
    lesson, pause = PeriodKind.LESSON, PeriodKind.BREAK
    assert periods == [lesson, pause, lesson, pause, lesson]


def test_zone_bell() -> None:
    """A zone with a bell of its own has its pupils by that, whoever else is there."""
    uses = [BellUse("infants", zones=frozenset({Zone.CLASSROOM}))]
    ruler = engine(timetable=Timetable(CALENDAR, BELLS, "main", uses))
    assert ruler.facts(situation(), at("2026-11-23T10:20")).pupils is Pupils.ABSENT


@pytest.mark.parametrize(
    ("instant", "name", "number"),
    [
        ("2026-11-23T09:59:59", "facebook.com", ""),
        ("2026-11-23T10:00", "facebook.com", "17"),
        ("2026-11-23T10:59:59", "facebook.com", "17"),
        ("2026-11-23T11:00", "facebook.com", ""),
        ("2026-11-23T10:30", "x.com", ""),
        ("2026-11-23T10:30", "bbc.co.uk", ""),
    ],
)
def test_authorised(instant: str, name: str, number: str) -> None:
    """A permission holds for its service, from its start until just before its end, and is named."""
    ruling = engine(authorisations=[PERMISSION]).rule_on(situation(name), at(instant))
    assert (ruling.facts.authorised, ruling.authorisation) == (bool(number), number)


@pytest.mark.parametrize(("supposed", "number"), [(True, "17"), (False, "")])
def test_supposed(supposed: bool, number: str) -> None:
    """A question may suppose a permission or none, whatever there is."""
    asked = replace(situation(), authorised=supposed)
    ruling = engine(authorisations=[PERMISSION]).rule_on(asked, at("2026-11-23T10:30"))
    assert (ruling.facts.authorised, ruling.authorisation) == (supposed, number)


def test_not_social_media() -> None:
    """What is in no catalogue has neither service nor category, and anything could turn out."""
    asked = Situation(STAFF_LAPTOP, None)
    facts = engine().facts(asked, at("2026-11-23T10:30"))
    assert (facts.service, facts.category) == (None, None)
    assert engine().possible(asked) == Possible()
    assert engine().facts(situation(), at("2026-11-23T10:30")).category is Category.SOCIAL_NETWORK


def test_policy_of() -> None:
    """A situation is ruled on by the policy in force, unless it asks for another."""
    assert engine().policy_of(situation()) is BREAKS
    assert engine(None).policy_of(situation()) is None


@pytest.mark.parametrize(
    ("allowance", "weekly"), [(None, False), (Allowance(30), False), (Allowance(90, weekly=True), True)]
)
def test_weekly(allowance: Allowance | None, weekly: bool) -> None:
    """Minutes are counted by the week only where the policy in force says so."""
    assert engine(policy(allowance=allowance)).weekly is weekly
    assert not engine(None).weekly
