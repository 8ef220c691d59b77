"""Timetables of other programs: a week out of CSV or iCalendar, and what is refused because no week of ours has it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.timetable import PeriodKind
from agent.directory.timetables import FREE_COLUMNS, Row, as_csv, as_yaml, clock, period_of, read_timetable
from agent.problems import Problems

LONDON = ZoneInfo("Europe/London")


def event(*lines: str, first: str = "20261123T090000", last: str = "20261123T100000") -> str:
    """An event of a Monday."""
    return "\r\n".join(("BEGIN:VEVENT", "UID:1", f"DTSTART:{first}", f"DTEND:{last}", *lines, "END:VEVENT"))


def calendar(*events: str) -> str:
    """A whole calendar."""
    return "\r\n".join(("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *events, "END:VCALENDAR", ""))


def read(text: str, kind: str = "rooms", whose: str = "") -> tuple[list[tuple[object, ...]], list[str]]:
    """The rows, and what is said."""
    problems = Problems()
    rows = read_timetable("t", text.encode(), kind, whose, LONDON, problems)
    return [(r.whose, r.weekday, clock(r.start), clock(r.end), r.what) for r in rows], list(map(str, problems.sorted()))


LESSON = ("room-12", 0, "09:00", "10:00", "")
WEEKLY = {
    "an event of its own": (event("LOCATION:Room 12"), [LESSON]),
    "weekly": (event("LOCATION:Room 12", "RRULE:FREQ=WEEKLY"), [LESSON]),
    "on several days": (
        event("LOCATION:Room 12", "RRULE:FREQ=WEEKLY;BYDAY=MO,WE"),
        [LESSON, ("room-12", 2, "09:00", "10:00", "")],
    ),
    "every day": (
        event("LOCATION:hall", "RRULE:FREQ=DAILY"),
        [("hall", day, "09:00", "10:00", "") for day in range(5)],
    ),
    "twice the same": ("\r\n".join((event("LOCATION:Room 12"), event("LOCATION:Room 12"))), [LESSON]),
    "in UTC, in summer": (
        event("LOCATION:Room 12", first="20260615T080000Z", last="20260615T090000Z"), [LESSON],
    ),
    "at a weekend": (event("LOCATION:x", first="20261122T090000", last="20261122T100000"), []),
    "nowhere": (event("SUMMARY:Staff meeting"), []),
    "a whole day": ("BEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20261123\r\nLOCATION:x\r\nEND:VEVENT", []),
    "for an hour": (
        "BEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261123T090000\r\nDURATION:PT1H\r\nLOCATION:Room 12\r\nEND:VEVENT", [LESSON],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("events", "rows"), WEEKLY.values(), ids=WEEKLY)
def test_a_week_of_rooms(events: str, rows: list[tuple[object, ...]]) -> None:
    """Each event with a place is a stretch of the week in it, by the site's clock, once."""
    assert read(calendar(events)) == (rows, [])


REFUSED = {
    "every second week": (event("LOCATION:x", "RRULE:FREQ=WEEKLY;INTERVAL=2"), "comes back otherwise than every week"),
    "every month": (event("LOCATION:x", "RRULE:FREQ=MONTHLY"), "comes back otherwise than every week"),
    "the first Monday": (event("LOCATION:x", "RRULE:FREQ=MONTHLY;BYDAY=1MO"), "comes back otherwise than every week"),
    "two rules": (event("LOCATION:x", "RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY"), "several rules"),
    "over night": (event("LOCATION:x", last="20261124T010000"), "does not begin and end on one day"),
    "without an end": ("BEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261123T090000\r\nLOCATION:x\r\nEND:VEVENT", "when it ends"),
}


@pytest.mark.parametrize(("events", "said"), REFUSED.values(), ids=REFUSED)
def test_what_no_week_has(events: str, said: str) -> None:
    """It is said, with the number of the event and what to do, and nothing is guessed."""
    rows, problems = read(calendar(events))
    assert rows == []
    assert len(problems) == 1
    assert said in problems[0]


def test_free_periods_of_a_calendar() -> None:
    """Events that are called so are free periods of the person whose calendar it is; lessons are not."""
    events = event("SUMMARY:PPA"), event("SUMMARY:Year 4 maths"), event("SUMMARY:Freedom of speech")
    assert read(calendar(*events), "free-periods", "teacher-03")[0] == [("teacher-03", 0, "09:00", "10:00", "")]
    assert "does not say whose it is" in read(calendar(events[0]), "free-periods")[1][0]


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Period 1", PeriodKind.LESSON),
        ("P3", PeriodKind.LESSON),
        ("Morning break", PeriodKind.BREAK),
        ("Lunch", PeriodKind.LUNCH),
        ("Tutor time", PeriodKind.REGISTRATION),
        ("Assembly", PeriodKind.ASSEMBLY),
        ("before-school", PeriodKind.BEFORE_SCHOOL),
        ("After school club", PeriodKind.AFTER_SCHOOL),
        ("closed", None),
        ("Sports day", None),
    ],
)
def test_what_a_title_names(title: str, kind: PeriodKind | None) -> None:
    """Schools name their periods in many ways; what is none of them is not guessed."""
    assert period_of(title) is kind


def test_bells_of_a_calendar() -> None:
    """Each event is a period of the bell; a title that names none is said."""
    rows, said = read(calendar(event("SUMMARY:Period 1"), event("SUMMARY:Sports day")), "bells", "main")
    assert len(rows) == 1
    assert "names no period that is known" in said[0]
    assert read(calendar(event("SUMMARY:Period 1")), "bells", "main")[0] == [("main", 0, "09:00", "10:00", "lesson")]


CSV = {
    "rooms": ("room,day,from,to\nRoom 12,mon,09:00,10:00\n", [LESSON]),
    "free-periods": ("person,day,from,to\nteacher-03,wed,09:00,10:00\n", [("teacher-03", 2, "09:00", "10:00", "")]),
    "bells": (
        "bell,period,from,to,days\nmain,Period 1,09:00,10:00,mon tue\n",
        [("main", 0, "09:00", "10:00", "lesson"), ("main", 1, "09:00", "10:00", "lesson")],
    ),
}


@pytest.mark.parametrize("kind", CSV)
def test_csv(kind: str) -> None:
    """The same out of a table."""
    assert read(CSV[kind][0], kind) == (CSV[kind][1], [])


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        ("bells", "bell,period,from,to\nmain,Sports day,09:00,10:00\n", "names no period"),
        ("bells", "bell,period,from,to,days\nmain,lesson,09:00,10:00,sun\n", "'sun' is not a school day"),
        ("bells", "bell,period,from,to\n,lesson,09:00,10:00\n", "the bell is missing"),
        ("rooms", "room,day,from,to\nx,mon,9,10\n", "is not a time of day"),
        ("rooms", "BEGIN:VCALENDAR\nBEGIN:VEVENT\n", "not a whole iCalendar file"),
        ("rooms", "BEGIN:VCALENDAR\n" + "X" * 5_000_001, "longer than"),
    ],
)
def test_mistakes(kind: str, text: str, said: str) -> None:
    """What cannot be read is said."""
    rows, problems = read(text, kind)
    assert rows == []
    assert said in problems[0]


def test_as_our_own_files() -> None:
    """Rows become lines of free-periods.csv, and bells of site.yaml with the days that differ."""
    rows = [Row("t-1", 2, 540, 600)]
    assert as_csv(rows, FREE_COLUMNS) == "person,day,from,to\nt-1,wed,09:00,10:00\n"
    week = [Row("infants", day, 600, 615, "break") for day in range(5)]
    assert as_yaml([Row("main", 0, 540, 600, "lesson"), *week]).splitlines() == [
        "bells:",
        "  - bell: main",
        "    periods:",
        "      - {period: lesson, from: 09:00, to: 10:00, days: [mon]}",
        "  - bell: infants",
        "    for: {groups: [infants]}   # whose it is: persons, groups, rooms, zones or roles",
        "    periods:",
        "      - {period: break, from: 10:00, to: 10:15}",
    ]


def test_the_first_bell_stays_the_first() -> None:
    """Whose the rows are comes in the order of the file: the first bell of a site is everybody's."""
    lines = "z-main,lesson,11:00,12:00", "z-main,lesson,09:00,10:00", "a,break,09:00,10:00"
    text = "\n".join(("bell,period,from,to,days", *(f"{line},mon" for line in lines), ""))
    assert [(row[0], row[2]) for row in read(text, "bells")[0]] == [
        ("z-main", "09:00"), ("z-main", "11:00"), ("a", "09:00"),
    ]  # fmt: skip


@given(st.text(max_size=200), st.sampled_from(["rooms", "bells", "free-periods"]))
def test_whatever_stands_there(text: str, kind: str) -> None:
    """No file ends the reading."""
    read("BEGIN:VCALENDAR\r\n" + text, kind, "x")
    read(text, kind)
