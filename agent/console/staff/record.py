"""What is held about whoever has signed in, and who looked: their own copy, in words and to keep.

It is made as `breaktime subject export` makes one; each is an entry of the audit chain before anything is read, so it
takes a click, not a link. Nobody but the person gets it here, whatever their office.
"""

from __future__ import annotations

import sys

from starlette.responses import Response

from agent.app import subject
from agent.casework.subject import SubjectCopy, own
from agent.casework.subjectpaper import paper_of
from agent.console.look import day
from agent.console.pages import Pages
from agent.console.visit import Visit
from agent.core.callers import ALL, Capacity, capacities
from agent.core.prose import Block, Bullets, Grid
from agent.core.retention import forgotten_on
from agent.store.errors import StoreError

PAGES = Pages()
STAFF = capacities(Capacity.STAFF)


@PAGES.get("/record", "record-form", ALL)
def form(visit: Visit) -> Response:
    """What the copy is; to whom is nobody of people.csv, what to do about it."""
    return visit.show("staff/record.html", paper=None, tied=bool(visit.known.person), contact=_contact(visit))


@PAGES.post("/record", "record-show", STAFF)
def record(visit: Visit) -> Response:
    """The copy in words."""
    copy, engine = _copy(visit), visit.config.engine
    if copy is None:
        return _unreadable(visit)
    paper = paper_of(copy, engine.site.name, engine.timetable.calendar.zone)
    sections = [(one.title, [(_kind(block), block) for block in one.blocks]) for one in paper.sections]
    return visit.show(
        "staff/record.html",
        paper=paper,
        sections=sections,
        until=_until(visit, copy),
        tied=True,
        contact=_contact(visit),
    )


@PAGES.post("/record/copy", "record-copy", STAFF)
def download(visit: Visit) -> Response:
    """The same as one file: to read, and as data."""
    copy = _copy(visit)
    if copy is None:
        return _unreadable(visit)
    headers = {"content-disposition": f'attachment; filename="record-{copy.number}.zip"'}
    return Response(subject.archived(copy, visit.config), media_type="application/zip", headers=headers)


def _copy(visit: Visit) -> SubjectCopy | None:
    """The copy, or None where something of what is kept cannot be read: it might be about them, so none is made."""
    desk, person = visit.desk, visit.known.person
    try:
        return own(desk, visit.known.id, person, lambda: subject.around(visit.config, visit.data, desk.now, person))
    except StoreError as problem:
        print(f"breaktime: console: a copy could not be made: {problem}", file=sys.stderr, flush=True)
        return None


def _unreadable(visit: Visit) -> Response:
    return visit.show("staff/record.html", 503, paper=None, tied=True, unreadable=True, contact=_contact(visit))


def _kind(block: Block) -> str:
    return "grid" if isinstance(block, Grid) else "bullets" if isinstance(block, Bullets) else "text"


def _until(visit: Visit, copy: SubjectCopy) -> str:
    """Until when the minutes are kept; what a case holds back says so itself."""
    policies = visit.config.engine.policies
    policy = policies.policies.get(policies.in_force or "")
    if policy is None:
        return "No policy is in force, so nothing new is recorded."
    days = policy.retention_days
    text = f"A day of your record is kept for {days} day{'' if days == 1 else 's'}"
    if not copy.minutes:
        return f"{text}; there is none now."
    oldest, minutes = copy.minutes[0]
    # A day goes by the policies that it was recorded under, of which the shortest counts.
    under = [found.retention_days for key in minutes if (found := policies.policies.get(key.policy))]
    gone = forgotten_on(oldest, min([*under] or [days]))
    if gone <= copy.made.astimezone(visit.config.engine.timetable.calendar.zone).date():
        return f"{text}. The oldest here, {day(oldest)}, is held back by a case below, or goes within the day."
    return f"{text}: the oldest here, {day(oldest)}, goes on {day(gone)}, unless a case below holds it back."


def _contact(visit: Visit) -> str:
    return visit.config.engine.site.contact
