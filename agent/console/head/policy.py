"""The policy in force, paragraph by paragraph in plain words, and what came into force when."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.responses import Response

from agent.console.pages import Pages
from agent.console.visit import Visit
from agent.core.callers import ALL, Capacity, capacities
from agent.store.history import History

PAGES = Pages()
GOVERNING = capacities(
    Capacity.HEADTEACHER, Capacity.CHAIR_OF_GOVERNORS, Capacity.GOVERNOR, Capacity.DATA_PROTECTION_OFFICER
)
MEANS = {
    "enforced": "the gateway carries it out",
    "evidenced": "a record or report shows it",
    "for-people": "people do it",
    "not-relied-on": "nobody relies on the gateway for it",
}
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@PAGES.get("/policy", "policy-show", ALL, nav="Policy")
def policy(visit: Visit) -> Response:
    """What the written policy says, and what becomes of each paragraph."""
    engine = visit.config.engine
    name = engine.policies.in_force or ""
    found, clauses = engine.policies.policies.get(name), engine.clauses.get(name)
    return visit.show(
        "head/policy.html",
        policy=found,
        rules=found.walk if found else (),
        clauses=clauses.clauses if clauses else (),
        means=MEANS,
    )


@PAGES.get("/changes", "changes-list", GOVERNING, nav="Changes")
def changes(visit: Visit) -> Response:
    """Which policy and configuration came into force when, newest first."""
    found = History(visit.data.root).during(LONG_AGO, datetime.max.replace(tzinfo=UTC))
    policies = visit.config.engine.policies.policies
    rows = [
        (one.at, policies[one.policy].title if one.policy in policies else one.policy, one.revision) for one in found
    ]
    return visit.show("head/changes.html", rows=rows[::-1][:200])
