"""Who becomes an officer. Until there is a head or a chair of governors anybody who may write the data folder says so;
from then on one of those two does. Each is an entry, and is announced to both.

Nobody holds two offices here: that would be one person on both sides of a case.
"""

from __future__ import annotations

from agent.casework.desk import Desk
from agent.core.audit import Tag
from agent.core.offices import Office, Officer
from agent.store.auditlog import SYSTEM
from agent.store.officers import OfficerError, Officers

APPOINTING = (Office.HEADTEACHER, Office.CHAIR_OF_GOVERNORS)
_WHO = "the headteacher or the chair of governors does that: give --as with one of their ids"


def officers_of(desk: Desk) -> Officers:
    """The officers of the site."""
    return Officers(desk.files.folder)


def add_officer(desk: Desk, new: Officer, secret: str, by: Officer | None) -> None:
    """Take an officer in. Raises OfficerError, StoreError."""
    known = officers_of(desk)
    _may(desk, known, by, "officer-add")
    if new.person and any(one.person == new.person for one in known.all()):
        raise OfficerError("that person holds an office here already, and nobody stands on two sides of a case")
    detail = {"id": new.id, "office": new.office.value}
    desk.log.append(Tag.OFFICER_ADD, by.id if by else SYSTEM, desk.now(), "", detail)
    known.add(new, secret, desk.now())
    _announce(desk, f"{new.id} now acts as {new.office.value.replace('-', ' ')} in case work.")


def remove_officer(desk: Desk, id: str, by: Officer) -> None:
    """Take an officer out. Raises OfficerError, StoreError."""
    known = officers_of(desk)
    _may(desk, known, by, "officer-remove")
    if id not in {one.id for one in known.all()}:
        raise OfficerError(f"there is no officer {id[:40]!r}")
    if {one.id for one in known.all() if one.office in APPOINTING} == {id}:
        raise OfficerError(f"{id} is the last head or chair, and then anybody could add officers: add another first")
    desk.log.append(Tag.OFFICER_REMOVE, by.id, desk.now(), "", {"id": id})
    known.remove(id)
    _announce(desk, f"{id} no longer acts in case work.")


def _may(desk: Desk, known: Officers, by: Officer | None, action: str) -> None:
    appointed = any(one.office in APPOINTING for one in known.all())
    if not appointed or (by is not None and by.office in APPOINTING):
        return
    actor = by.id if by else SYSTEM
    desk.log.append(Tag.CASE_DENIED, actor, desk.now(), "", {"action": action, "why": "office"})
    raise OfficerError(_WHO)


def _announce(desk: Desk, what: str) -> None:
    text = f"{what}\n\nIf you did not expect this, ask who did it: breaktime audit list\n"
    desk.announcer.announce(APPOINTING, "An officer of case work has changed", text)
