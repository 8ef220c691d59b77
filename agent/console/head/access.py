"""Access requests: who asks for what, and the head's answer. In force on a running gateway within two seconds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from starlette.responses import Response

from agent.app import access
from agent.casework.access import AccessDesk, AccessError, NotAnswered
from agent.clock import Clock
from agent.console.inputs import Input, Kind
from agent.console.pages import Pages
from agent.console.visit import Visit
from agent.core.access import LONGEST_WORD, AccessRequest, Standing
from agent.core.callers import Capacity, capacities

PAGES = Pages()
ANSWERING = capacities(Capacity.HEADTEACHER, Capacity.CHAIR_OF_GOVERNORS)
UNTIL = Input("until", "Until", Kind.MOMENT)
WORD = Input("word", "A word to whoever asked", most=LONGEST_WORD, needed=False)
WHY = Input("word", "Why not, in a word", most=LONGEST_WORD)


@PAGES.get("/access", "access-list", ANSWERING, nav="Access")
def queue(visit: Visit) -> Response:
    """Who asks, what holds, and what was answered lately."""
    return _queue(visit)


@PAGES.post("/access/{request}/grant", "access-grant", ANSWERING, (UNTIL, WORD), mends=True)
def grant(visit: Visit) -> Response:
    """Allow it until a time."""
    if visit.given.wrong:
        return _queue(visit, "Not granted: say until when, such as 18/12/2026 15:30.", 422)
    until = visit.given["until"].replace(tzinfo=visit.config.engine.timetable.calendar.zone) - _ahead(visit)
    return _answered(
        visit, lambda desk, id: desk.authorise(visit.officer, id, until, visit.given["word"]), "is granted"
    )


@PAGES.post("/access/{request}/refuse", "access-refuse", ANSWERING, (WHY,), mends=True)
def refuse(visit: Visit) -> Response:
    """Refuse it, with a word."""
    if visit.given.wrong:
        return _queue(visit, "Not refused yet: say in a word why not; whoever asked is shown it.", 422)
    return _answered(visit, lambda desk, id: desk.refuse(visit.officer, id, visit.given["word"]), "is refused")


@PAGES.post("/access/{request}/revoke", "access-revoke", ANSWERING, (WORD,), mends=True)
def revoke(visit: Visit) -> Response:
    """End it now."""
    if visit.given.wrong:
        return _queue(visit, f"Not ended: a word is at most {LONGEST_WORD} characters.", 422)
    return _answered(visit, lambda desk, id: desk.revoke(visit.officer, id, visit.given["word"]), "ends now")


def _answered(visit: Visit, act: Callable[[AccessDesk, str], AccessRequest], what: str) -> Response:
    try:
        done = act(_desk(visit), visit.place["request"])
    except NotAnswered as problem:
        return _queue(visit, f"Not done: {problem}.", 403)
    except AccessError as problem:
        return _queue(visit, f"Not done: {problem}.", 422)
    return visit.go("/access", f"{done.id} {what}.")


def _queue(visit: Visit, wrong: str = "", status: int = 200) -> Response:
    desk = _desk(visit)
    found, damaged = desk.listed(visit.officer)
    by = {one: [x for x in found if x.standing(desk.now()) is one] for one in Standing}
    done = [x for x in reversed(found) if x.standing(desk.now()) not in (Standing.WAITING, Standing.GRANTED)]
    services = visit.config.engine.catalogue.services
    return visit.show(
        "head/access.html",
        status,
        wrong=wrong,
        damaged=len(damaged),
        waiting=by[Standing.WAITING],
        granted=by[Standing.GRANTED],
        done=[(one, one.standing(desk.now())) for one in done[:50]],
        named=lambda id: services[id].name if id in services else id,
        shown=lambda at: at + _ahead(visit),
        soon=_soon(visit),
    )


def _soon(visit: Visit) -> datetime:
    """What the form proposes: the end of this school day's last hour, or an hour from now where that is later."""
    now = visit.now.astimezone(visit.config.engine.timetable.calendar.zone)
    return max(now.replace(hour=16, minute=0), now + timedelta(hours=1))


def _desk(visit: Visit) -> AccessDesk:
    """Officers answer by the machine's own clock."""
    return access.desk_of(visit.config, visit.data, Clock().now)


def _ahead(visit: Visit) -> timedelta:
    """How far a rehearsal's clock is ahead of the machine's: pages show its times, and take them."""
    return timedelta(seconds=visit.house.clock.offset)
