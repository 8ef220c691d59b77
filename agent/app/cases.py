"""Case work on a site's configuration and data folder: the desk, the announcer, whom approved cases concern now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from secrets import token_hex

from agent.app.live import Configuration
from agent.app.paths import DataFolder
from agent.app.post import Post, post_of
from agent.app.signin import audit_log
from agent.casework.desk import Desk, NoCase
from agent.clock import Clock
from agent.core.cases import Case
from agent.core.clients import Role
from agent.core.offices import Office
from agent.mail.letter import Letter
from agent.store.casefiles import CaseFiles
from agent.store.errors import StoreError


class PostAnnouncer:
    """Announces by the school's post: each holder of an office gets a letter, which is kept until it is delivered."""

    def __init__(self, post: Post, now: Callable[[], datetime]) -> None:
        self._post, self._now = post, now

    def reaches(self, office: Office) -> bool:
        """True if somebody holds the office and there is a mail server."""
        return self._post.server is not None and bool(self._post.addresses(office))

    def announce(self, offices: tuple[Office, ...], subject: str, text: str) -> None:
        """Put a letter for each. Raises MailError."""
        addresses = dict.fromkeys(to for office in offices for to in self._post.addresses(office))
        self._post.put(Letter(f"case-{token_hex(8)}", to, subject, text, self._now()) for to in addresses)


def desk_of(config: Configuration, data: DataFolder, clock: Clock) -> Desk:
    """The desk of a site. Raises StoreError if there is no audit chain to write into."""
    engine = config.engine
    return Desk(
        data.root,
        engine.site.id,
        engine.timetable.calendar.zone,
        audit_log(data, engine.site.id, clock.now()),
        clock.now,
        CaseFiles(data.root),
        PostAnnouncer(post_of(config, data), clock.now),
    )


def role_of(config: Configuration, person: str) -> Role:
    """The role of a member of staff. Raises ValueError if the school's lists have no such person, or it is no staff."""
    found = config.engine.directory.persons.get(person)
    if found is None:
        raise ValueError(f"no device is assigned to {person!r}, so nothing can be recorded of them; see devices.csv")
    if not found.role.is_staff:
        raise ValueError(f"{person} is no member of staff: pupils, parents and visitors are never recorded as persons")
    return found.role


def concerned(desk: Desk, at: datetime) -> tuple[frozenset[str], datetime | None, list[str]]:
    """Whom approved cases concern at that instant, when that changes by itself, and what cannot be read.

    A case whose approval does not stand in the chain concerns nobody.
    """
    persons, ends, troubles = set[str](), list[datetime](), list[str]()
    for id in desk.files.ids():
        try:
            case = desk.read(id)
            ends.extend(one for one in _turns(desk, case) if one > at)
            if not case.records(at, at.astimezone(desk.zone).date()):
                continue
            desk.anchored(case)
        except (StoreError, NoCase) as problem:
            troubles.append(str(problem))
            continue
        except Exception as problem:  # a case that nobody can read must not end the gateway
            troubles.append(f"case {id} cannot be read ({type(problem).__name__})")
            continue
        persons.add(case.scope.subject)
    return frozenset(persons), min(ends, default=None), troubles


def still_open(desk: Desk) -> tuple[int, int]:
    """How many cases were neither refused nor closed, and how many cannot be read."""
    open_ = unreadable = 0
    for id in desk.files.ids():
        try:
            case = desk.read(id)
            open_ += not (case.closed or case.refused)
        except Exception:  # what it is, `breaktime case list` and the gateway's own words say
            unreadable += 1
    return open_, unreadable


def _turns(desk: Desk, case: Case) -> list[datetime]:
    """When recording for a case may begin or end by itself: its days, its grant's end, the day of telling."""
    if case.expires is None or case.closed or case.refused:
        return []
    midnights = (case.scope.first, case.scope.last + timedelta(days=1))
    turns = [case.expires, *(datetime.combine(day, time(), desk.zone) for day in midnights)]
    return turns if case.told or case.tell_by is None else [*turns, case.tell_by]
