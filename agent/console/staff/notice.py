"""Acknowledging the notice in force: by a click of whom the device is assigned to, kept where the gateway reads it.

A device's own page takes the same word (`addons/desk.py`), from whoever sits there; here it is the person's.
"""

from __future__ import annotations

from starlette.responses import Response

from agent.app import acknowledged
from agent.clock import Clock
from agent.console.inputs import Input
from agent.console.pages import Pages
from agent.console.visit import Visit
from agent.core.callers import Capacity, capacities

PAGES = Pages()
STAFF = capacities(Capacity.STAFF)
NOTICE = Input("notice", "The version of the notice", most=200)


@PAGES.get("/notice", "notice-show", STAFF)
def notice(visit: Visit) -> Response:
    """What the notice is about, and the devices that it is to be acknowledged for."""
    return _shown(visit)


@PAGES.post("/notice", "notice-acknowledge", STAFF, (NOTICE,), mends=True)
def acknowledge(visit: Visit) -> Response:
    """Keep it for each device of the caller's that waits; the version must be the one that was shown."""
    engine = visit.config.engine
    governance = engine.site.governance
    if governance is None or visit.given.wrong or visit.given["notice"] != governance.notice:
        return _shown(visit, "Not kept: another version of the notice is in force now. Please read it first.", 422)
    # The day is the machine's own, in a rehearsal too: somebody really acknowledged it.
    day = Clock().now().astimezone(engine.timetable.calendar.zone).date()
    try:
        devices = acknowledged.note_all(engine, visit.data.acknowledged, visit.known.person, day)
    except OSError:
        return _shown(visit, "Not kept: the gateway's disk takes nothing just now. Tell the technician.", 503)
    if not devices:
        return visit.go("/notice", "There was nothing that waits for you.")
    visit.house.line.acknowledged()
    return visit.go("/notice", f"Kept: you have read notice {governance.notice}.")


def _shown(visit: Visit, wrong: str = "", status: int = 200) -> Response:
    engine = visit.config.engine
    policy = engine.policies.policies.get(engine.policies.in_force or "")
    return visit.show(
        "staff/notice.html",
        status,
        governance=engine.site.governance,
        policy=policy.title if policy else "",
        contact=engine.site.contact,
        devices=acknowledged.standings(engine, visit.data.acknowledged, visit.known.person),
        wrong=wrong,
    )
