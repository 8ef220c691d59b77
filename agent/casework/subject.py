"""What a person may ask of the record: a copy of all that is held about them, and its erasure. The entry comes first.

The data protection officer acts here, never for themselves, and says how they know who is asking; a copy of their own
has also whoever signed in at the console, without what others wrote in a case. The entry in
the audit chain names the person by a keyed mark alone, so that their next copy can show who made the one before; the
headteacher and the chair of governors are told by mail that a copy was made, not of whom.

A case stands in the copy once its subject was told. Before that nothing of it does, neither the case nor a minute that
is recorded because of it: the copy is then the same as if there were no case, and says in any event that the law lets
some things be kept back for a time.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from agent.casework.desk import Desk
from agent.casework.ownwords import without_words
from agent.core.audit import Entry, Tag
from agent.core.cases import Case
from agent.core.concerns import Concern
from agent.core.offices import Office, Officer
from agent.core.tally import Minutes
from agent.store.casekey import CaseKeys
from agent.store.database import DATABASE
from agent.store.erasure import Erased, erasure_of
from agent.store.holds import holds_of
from agent.store.keys import DayKeys
from agent.store.keystore import Keystore
from agent.store.numbers import number
from agent.store.person import Scope, minutes_of_person

_ABOUT = (Tag.SUBJECT_EXPORT, Tag.SUBJECT_ERASE, Tag.SUBJECT_REFUSED)
_EVER = (date(1970, 1, 1), date(9999, 12, 31))


class Identified(StrEnum):
    """How the officer knows that whoever asks is the person."""

    IN_PERSON = "in-person"
    STAFF_RECORD = "staff-record"
    SIGNED_IN = "signed-in"


class RightsRefused(Exception):
    """It may not be done; the text says why. An entry was written."""


@dataclass(frozen=True, slots=True)
class SubjectRequest:
    """Who asks, how that is known, and on which day the request came."""

    person: str = field(repr=False)
    identified: Identified
    requested: date


@dataclass(frozen=True, slots=True)
class SubjectCopy:
    """Everything held about one person that may be told. `withheld` counts what may not; it stands in no file."""

    number: str
    person: str = field(repr=False)
    made: datetime
    request: SubjectRequest
    lists: Mapping[str, tuple[str, ...]]
    minutes: tuple[tuple[date, Minutes], ...] = field(repr=False)
    cases: tuple[Case, ...] = field(repr=False)
    entries: Mapping[str, tuple[Entry, ...]] = field(repr=False)
    asked: tuple[Entry, ...]
    concerns: tuple[Concern, ...] = field(repr=False)
    acts: tuple[Entry, ...]
    withheld: int = 0


@dataclass(frozen=True, slots=True)
class Around:
    """What the site knows beside the record: its lists, who acts as which officer, what the policies monitor.

    `concerns` gives those that the person raised; `on_concern` is true of a policy that records subjects of cases only.
    `forget` destroys their requests for access that are over: how many went, and how many stay.
    """

    lists: Mapping[str, tuple[str, ...]]
    devices: frozenset[str]
    officers: frozenset[str]
    concerns: Callable[[], Iterable[Concern]]
    on_concern: Callable[[str], bool]
    forget: Callable[[], tuple[int, int]] = lambda: (0, 0)


def export(desk: Desk, officer: Officer, request: SubjectRequest, around: Around) -> SubjectCopy:
    """A copy of everything. Raises RightsRefused, StoreError, MailError; the entry stands before anything is read."""
    copy = _copy(desk, _begun(desk, officer, request, Tag.SUBJECT_EXPORT), request, around)
    _announce(desk, copy.number)
    return copy


def _copy(desk: Desk, made: str, request: SubjectRequest, around: Around) -> SubjectCopy:
    told, untold = _cases(desk, request.person)
    minutes, kept_back = _minutes(desk, request.person, told, untold, around)
    marks = {mark_of(desk, request.person), _own_mark(desk, request.person)}
    entries = list(desk.log.entries())
    return SubjectCopy(
        made,
        request.person,
        desk.now(),
        request,
        around.lists,
        minutes,
        told,
        {case.id: tuple(one for one in entries if one.case == case.id) for case in told},
        _asked(entries, marks, bool(untold)),
        tuple(around.concerns()),
        tuple(one for one in entries if one.actor in around.officers),
        len(untold) + kept_back,
    )


def own(desk: Desk, user: str, person: str, around: Callable[[], Around]) -> SubjectCopy:
    """A person's own copy, for who has signed in as them; `user` is their id at the console. Raises StoreError.

    The same as an officer makes, by the same rules of what may be told, but for the words of others in a case: nobody
    has read those for what they say of third persons. The entry, by the user, comes first. Nobody is told by mail:
    whoever reads their own record answers to nobody for it.
    """
    request = SubjectRequest(person, Identified.SIGNED_IN, desk.today)
    made = _entered(desk, user, request, Tag.SUBJECT_EXPORT, _own_mark(desk, person))
    copy = _copy(desk, made, request, around())
    return replace(copy, cases=tuple(map(without_words, copy.cases)))


def erase(desk: Desk, officer: Officer, request: SubjectRequest, around: Around) -> Erased:
    """Take the person out of the record. Raises RightsRefused under a hold or a case in force; StoreError."""
    made = _begun(desk, officer, request, Tag.SUBJECT_ERASE)
    with desk.files.changing():  # no case comes into force between the question and the erasing
        if why := _held(desk, request.person):
            raise _refused(desk, officer, request.person, "held", why, made)
        requests = around.forget()
        erased = Erased(made, 0, 0, 0, *requests)
        if (desk.data / DATABASE).exists():
            with erasure_of(desk.data, desk.site) as erasure:
                at = desk.now().isoformat(timespec="seconds")
                erased = erasure.run(made, request.person, around.devices, at, requests)
    detail = {name: str(getattr(erased, name)) for name in ("days", "minutes", "requests")} | {"done": "yes"}
    detail |= {"request": made, "subject": mark_of(desk, request.person)}
    desk.log.append(Tag.SUBJECT_ERASE, officer.id, desk.now(), "", detail)
    return erased


def mark_of(desk: Desk, person: str) -> str:
    """What stands for a person in entries about their rights: nobody without the site's key can make or try it."""
    return _mark(desk, person)


def _own_mark(desk: Desk, person: str) -> str:
    """Another, for what a person did themselves: beside their user's id it must not tell whose the first one is."""
    return _mark(desk, f"own\0{person}")


def _mark(desk: Desk, of: str) -> str:
    secret = Keystore(desk.data / "keys" / "rights").make("subjects")
    return hmac.digest(secret, of.encode("utf-8", "surrogatepass"), "sha256")[:16].hex()


def _begun(desk: Desk, officer: Officer, request: SubjectRequest, tag: Tag) -> str:
    """Whether the officer may is asked before anything is looked up: a refusal then tells nothing of any case."""
    if officer.office is not Office.DATA_PROTECTION_OFFICER:
        what = "only the data protection officer gives copies and erases; for a look there is `breaktime case`"
        raise _refused(desk, officer, request.person, "office", what)
    if officer.person and officer.person == request.person:
        raise _refused(desk, officer, request.person, "own", "nobody acts on their own record; another officer must")
    return _entered(desk, officer.id, request, tag, mark_of(desk, request.person))


def _entered(desk: Desk, actor: str, request: SubjectRequest, tag: Tag, mark: str) -> str:
    made = number("S", desk.today.year)
    detail = {
        "request": made,
        "subject": mark,
        "identified": request.identified.value,
        "requested": str(request.requested),
    }
    desk.log.append(tag, actor, desk.now(), "", detail)
    return made


def _refused(desk: Desk, officer: Officer, person: str, why: str, what: str, made: str = "") -> RightsRefused:
    detail = {"subject": mark_of(desk, person), "why": why} | ({"request": made} if made else {})
    desk.log.append(Tag.SUBJECT_REFUSED, officer.id, desk.now(), "", detail)
    return RightsRefused(what)


def _cases(desk: Desk, person: str) -> tuple[tuple[Case, ...], tuple[Case, ...]]:
    """The person's cases: those that they were told of, and the others."""
    mine = [case for case in desk.all() if case.scope.subject == person]
    mine.sort(key=lambda case: case.opened_at)
    return tuple(case for case in mine if case.told), tuple(case for case in mine if not case.told)


def _minutes(
    desk: Desk, person: str, told: Iterable[Case], untold: Iterable[Case], around: Around
) -> tuple[tuple[tuple[date, Minutes], ...], int]:
    """The person's days, with what told cases hold back of days that are gone; and how many minutes may not be told."""
    days = _held_minutes(desk, told)
    path = desk.data / DATABASE
    for day, minutes in minutes_of_person(path, DayKeys.of_data(desk.data), desk.site, Scope(person, *_EVER)):
        days[day] = days.get(day, {}) | minutes
    open_times, shut_times = [_recorded(case) for case in told], [_recorded(case) for case in untold]
    kept_back = 0
    found = []
    for day in sorted(days):
        shown = {
            key: counts
            for key, counts in days[day].items()
            if not (around.on_concern(key.policy) and _within(key.minute, shut_times))
            or _within(key.minute, open_times)
        }
        kept_back += len(days[day]) - len(shown)
        if shown:
            found.append((day, dict(sorted(shown.items()))))
    return tuple(found), kept_back


def _held_minutes(desk: Desk, told: Iterable[Case]) -> dict[date, Minutes]:
    days: dict[date, Minutes] = {}
    held = [case for case in told if case.held]
    if not held or not (desk.data / DATABASE).exists():
        return days
    with holds_of(desk.data, desk.site) as holds:
        for case in held:
            if CaseKeys(DayKeys.of_data(desk.data).store).holds(case.id):
                for day, minutes in holds.read(case.id):
                    days[day] = days.get(day, {}) | minutes
    return days


def _recorded(case: Case) -> tuple[float, float]:
    """From when to when (epoch seconds) its subject was recorded because of a case; the same twice where never."""
    stands, approval = case.emergency or case.approval, case.approval
    once = case.granted is None or (approval is not None and case.granted == approval.at)
    if stands is None or (once and case.emergency is None and not (approval and approval.records)):
        return 0.0, 0.0
    ends = [one for one in (case.expires, case.closed.at if case.closed else None) if one]
    begins = min(case.granted or stands.at, stands.at)  # approved again, it has the last approval alone
    return begins.timestamp(), min(one.timestamp() for one in ends)


def _asked(entries: Iterable[Entry], marks: set[str], silent: bool) -> tuple[Entry, ...]:
    """Those about the person's own requests; an erasure that was refused for a case stays silent with it."""
    mine = [one for one in entries if one.tag in _ABOUT and one.detail.get("subject") in marks]
    held = {one.detail.get("request") for one in mine if one.detail.get("why") == "held"} if silent else set()
    return tuple(one for one in mine if not (held and one.detail.get("request") in held))


def _within(minute: int, times: Iterable[tuple[float, float]]) -> bool:
    return any(begins - 60 < minute * 60 < ends for begins, ends in times if begins < ends)


def _held(desk: Desk, person: str) -> str:
    """Why nothing of the person may be erased now, or ""."""
    cases = {case.id: case for case in desk.all() if case.scope.subject == person}
    at, holding = desk.now(), _holding(desk)
    for id, case in cases.items():
        held = bool(case.held) or id in holding
        if held or case.state(at).opens:
            what = "holds their record back" if held else "is approved and in force"
            secret = "" if case.told else _quiet(case)
            return f"case {id} {what}: what an investigation needs is not erased (UK GDPR, Article 17(3)(e)){secret}"
    return ""


def _holding(desk: Desk) -> set[str]:
    """The cases that hold anything, as the holds themselves say: a case's file may not know it yet."""
    if not (desk.data / DATABASE).exists():
        return set()
    with holds_of(desk.data, desk.site) as holds:
        return {hold.case for hold in holds.listed()}


def _quiet(case: Case) -> str:
    by = f" before {case.tell_by:%d/%m/%Y}" if case.tell_by else " yet"
    return f"; they may not be told of the case{by}, so do not give this reason to them until then"


def _announce(desk: Desk, made: str) -> None:
    """Tell head and chair that a copy was made: a check on whoever makes copies. Not of whom."""
    text = (
        "The data protection officer has made a copy of everything that is held about one person, because that person "
        f"asked for it. Its number is {made}.\n\nNobody else makes such copies. If you have doubts about it, ask the "
        "officer who asked for it and how that was known; the entry stands in the audit chain.\n"
    )
    offices = tuple(one for one in (Office.HEADTEACHER, Office.CHAIR_OF_GOVERNORS) if desk.announcer.reaches(one))
    if offices:
        desk.announcer.announce(offices, f"Breaktime: a copy of a record was made ({made})", text)
