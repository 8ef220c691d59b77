"""Concerns at a site: the desk put together, what a page or a command answers, and what a route lacks.

`raise_concern` is what the console's form and `breaktime concern raise` call: it keeps the concern, puts the letters
into the outbox and tries to send them, and answers with the page that its reporter is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from agent.app.finding import Finding
from agent.app.live import Configuration
from agent.app.paths import DataFolder
from agent.app.post import Post, post_of
from agent.app.retention import today_by
from agent.app.signin import audit_log
from agent.casework.concerns import ConcernDesk
from agent.clock import sources
from agent.core.cases import Case
from agent.core.concerns import Concern, ConcernKind, Form, route, to_office, to_reporter
from agent.core.officeholders import Officeholders, called
from agent.core.offices import Office, Officer
from agent.mail.outbox import MailError
from agent.problems import Place, Problems
from agent.store.concernfiles import ConcernFiles
from agent.store.errors import StoreError

PATIENCE = 10.0
"""Seconds that whoever raises a concern waits for each answer of the mail server; then the letter waits instead."""
LONG_OPEN = 28
"""Days after which the doctor says that a concern is still open."""


@dataclass(frozen=True, slots=True)
class Raised:
    """A concern that is kept. `left` says whether mail about it has left; else `trouble` says why not, and what to do.

    `page` is what its reporter is shown.
    """

    id: str
    office: Office
    holders: tuple[str, ...]
    left: bool
    trouble: str
    page: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class RouteLine:
    """Where a kind of concern goes at this site, or what is lacking for it."""

    kind: ConcernKind
    says: str
    office: Office
    holders: tuple[str, ...]
    lacks: str

    def as_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def desk_of(config: Configuration, data: DataFolder, now: Callable[[], datetime]) -> ConcernDesk:
    """The desk of a site on its data folder; the audit chain is begun if there is none. Raises StoreError."""
    engine, built = config.engine, config.built
    zone = engine.timetable.calendar.zone
    log = audit_log(data, engine.site.id, now())
    put = post_of(config, data).outbox.put
    days = built.concerns.days
    return ConcernDesk(engine.site.name, zone, log, now, ConcernFiles(data.root), built.officers, put, days)


def raise_concern(config: Configuration, data: DataFolder, now: Callable[[], datetime], form: Form) -> Raised:
    """Keep a concern and tell its office that there is one. Raises FormError, StoreError: then it is not kept."""
    desk = desk_of(config, data, now)
    concern = desk.take(form)
    found = route(form.kind, config.built.officers)
    trouble = found.lacks or _told(desk, post_of(config, data))
    if trouble:
        trouble = f"no mail has left about it ({trouble}); tell {called(concern.office)} yourself, now"
    page = to_reporter(form.kind, concern.office, config.built.officers)
    return Raised(concern.id, concern.office, tuple(one.named for one in found.holders), not trouble, trouble, page)


def case_from(desk: ConcernDesk, officer: Officer, concern: str, open_case: Callable[[], Case]) -> Case:
    """Open a case from a concern that the officer may read: the look is written down, and each names the other.

    The concern opens nothing and records nothing; the case does, once it is approved. Raises NotShown, NoConcern,
    StoreError, and what `open_case` raises.
    """
    desk.show(officer, concern)
    case = open_case()
    desk.link(officer, concern, case.id)
    return case


def _told(desk: ConcernDesk, post: Post) -> str:
    """Why the letters have not left, or ""."""
    try:
        desk.announce()
    except (MailError, StoreError) as problem:
        return str(problem)
    return post.deliver(PATIENCE).trouble


def reminded(config: Configuration, concern: Concern) -> tuple[str, ...]:
    """What whoever reads a concern is reminded of."""
    return to_office(concern.kind, config.built.concerns.designated)


def routes(holders: Officeholders) -> list[RouteLine]:
    """Every kind with its route at this site."""
    found = [(kind, route(kind, holders)) for kind in ConcernKind]
    return [
        RouteLine(kind, kind.says, one.office, tuple(holder.named for holder in one.holders), one.lacks)
        for kind, one in found
    ]


def advise(holders: Officeholders, designated: str, warnings: Problems) -> None:
    """Warn of what a route lacks, where the site names officers at all."""
    if not holders.all:
        return
    for one in routes(holders):
        if one.lacks:
            what = f"officers: a concern {one.kind} reaches nobody: {one.lacks}, or nobody whom it is not about"
            warnings.add(Place("site.yaml"), "", what, "name who holds that office: `{email: …}`")
    if not designated:
        what = "concerns: the page about staff cannot say how the local authority's designated officer is reached"
        warnings.add(Place("site.yaml"), "", what, "write `designated-officer:` under `concerns:`")


def examine(config: Configuration, data: DataFolder, now: Callable[[], datetime]) -> Iterator[Finding]:
    """How concerns stand, for the doctor: which routes lack somebody, what is open for long; never what they say."""
    holders = config.built.officers
    if not holders.all:
        what = "no officers are named: a concern is kept, and nobody is told of it"
        yield Finding("concerns", True, what, "name them under `officers:` in site.yaml")
        return
    lacking = [one for one in routes(holders) if one.lacks]
    if lacking:
        kinds = ", ".join(one.kind for one in lacking)
        yield Finding("concerns", False, f"nobody is told of: {kinds}", "breaktime concern routes, which says why")
        return
    yield _open(config, data, now)


def _open(config: Configuration, data: DataFolder, now: Callable[[], datetime]) -> Finding:
    files = ConcernFiles(data.root)
    if not files.ids():
        return Finding("concerns", True, "every kind reaches somebody")
    try:
        desk = desk_of(config, data, now)
        old = [day for day in desk.open_since() if (desk.today - day).days > LONG_OPEN]
    except StoreError as problem:
        return Finding("concerns", False, problem.what, problem.remedy)
    if files.untold():
        return Finding("concerns", False, "a concern was raised and nobody was told by mail yet", "breaktime mail send")
    if old:
        what = f"{len(old)} concern(s) open for more than {LONG_OPEN} days"
        return Finding("concerns", False, what, "their office closes them: breaktime concern close")
    return Finding("concerns", True, "every kind reaches somebody")


def round_of(config: Configuration, data: DataFolder, now: Callable[[], datetime]) -> None:
    """What is done before each delivery: announce what nobody was told of, forget what is due."""
    if not (data.root / "concerns").exists():
        return
    desk = desk_of(config, data, now)
    try:
        desk.announce()
    finally:  # a concern that cannot be announced keeps no other from being forgotten
        today, _ = today_by(config.engine, data.root, sources)  # no clock alone forgets anything
        desk.forget(today.date)


def as_json(concern: Concern, officer: Officer | None = None) -> dict[str, Any]:
    """A concern as plain data; without an officer only what a list shows."""
    head = {
        "concern": concern.id,
        "kind": concern.kind,
        "raised": concern.raised.isoformat(),
        "open": concern.closed is None,
        "cases": list(concern.cases),
    }
    if officer is None:
        return head
    closed = concern.closed
    told = {"reporter": concern.reporter, "seen": concern.seen, "address": concern.address, "words": concern.words}
    end = {"by": closed.officer, "at": closed.at.isoformat(), "outcome": closed.outcome} if closed else None
    return head | told | {"office": concern.office, "closed": end}
