"""My minutes: those that the gateway counts in memory, one's own alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.app.paths import DataFolder
from agent.console.line import Line
from agent.core.callers import Capacity
from agent.core.policy import Allowance, PolicySet
from tests.console.stage import Stage, example


class Counted(Line):
    """A line to a gateway that has counted so much."""

    def __init__(self, minutes: dict[str, int] | None) -> None:
        super().__init__()
        self._minutes = minutes

    def used(self, person: str) -> int | None:
        """What stands there."""
        return None if self._minutes is None else self._minutes.get(person, 0)


def page(data: DataFolder, allowance: Allowance | None, minutes: dict[str, int] | None) -> str:
    """What teacher-01 is shown under such an allowance."""
    config = example()
    engine, id = config.engine, config.engine.policies.in_force or ""
    policy = replace(engine.policies.policies[id], allowance=allowance)
    policies = PolicySet([policy], id)
    stage = Stage(data, replace(config, engine=replace(engine, policies=policies)))
    stage.house.line = Counted(minutes)
    return " ".join(stage.signed_in(Capacity.STAFF).get("/mine").text.split())


@pytest.mark.parametrize(
    ("allowance", "minutes", "said"),
    [
        pytest.param(Allowance(30), {"teacher-01": 7, "teacher-02": 29}, "<b>7</b> of 30 minutes used; 23", id="some"),
        pytest.param(Allowance(30), {"teacher-02": 29}, "<b>0</b> of 30 minutes used; 30 left", id="none used"),
        pytest.param(Allowance(30), {"teacher-01": 31}, "used; none left", id="used up"),
        pytest.param(Allowance(30, True), {"teacher-01": 1}, "Your minutes this week", id="by the week"),
        pytest.param(Allowance(30), None, "does not tell just now", id="a gateway that says nothing"),
        pytest.param(None, {"teacher-01": 7}, "gives no number of minutes", id="no allowance"),
    ],
)
def test_ones_own_minutes(stage: Stage, allowance: Allowance | None, minutes: dict[str, int] | None, said: str) -> None:
    """What is used and left, from the gateway's memory; where it does not answer, that is said."""
    assert said in page(stage.data, allowance, minutes)


def test_without_a_policy_there_is_nothing_to_show(stage: Stage) -> None:
    """Where no policy is in force the page says so instead of failing."""
    config = example()
    none = replace(config, engine=replace(config.engine, policies=PolicySet([], None)))
    answer = Stage(stage.data, none).signed_in(Capacity.STAFF).get("/mine")
    assert (answer.status_code, "No policy is in force" in answer.text) == (200, True)
