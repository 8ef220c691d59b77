"""An answer of `explain` as a headteacher would read it, and as a technician would."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from textwrap import fill

from agent.core.accounts import Account
from agent.core.activity import Activity
from agent.core.calendar import DayKind
from agent.core.clients import DeviceKind, Owner, Role, Zone
from agent.core.decision import Mode, Outcome, Verdict
from agent.core.engine import Engine
from agent.core.explain import Answer, Query
from agent.core.policy import NO_POLICY
from agent.core.pupils import Pupils
from agent.core.timetable import PeriodKind

WIDTH = 100

_WHO: Mapping[Role, str] = {
    Role.TEACHER: "A teacher",
    Role.SUPPORT_STAFF: "A member of the support staff",
    Role.SENIOR_LEADER: "A senior leader",
    Role.HEADTEACHER: "The headteacher",
    Role.GOVERNOR: "A governor",
    Role.CONTRACTOR: "A contractor",
    Role.VOLUNTEER: "A volunteer",
    Role.TRAINEE: "A trainee",
    Role.PUPIL: "A pupil",
    Role.PARENT: "A parent",
    Role.VISITOR: "A visitor",
    Role.UNKNOWN: "Somebody whom the school's lists do not know",
}
_WHERE: Mapping[Zone, str] = {
    Zone.CLASSROOM: "in a classroom",
    Zone.STAFF_ROOM: "in the staff room",
    Zone.OFFICE: "in an office",
    Zone.HALL: "in the hall",
    Zone.PLAYGROUND: "in the playground",
    Zone.RECEPTION: "at reception",
    Zone.GUEST: "on the guests' network",
    Zone.UNKNOWN: "somewhere on the network",
}
_DAYS: Mapping[str, str] = {
    DayKind.SCHOOL: "on a school day",
    DayKind.INSET: "on an INSET day",
    DayKind.WEEKEND: "at the weekend",
    DayKind.HOLIDAY: "in the holidays",
}
_PERIODS: Mapping[str, str] = {
    PeriodKind.LESSON: "in a lesson",
    PeriodKind.TRAINING: "in training",
    PeriodKind.REGISTRATION: "at registration",
    PeriodKind.ASSEMBLY: "in assembly",
    PeriodKind.BREAK: "at break",
    PeriodKind.LUNCH: "at lunch",
    PeriodKind.BEFORE_SCHOOL: "before school",
    PeriodKind.AFTER_SCHOOL: "after school",
    PeriodKind.CLOSED: "outside the school's hours",
}
_PUPILS: Mapping[str, str] = {
    Pupils.PRESENT: "with pupils present",
    Pupils.ABSENT: "with no pupils present",
    Pupils.UNKNOWN: "and pupils may be present",
}
_ACCOUNTS: Mapping[Account, str] = {
    Account.OFFICIAL: "signed in as the school",
    Account.OTHER: "signed in with another account than the school's",
    Account.SIGNED_OUT: "signed out",
    Account.UNKNOWN: "",
}
_ACTS: Mapping[Activity, str] = {
    Activity.POST: "to post something",
    Activity.EDIT: "to edit something",
    Activity.SIGN_IN: "to sign in",
    Activity.SIGN_UP: "to open an account",
    Activity.SCHOOL_SIGN_UP: "to open an account with the school's e-mail address",
    Activity.LIVE: "to broadcast live",
    Activity.EMBED: "as part of another page",
    Activity.APP: "with an app",
}


def told(engine: Engine, query: Query, answer: Answer) -> str:
    """Who, what and when; the verdict with its paragraph; until when; what is opened and recorded."""
    return fill(" ".join(_sentences(engine, query, answer)), WIDTH)


def traced(answer: Answer) -> str:
    """The answer's technical side: verdict and rule, then every rule that was read, in order."""
    marks = {Outcome.YES: "yes ", Outcome.NO: "no  ", Outcome.OPEN: "open"}
    lines = [
        f"  {answer.verdict} by rule {answer.rule} of policy {answer.policy or '-'} (revision {answer.revision})",
        f"  {answer.service or '-'}, {answer.category or '-'}, {answer.activity}; "
        f"day {answer.day}, period {answer.period}, pupils {answer.pupils}, bell {answer.bell}",
    ]
    steps = (f"  {n:>2} {marks[step.outcome]}  {step.rule}: {step.why}" for n, step in enumerate(answer.trace, 1))
    return "\n".join([*lines, *steps])


def _sentences(engine: Engine, query: Query, answer: Answer) -> Iterator[str]:
    at = query.at.astimezone(engine.timetable.calendar.zone)
    when = f"{_PERIODS[answer.period]} {_DAYS[answer.day]}, {_PUPILS[answer.pupils]}"
    yield f"{_who(query)} goes to {_what(engine, query, answer)} on {_date(at)} at {at:%H:%M}, {when}."
    yield _verdict(answer)
    yield from _written(engine, answer)
    yield from _ends(answer, at)
    yield from _done(engine, answer)


def _who(query: Query) -> str:
    device = "device" if query.kind is DeviceKind.UNKNOWN else "TV" if query.kind is DeviceKind.TV else query.kind
    with_what = {
        Owner.SCHOOL: f"with a school {device}",
        Owner.PERSONAL: f"with a {device} of their own",
        Owner.UNKNOWN: f"with a {device} that the school does not know",
    }
    given = ", with the headteacher's permission," if query.authorised else ""
    return f"{_WHO[query.role]} {with_what[query.owner]} {_WHERE[query.zone]}{given}"


def _what(engine: Engine, query: Query, answer: Answer) -> str:
    if answer.service is None:
        return "a site that is not social media"
    service = engine.catalogue.services[answer.service]
    details = (service.category.replace("-", " "), _ACCOUNTS[query.account], _ACTS.get(query.activity, ""))
    return f"{service.name} ({', '.join(detail for detail in details if detail)})"


def _verdict(answer: Answer) -> str:
    word = "This is allowed" if answer.verdict is Verdict.ALLOW else "This is not allowed"
    if answer.service is None:
        return f"{word}: no policy rules on what is not social media."
    if answer.rule == NO_POLICY:
        return f"{word}: no policy is in force."
    return f"{word}: {answer.say}" if answer.say else f"{word}."


def _written(engine: Engine, answer: Answer) -> Iterator[str]:
    policy = engine.policies.policies.get(answer.policy)
    if policy is None or answer.service is None:
        return
    if not answer.clause:
        yield f'It is a rule of "{policy.title}" that no paragraph of the written policy is named for.'
        return
    several = "paragraphs" if "," in answer.clause else "paragraph"
    yield f'"{policy.title}" says so in {several} {answer.clause}.'


def _ends(answer: Answer, at: datetime) -> Iterator[str]:
    if answer.service is None:
        return
    if answer.verdict is Verdict.ALLOW:
        yield f"It stays so until {_instant(answer.until, at)}." if answer.until else "No change is in sight."
        return
    if answer.until and answer.until != answer.next_allowed:
        yield f"This answer stands until {_instant(answer.until, at)}."
    if answer.next_allowed:
        yield f"The next time that it may be allowed is {_instant(answer.next_allowed, at)}."
    else:
        yield "No time at which it is allowed is in sight."


def _done(engine: Engine, answer: Answer) -> Iterator[str]:
    if answer.verdict is Verdict.BLOCK and engine.site.mode is Mode.OBSERVE:
        yield "This site only observes: nothing is blocked yet."
    if answer.opens and answer.verdict is Verdict.BLOCK:
        yield "The connection is opened, to see what is done there or to show the page that says why."
    elif answer.opens:
        yield "The connection is opened, since the answer turns on what only its inside can tell."
    else:
        yield "The connection is not opened."
    yield "One minute is recorded, under a pseudonym." if answer.record == "minute" else "Nothing is recorded."


def _instant(then: datetime | None, now: datetime) -> str:
    assert then is not None, "asked only where there is one"
    return f"{then:%H:%M}" if then.date() == now.date() else f"{then:%H:%M} on {_date(then)}"


def _date(at: datetime) -> str:
    return f"{at:%A} {at.day} {at:%B %Y}"
