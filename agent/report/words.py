"""Figures → words: numbers, dates, names, the headline and its three sentences. Pure.

A figure that is not told is said in words (`too few to show`), which the page explains once, at its end: few people
stand behind it, or behind another that it would give away.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from agent.report.figures import FEW, About, Edition, Figure, Kind, Line, Table, Usual, Week
from agent.report.leading import lead

NO_BREAK = "\N{NO-BREAK SPACE}"
# Own names, not strftime's: under another locale the report still speaks English.
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
          "October", "November", "December")  # fmt: skip
DAY_KINDS = {"school": "", "inset": "INSET", "weekend": "weekend", "holiday": "holiday"}
_ALONE: Mapping[str, str] = {
    "before-school": "Before school", "after-school": "After school", "closed": "School closed", "lesson": "Lessons",
    "break": "Break", "lunch": "Lunch", "training": "Training", "registration": "Registration", "assembly": "Assembly",
    "social-network": "Social networks", "microblog": "Microblogs", "video-sharing": "Video sharing",
    "photo-sharing": "Photo sharing", "messaging": "Messaging", "chat": "Chat", "forum": "Forums", "blog": "Blogs",
    "podcast": "Podcasts", "social-bookmarking": "Bookmarking", "wiki": "Wikis", "dating": "Dating",
    "professional-network": "Professional networks", "live-streaming": "Live streaming",
    "school-communication": "School communication", "social-media": "Social media, not named",
    "teacher": "Teachers", "support-staff": "Support staff", "senior-leader": "Senior leaders",
    "headteacher": "Headteacher", "governor": "Governors", "contractor": "Contractors", "volunteer": "Volunteers",
    "trainee": "Trainees", "pupil": "Pupils", "parent": "Parents", "visitor": "Visitors",
    "unknown": "Not known", "office": "Offices", "classroom": "Classrooms", "official": "The school’s accounts",
    "other": "Any other, or none that is known", "": "Not known",
}  # fmt: skip
_IN: Mapping[str, str] = {
    "before-school": "before school", "after-school": "after school", "closed": "outside school hours",
    "lesson": "in lessons", "break": "at break", "lunch": "at lunch", "training": "in training",
    "registration": "at registration", "assembly": "in assembly",
}  # fmt: skip
KINDS: Mapping[Kind, tuple[str, str]] = {
    Kind.VISITED: ("Used", "Minutes in which somebody used social media as the policy allows."),
    Kind.OBSERVED: (
        "Would be blocked",
        "Minutes with a visit that the policy blocks. It went through, as the school only observes.",
    ),
    Kind.BLOCKED: ("Blocked", "Minutes in which at least one visit was blocked. Nothing was shown but the notice."),
    Kind.CONTACT: (
        "In contact",
        "Minutes in which a device was in touch with a service that is passed on its name, unopened: somebody’s use, "
        "or an app by itself, which cannot be told. It is counted as no visit and no attempt.",
    ),
}
"""What each kind of minute is called, and what it means."""


def counted(number: int, one: str, many: str = "") -> str:
    """`1 minute`, `1,204 minutes`; `many` where an s is not enough."""
    return f"{number:,}{NO_BREAK}{one if number == 1 else many or one + 's'}"


def figure(value: Figure) -> str:
    """A figure by itself."""
    return f"{value:,}" if isinstance(value, int) else "too few to show"


def last(value: Figure | None) -> str:
    """Last week's figure; a dash where there is no report of it."""
    return "–" if value is None else figure(value)


def usual(value: Usual | None) -> str:
    """The average of the term's earlier weeks; in how many of them it could be told, where not in all."""
    if value is None or value.minutes is None:
        return "–"
    part = "" if value.told == value.weeks else f" ({value.told} of {counted(value.weeks, 'week')})"
    return f"{value.minutes:,}{part}"


def last_briefly(value: Figure | None) -> str:
    """Last week's figure for a narrow column."""
    return "few" if value is FEW else last(value)


def usual_briefly(value: Usual | None) -> str:
    """The average alone, for a narrow column."""
    return "–" if value is None or value.minutes is None else f"{value.minutes:,}"


def about(value: About | None) -> str:
    """A rounded count of connections."""
    if value is None:
        return "not counted here"
    return f"about {value.about:,}" if value.about else "fewer than 5"


def named(name: str) -> str:
    """What a part of a table is called: a period, category, zone, role; a service by its own name."""
    return _ALONE.get(name) or name.replace("-", " ").capitalize()


def when(period: str) -> str:
    """A period within a sentence: `at lunch`."""
    return _IN.get(period, f"in {period.replace('-', ' ')}")


def day(value: date, year: bool = False) -> str:
    """`16 November`, with the year if asked for."""
    return f"{value.day}{NO_BREAK}{MONTHS[value.month - 1]}" + (f" {value.year}" if year else "")


def short(value: date) -> str:
    """`Mon 16`, for the head of a column."""
    return f"{DAYS[value.weekday()][:3]} {value.day}"


def moment(value: datetime) -> str:
    """`Monday 23 November 2026, 07:00`, by the wall clock that it carries."""
    return f"{DAYS[value.weekday()]} {day(value, True)}, {value:%H:%M}"


def span(week: Week) -> str:
    """`16–22 November 2026`, `28 September – 4 October 2026`."""
    first, end = week.first, week.last
    if (first.year, first.month) == (end.year, end.month):
        return f"{first.day}–{day(end, True)}"
    return f"{day(first, first.year != end.year)} – {day(end, True)}"


def title(week: Week) -> str:
    """What the report is of: `Week 47`, `Autumn half-term`…"""
    if week.edition is Edition.WEEK:
        return f"Week {int(week.week.partition('W')[2])}"
    return {Edition.HALF_TERM: "The half-term", Edition.TERM: "The term"}[week.edition]


def time_word(week: Week) -> str:
    """`week`, `half-term`, `term`."""
    return str(week.edition)


def headline(week: Week) -> str:
    """The page's first words: what changed, plainly."""
    first, time = lead(week), time_word(week)
    visited, contact = first.total, first.kind is Kind.CONTACT
    if week.empty:
        return f"School was closed this {time}" if _closed(week) else f"Nothing was recorded this {time}"
    if visited.minutes is FEW:
        return f"Few people or none used social media this {time}"
    assert isinstance(visited.minutes, int)
    if week.edition is not Edition.WEEK or not isinstance(visited.last, int):
        return f"{counted(visited.minutes, 'minute')} {'in contact with' if contact else 'of'} social media this {time}"
    how = "Devices were in contact with social media" if contact else "Social media was used"
    if _close(visited.minutes, visited.last):
        return f"{how} as much as last week"
    return f"{how} {'less' if visited.minutes < visited.last else 'more'} than last week"


def sentences(week: Week) -> tuple[str, str, str]:
    """The report in three plain sentences: use, when, what was blocked."""
    if week.empty and _closed(week):
        return ("These were holidays.", "The record has not a minute of them.", "Nothing needs to be done.")
    if week.empty:
        why = {"never": "The policy records nobody.", "on-concern": "The policy records only the subject of a case."}
        closed = sum(kind != "school" for kind in week.days[:5])
        return (
            "The record has not a minute of these days.",
            why.get(week.monitoring, f"{counted(closed, 'weekday')} had no lessons." if closed else "School was open."),
            f"If that is a surprise, ask your technician whether the gateway was running ({_counted_days(week)}).",
        )
    return (_use(week), _busiest(week), _blocked(week))


def _closed(week: Week) -> bool:
    return all(kind in ("holiday", "weekend") for kind in week.days)


def _use(week: Week) -> str:
    first = lead(week)
    line = first.total
    who = "People whom the policy records" if week.monitoring != "always" else "Staff"
    if not isinstance(line.minutes, int):
        return f"So few people used social media, {_few(week)}, that their minutes are not shown."
    least = "at least " if _lacks(week) else ""
    if first.kind is Kind.CONTACT:
        return (
            f"Devices were in contact with social media for {least}{counted(line.minutes, 'minute')}{_against(line)}."
        )
    return f"{who} used social media for {least}{counted(line.minutes, 'minute')}{_against(line)}."


def _lacks(week: Week) -> bool:
    """True if the figures are of less than all: from totals, or of weeks of which some told too little or nothing."""
    if week.edition is Edition.WEEK:
        return week.source == "totals"
    usual = lead(week).total.usual
    return bool(week.missing) or (usual is not None and usual.told < usual.weeks)


def _against(line: Line) -> str:
    if isinstance(line.last, int) and isinstance(line.minutes, int):
        if _close(line.minutes, line.last):
            return f", much the same as last week ({line.last:,})"
        less = line.minutes < line.last
        part = round(abs(line.minutes - line.last) * 100 / line.last) if line.last else 0
        how = f"{part}% " if line.last and part < 100 else "much " if line.last else ""
        return f", {how}{'less' if less else 'more'} than last week ({line.last:,})"
    if line.usual is not None and line.usual.minutes is not None:
        return f"; a usual week of this term has {line.usual.minutes:,}"
    return ""


def _close(now: int, before: int) -> bool:
    return abs(now - before) * 20 <= max(now, before)


def _busiest(week: Week) -> str:
    total, busiest = lead(week).total.minutes, _most(lead(week).periods)
    if total == 0:
        return "No use was recorded."
    if busiest is None or not isinstance(busiest.minutes, int):
        return "When that was is not shown, as few people stand behind each part of the day."
    part = f", {counted(busiest.minutes, 'minute')},"
    most = isinstance(total, int) and busiest.minutes * 2 > total
    return f"{'Most of it' if most else 'The largest part'}{part} was {when(busiest.name)}."


def _most(periods: Table) -> Line | None:
    """The period with the most minutes, of those that are told; None where none is."""
    told = [line for line in periods.lines if isinstance(line.minutes, int) and line.minutes]
    return max(told, key=lambda line: int(str(line.minutes)), default=None)


def _blocked(week: Week) -> str:
    observed = week.mode == "observe"
    line = week.minutes.observed.total if observed else week.headline.blocked
    verb = "would have been blocked" if observed else "were blocked"
    if line.minutes == 0:
        return f"No visits {verb}."
    if not isinstance(line.minutes, int):
        return f"Visits of few people or none {verb}."
    lessons = week.headline.blocked_in_lessons.minutes
    inside = f", {figure(lessons)} of them in lessons" if not observed and isinstance(lessons, int) else ""
    return f"Visits {verb} in {counted(line.minutes, 'minute')}{inside}."


def _few(week: Week) -> str:
    return f"fewer than {week.threshold} or none"


def _counted_days(week: Week) -> str:
    return f"it counted on {counted(week.coverage.days, 'day')} of {len(week.days)}"


def course_label(value: date) -> str:
    """`7 Sep`, under a point of the term's course."""
    return f"{value.day} {MONTHS[value.month - 1][:3]}"
