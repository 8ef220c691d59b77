"""What is recorded of whom, and totalled as what, where a policy records only on concern or never."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from agent.core.accounts import Account
from agent.core.activity import Activity
from agent.core.clients import Role
from agent.core.engine import Engine, Situation, known
from agent.core.policy import Monitoring
from agent.core.tally import Counts, Tally
from agent.core.totals import total_as

from .build import STAFF_LAPTOP, at, engine, policy, situation

NOW = at("2026-11-23T10:31")
ONCE = Counts(1, 10, 100)
ON_CONCERN = policy(monitoring=Monitoring.ON_CONCERN)
BEFORE, DURING = engine(ON_CONCERN), engine(ON_CONCERN, subjects=["teacher-01"])
CONTACT = situation()
VISIT = known(situation(), Account.OTHER, Activity.VISIT)


def counted(tally: Tally, ruler: Engine, asked: Situation, minute: int) -> None:
    """One exchange in a minute from now."""
    tally.add(ruler.rule_on(asked, NOW + timedelta(minutes=minute)), "r1", ONCE, False)


def kept(tally: Tally) -> list[int]:
    """The minutes that go to the store, from now."""
    first = int(NOW.timestamp()) // 60
    return sorted(key.minute - first for key in tally.take())


@pytest.mark.parametrize(
    ("asked", "minutes"),
    [pytest.param(VISIT, [2, 3], id="visits"), pytest.param(CONTACT, [2, 3], id="contacts")],
)
def test_only_from_the_approval_on(asked: Situation, minutes: list[int]) -> None:
    """Of what came before a case was approved nothing is kept, not even of a run that goes on; nor after its end."""
    tally = Tally()
    for minute, ruler in enumerate((BEFORE, BEFORE, DURING, DURING, BEFORE, BEFORE)):
        counted(tally, ruler, asked, minute)
    assert kept(tally) == minutes


@pytest.mark.parametrize("person", ["teacher-02", None], ids=["somebody else", "nobody known"])
def test_nobody_else(person: str | None) -> None:
    """A case about one person records nobody else, and never a device whose user is not known."""
    tally = Tally()
    client = replace(STAFF_LAPTOP, person=person)
    for minute in range(4):
        counted(tally, DURING, known(situation(client=client), Account.OTHER, Activity.VISIT), minute)
    assert kept(tally) == []


def totalled(monitoring: Monitoring, totals: bool, role: Role) -> str:
    """The role in the totals of a visit."""
    ruler = engine(replace(policy(monitoring=monitoring), totals=totals))
    asked = situation(client=replace(STAFF_LAPTOP, role=role))
    return total_as(ruler, ruler.rule_on(asked, NOW))


@pytest.mark.parametrize(
    ("monitoring", "totals", "role", "as_role"),
    [
        pytest.param(Monitoring.ALWAYS, True, Role.HEADTEACHER, "headteacher", id="monitored"),
        pytest.param(Monitoring.ON_CONCERN, True, Role.HEADTEACHER, "staff", id="on concern, all staff as one"),
        pytest.param(Monitoring.ON_CONCERN, False, Role.HEADTEACHER, "", id="on concern, no totals"),
        pytest.param(Monitoring.NEVER, True, Role.TEACHER, "staff", id="never, all staff as one"),
        pytest.param(Monitoring.NEVER, False, Role.PUPIL, "pupil", id="pupils, only ever in totals"),
    ],
)
def test_totals(monitoring: Monitoring, totals: bool, role: Role, as_role: str) -> None:
    """Staff stand in the totals as the policy allows, and by their role only where they are recorded anyway."""
    assert totalled(monitoring, totals, role) == as_role


def test_totals_without_a_policy() -> None:
    """Where no policy rules there is none that could forbid totals."""
    ruler = engine(None)
    assert total_as(ruler, ruler.rule_on(situation(), NOW)) == "teacher"
