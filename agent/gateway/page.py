"""The block page: what a person sees instead of a service that the policy does not allow just now.

Last step of the flow: engine -> Decision(block) -> `Notice` -> bytes. The caller (the gateway's apply step)
answers 403 with `document()` and `HEADERS` to a document request, with `sentence()` and `PLAIN_HEADERS` to
anything else. Pure: the clock is passed in, and the only file read is this package's own template, once.

A notice has no field for the requested address or the person, so neither can reach the page.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.gateway.sheets import sheet

# Own names, not strftime's: a worker started under another locale still speaks English.
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
           "October", "November", "December")  # fmt: skip
_PERIODS = {
    "lesson": "lesson time",
    "training": "training time",
    "break": "break time",
    "lunch": "lunch time",
    "before-school": "before the school day",
    "after-school": "after the school day",
    "closed": "outside school hours",
}


@dataclass(frozen=True, slots=True)
class Notice:
    """Everything that the page says. Both times are the site's; their wall clock is shown as it is."""

    service: str  # "Facebook"
    site: str  # the school's name
    reason: str  # the rule's `say` sentence
    policy: str  # title of the policy in force
    clause: str  # "8.6.2" or "8.6.2, 9.1" as the written policy numbers it, '' if none
    period: str  # the timetable's word, "lesson"
    next_allowed: datetime | None  # local, aware; None: not at any known time on this device
    now: datetime  # local, aware
    contact: str  # whom to ask, "the school office"
    recorded: bool  # whether this try is recorded
    retention_days: int  # for how long, if it is
    rehearsal: bool  # the engine's clock was moved
    ask: str = ""  # where access can be asked for, where an authorisation would lift the block
    sign_in: str = ""  # host and path of the service's sign-in page, where signing in as the school is what is missing


def document(notice: Notice) -> bytes:
    """The whole page as UTF-8 HTML: one file, no script, no outside resource."""
    page = _SHEET.page.render(
        notice=notice,
        reason=_ended(notice.reason),
        period=_period(notice.period),
        paragraph=_paragraph(notice.clause),
        next=notice.next_allowed,
        day=_day(notice),
        hands=_hands(notice.next_allowed),
        today=f"{_date(notice.now)} {notice.now.year}",
        kept=_kept(notice.retention_days),
    )
    return _encode(page)


def sentence(notice: Notice) -> bytes:
    """The same in one line of plain text, for what is not shown as a page (a script, a picture, an app)."""
    parts = (
        "REHEARSAL, the clock was moved." if notice.rehearsal else "",
        f"{notice.service} is not available just now." if notice.next_allowed else "",
        _ended(notice.reason),
        f"({', '.join(filter(None, (notice.policy, _paragraph(notice.clause))))})",
        _when(notice),
        _ended(f"Please ask {notice.contact} if you need it"),
    )
    return _encode(_one_line(" ".join(parts)) + "\n")


def _when(notice: Notice) -> str:
    """The next allowed time as a sentence."""
    if notice.next_allowed is None and notice.sign_in:
        return f"Signed in as the school it is allowed: https://{notice.sign_in}"
    if notice.next_allowed is None:
        return f"Under the policy, {notice.service} is not allowed on this device at school at any time."
    return f"Next allowed {_day(notice)}at {notice.next_allowed:%H:%M}."


def _day(notice: Notice) -> str:
    """What stands before "at 10:30": nothing today, then "tomorrow ", then "on Monday 4 January ".

    Wall-clock dates are compared, never elapsed hours: a day on which the clocks change has 23 or 25.
    """
    if notice.next_allowed is None or notice.next_allowed.date() == notice.now.date():
        return ""
    if notice.next_allowed.date() == notice.now.date() + timedelta(days=1):
        return "tomorrow "
    return f"on {_date(notice.next_allowed)} "


def _date(moment: datetime) -> str:
    return f"{_DAYS[moment.weekday()]} {moment.day} {_MONTHS[moment.month - 1]}"


def _hands(moment: datetime | None) -> tuple[str, str]:
    """Degrees from twelve o'clock of the hour and the minute hand."""
    if moment is None:
        return "0", "0"
    return f"{moment.hour % 12 * 30 + moment.minute / 2:g}", f"{moment.minute * 6:g}"


def _period(period: str) -> str:
    """The timetable's word as people say it after "It is now"."""
    return _PERIODS.get(period, period.replace("-", " "))


def _paragraph(clause: str) -> str:
    if not clause:
        return ""
    return f"{'paragraphs' if ',' in clause else 'paragraph'} {clause}"


def _kept(days: int) -> str:
    if days < 1:
        return "is deleted the same day"
    return f"is deleted after {days}\N{NO-BREAK SPACE}day{'' if days == 1 else 's'}"


def _ended(text: str) -> str:
    """A sentence of the school's own, with a full stop if it was written without one."""
    text = text.strip()
    return text if not text or text.endswith((".", "!", "?", "…")) else f"{text}."


def _one_line(text: str) -> str:
    """Line breaks and control characters become spaces: this text is read in terminals and logs of apps."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _encode(text: str) -> bytes:
    # A stray surrogate in a configured name must not cost the person the page.
    return text.encode("utf-8", "replace")


_SHEET = sheet("block_page.html")

_COMMON = {
    "cache-control": "no-store",  # at the bell the same address must be asked for again
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}

# The page stands in the blocked site's own origin, so nothing may run or load in it. It may be framed by
# anyone: a video embedded in lesson material is a document request too, and a frame that says why it is empty
# helps more than the browser's broken-page sign. There is nothing to click in it but the way to the service's own
# sign-in page, in the whole window, so nothing to hijack.
HEADERS: dict[str, str] = {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": f"default-src 'none'; style-src {_SHEET.style}; "
    "base-uri 'none'; form-action 'none'; frame-ancestors *",
    **_COMMON,
}

PLAIN_HEADERS: dict[str, str] = {
    "content-type": "text/plain; charset=utf-8",
    "content-security-policy": "default-src 'none'",
    **_COMMON,
}
