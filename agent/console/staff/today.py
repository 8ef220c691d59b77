"""What concerns somebody on the staff: what is recorded and for how long, today's rules for them, what they asked for.

Only who has signed in sees this, and only their own: at a device nobody can be sure who sits there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

from agent.app import access, acknowledged
from agent.clock import Clock
from agent.console.pages import Pages
from agent.console.visit import Visit
from agent.core.access import AccessRequest, Standing
from agent.core.accounts import Account
from agent.core.activity import Activity
from agent.core.callers import Capacity, capacities
from agent.core.clients import Zone
from agent.core.explain import Query, explain
from agent.core.policy import Monitoring
from agent.store.accessfiles import AccessFiles

PAGES = Pages()
STAFF = capacities(Capacity.STAFF)
ASKED = ("facebook", "instagram", "youtube", "linkedin", "whatsapp")
"""Services that the page answers for."""
RECORDED = {
    Monitoring.ALWAYS: "Minutes of your own use of social media are recorded, under a code in place of your name.",
    Monitoring.ON_CONCERN: "Nothing is recorded of you, unless a case about you was approved; you are then told of it.",
    Monitoring.NEVER: "Nothing is recorded of you.",
}


@dataclass(frozen=True, slots=True)
class Line:
    """What holds for a service now, in a place."""

    service: str
    allowed: bool
    say: str
    clause: str
    until: datetime | None


@PAGES.get("/mine", "mine-show", STAFF, nav="Yours")
def mine(visit: Visit) -> Response:
    """Rules, record and requests of whoever has signed in."""
    engine = visit.config.engine
    policy = engine.policies.policies.get(engine.policies.in_force or "")
    if policy is None:
        return visit.show("staff/none.html", contact=engine.site.contact)
    return visit.show(
        "staff/mine.html",
        policy=policy,
        recorded=RECORDED[policy.monitoring if engine.site.governed else Monitoring.NEVER],
        keeps=engine.site.governed and policy.monitoring is not Monitoring.NEVER,
        governance=engine.site.governance,
        places=[(zone, _lines(visit, zone)) for zone in (Zone.CLASSROOM, Zone.STAFF_ROOM)],
        requests=_requests(visit),
        allowance=policy.allowance,
        waits=any(
            one.on is None for one in acknowledged.standings(engine, visit.data.acknowledged, visit.known.person)
        ),
        used=visit.house.line.used(visit.known.person) if policy.allowance else None,
        contact=engine.site.contact,
    )


def _lines(visit: Visit, zone: Zone) -> list[Line]:
    """The answer of the engine for each service, on a laptop of the school's, signed out."""
    engine, person = visit.config.engine, visit.known.person
    known, found = engine.directory.persons.get(person), []
    for id in ASKED:
        service = engine.catalogue.services.get(id)
        host = next((name.name for name, _ in service.entries()), "") if service else ""
        if service is None or not host or known is None:
            continue
        query = Query(
            visit.now, f"https://{host}/", role=known.role, zone=zone, account=Account.SIGNED_OUT,
            activity=Activity.VISIT, person=person, groups=known.groups,
        )  # fmt: skip
        answer = explain(engine, query)
        found.append(Line(service.name, answer.verdict == "allow", answer.say, answer.clause, answer.until))
    return found


def _requests(visit: Visit) -> list[tuple[AccessRequest, Standing]]:
    if not AccessFiles(visit.data.root).ids():
        return []
    desk = access.desk_of(visit.config, visit.data, Clock().now)
    mine = [one for one in desk.kept().requests if one.asking.person == visit.known.person]
    return [(one, one.standing(desk.now())) for one in reversed(mine)]
