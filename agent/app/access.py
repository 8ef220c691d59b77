"""Access requests at a site: the desk put together, a request that comes from a page, what commands and pages say."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, time
from typing import Any

from agent.app.finding import Finding
from agent.app.live import Configuration
from agent.app.paths import DataFolder
from agent.app.post import post_of
from agent.app.retention import today_by
from agent.app.signin import audit_log
from agent.casework.access import AccessDesk, AccessError, kept_in
from agent.clock import sources
from agent.core.access import AccessRequest, Asking, Permits, Standing, given, permitting
from agent.core.engine import Engine
from agent.mail.outbox import MailError
from agent.store.accessfiles import AccessFiles

LONG_WAITING = 3
"""Days after which the doctor says that a request still waits."""


def desk_of(config: Configuration, data: DataFolder, now: Callable[[], datetime]) -> AccessDesk:
    """The desk of a site on its data folder; the audit chain is begun if there is none. Raises StoreError."""
    engine = config.engine
    zone = engine.timetable.calendar.zone
    log = audit_log(data, engine.site.id, now())
    put = post_of(config, data).outbox.put
    return AccessDesk(engine.site.name, zone, log, now, AccessFiles(data.root), config.built.officers, put)


def ask(config: Configuration, data: DataFolder, now: Callable[[], datetime], asking: Asking) -> AccessRequest:
    """Keep a request that came from a page, and put the head's letter. Raises AccessError, StoreError.

    Only what the directory knows may ask: a device, or a person of the staff.
    """
    known(config.engine, asking)
    desk = desk_of(config, data, now)
    made = desk.take(asking)
    with suppress(MailError):  # the request stands in the queue; the courier's round puts the letter
        desk.announce()
    return made


def known(engine: Engine, asking: Asking) -> None:
    """Whether the site knows who is to be permitted what. Raises AccessError."""
    service = engine.catalogue.services.get(asking.service)
    if service is None or service.sensitive:
        raise AccessError(f"there is no service {asking.service[:40]!r} that can be asked for")
    person = engine.directory.persons.get(asking.person)
    if asking.person and (person is None or not person.role.is_staff):
        raise AccessError(f"{asking.person[:40]!r} is nobody of the staff with a device in devices.csv")
    if not asking.person and asking.device not in engine.directory.devices:
        raise AccessError("nobody is named whom the school's lists know: a person of the staff, or a device")


def remembering(config: Configuration, data: DataFolder) -> Engine:
    """The engine with every permission that was given on a data folder, those that are over among them: for a report.

    A request that cannot be read is left out; the doctor tells of it.
    """
    return permitting(config.engine, Permits(given(kept_in(AccessFiles(data.root)).requests)))


def until_of(day: date, at: time | None, engine: Engine) -> datetime:
    """The end of a local day, or a time on it, as an instant."""
    zone = engine.timetable.calendar.zone
    return datetime.combine(day, at or time(23, 59), zone)


def round_of(config: Configuration, data: DataFolder, now: Callable[[], datetime]) -> None:
    """What is done each minute: announce what nobody was told of, forget what is over for long."""
    if not AccessFiles(data.root).ids():
        return
    desk = desk_of(config, data, now)
    try:
        desk.announce()
    finally:
        today, _ = today_by(config.engine, data.root, sources)  # no clock alone forgets anything
        desk.forget(datetime.combine(today.date, time(), desk.zone))


def examine(config: Configuration, data: DataFolder, now: Callable[[], datetime]) -> Finding:
    """How requests stand, for the doctor: how many wait and for how long, nothing else of them."""
    if not AccessFiles(data.root).ids():
        return Finding("access", True, "nobody asks for access")
    requests, damaged = desk_of(config, data, now).kept()
    if damaged:
        first = next(iter(damaged.values()))
        what = f"{len(damaged)} request(s) for access cannot be read: {first.where}: {first.what}"
        return Finding("access", False, what, f"{first.remedy}; or take the file away, and it is asked anew")
    waiting = [one for one in requests if one.standing(now()) is Standing.WAITING]
    if any((now() - one.at).days >= LONG_WAITING for one in waiting):
        what = f"a request for access has waited for more than {LONG_WAITING} days"
        return Finding("access", False, what, "the headteacher answers it in the console, or: breaktime authorise list")
    return Finding("access", True, f"{len(waiting)} request(s) wait for the headteacher" if waiting else "none waits")


def as_json(request: AccessRequest, now: datetime) -> dict[str, Any]:
    """A request as plain data."""
    asking, answer = request.asking, request.answer
    return {
        "request": request.id,
        "standing": request.standing(now),
        "asked": request.at.isoformat(),
        "device": asking.device,
        "person": asking.person,
        "name": asking.name,
        "service": asking.service,
        "purpose": asking.purpose,
        "rule": asking.rule,
        "clause": asking.clause,
        "policy": asking.policy,
        "until": answer.until.isoformat() if answer and answer.until else None,
        "answered": answer.at.isoformat() if answer else None,
        "by": answer.officer if answer else "",
        "word": request.word,
        "revoked": request.revoked.at.isoformat() if request.revoked else None,
    }
