"""The bell at an instant: half-open wall-clock ranges, odd days, and every change in order."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from agent.core.calendar import Calendar, DayKind
from agent.core.clients import Client, DeviceKind, Owner, Role, Zone
from agent.core.timetable import BellUse, FreePeriod, PeriodKind, TimeRange, Timetable

from .build import BELLS, CALENDAR, FRIDAY, INFANTS, MAIN, TIMETABLE, WEEK, at, bell, clock, days, span

SCHOOL, INSET, WEEKEND, HOLIDAY = DayKind.SCHOOL, DayKind.INSET, DayKind.WEEKEND, DayKind.HOLIDAY
LESSON, BREAK, CLOSED = PeriodKind.LESSON, PeriodKind.BREAK, PeriodKind.CLOSED
BEFORE, AFTER, TRAINING = PeriodKind.BEFORE_SCHOOL, PeriodKind.AFTER_SCHOOL, PeriodKind.TRAINING


@pytest.mark.parametrize(
    ("instant", "day", "period", "starts", "ends"),
    [
        pytest.param("2026-11-23T00:00", SCHOOL, CLOSED, "23T00:00", "23T07:00", id="00:00"),
        pytest.param("2026-11-23T06:59:59", SCHOOL, CLOSED, "23T00:00", "23T07:00", id="last second of closed"),
        pytest.param("2026-11-23T07:00", SCHOOL, BEFORE, "23T07:00", "23T08:45", id="before school"),
        pytest.param("2026-11-23T08:45", SCHOOL, PeriodKind.REGISTRATION, "23T08:45", "23T09:00", id="registration"),
        pytest.param("2026-11-23T09:30", SCHOOL, LESSON, "23T09:00", "23T10:30", id="lesson"),
        pytest.param("2026-11-23T10:29:59", SCHOOL, LESSON, "23T09:00", "23T10:30", id="last second of lesson"),
        pytest.param("2026-11-23T10:30", SCHOOL, BREAK, "23T10:30", "23T10:45", id="10:30 is the break's"),
        pytest.param("2026-11-23T10:45", SCHOOL, LESSON, "23T10:45", "23T12:00", id="10:45 is the lesson's"),
        pytest.param("2026-11-23T12:00", SCHOOL, PeriodKind.LUNCH, "23T12:00", "23T13:00", id="lunch"),
        pytest.param("2026-11-23T14:50", SCHOOL, LESSON, "23T13:00", "23T15:15", id="Monday afternoon"),
        pytest.param("2026-11-27T14:50", SCHOOL, PeriodKind.ASSEMBLY, "27T14:45", "27T15:15", id="Friday assembly"),
        pytest.param("2026-11-23T15:15", SCHOOL, AFTER, "23T15:15", "23T18:00", id="after school"),
        pytest.param("2026-11-23T18:00", SCHOOL, CLOSED, "23T18:00", "24T00:00", id="closed in the evening"),
        pytest.param("2026-11-23T23:59:59", SCHOOL, CLOSED, "23T18:00", "24T00:00", id="23:59"),
        pytest.param("2026-11-23T09:30+01:00", SCHOOL, BEFORE, "23T07:00", "23T08:45", id="told in another zone"),
        pytest.param("2026-11-28T09:30", WEEKEND, CLOSED, "28T00:00", "29T00:00", id="weekend"),
        pytest.param("2026-10-26T09:30", HOLIDAY, CLOSED, "26T00:00", "27T00:00", id="half-term"),
        pytest.param("2027-05-03T09:30", HOLIDAY, CLOSED, "03T00:00", "04T00:00", id="bank holiday"),
        pytest.param("2026-09-01T09:30", INSET, TRAINING, "01T09:00", "01T10:30", id="INSET, a lesson's time"),
        pytest.param("2026-09-01T08:50", INSET, TRAINING, "01T08:45", "01T09:00", id="INSET, registration's time"),
        pytest.param("2026-09-01T10:30", INSET, BREAK, "01T10:30", "01T10:45", id="INSET, the break stays"),
        pytest.param("2026-09-01T07:30", INSET, BEFORE, "01T07:00", "01T08:45", id="INSET, before school"),
        pytest.param("2028-02-29T10:30", SCHOOL, BREAK, "29T10:30", "29T10:45", id="leap day"),
        pytest.param("2028-02-29T23:59", SCHOOL, CLOSED, "29T18:00", "2028-03-01T00:00", id="end of leap day"),
        pytest.param("2026-12-18T13:29", SCHOOL, LESSON, "18T13:00", "18T13:30", id="early closing, before"),
        pytest.param("2026-12-18T13:30", SCHOOL, AFTER, "18T13:30", "18T14:45", id="early closing, at"),
        pytest.param("2026-12-18T14:50", SCHOOL, AFTER, "18T14:45", "18T15:15", id="early closing, assembly"),
        pytest.param("2026-12-18T18:30", SCHOOL, CLOSED, "18T18:00", "19T00:00", id="early closing, evening"),
        pytest.param("2027-01-04T14:00", INSET, AFTER, "04T14:00", "04T15:15", id="early closing on INSET"),
        pytest.param("2026-03-29T00:59", WEEKEND, CLOSED, "29T00:00", "30T00:00", id="spring 2026, before"),
        pytest.param("2026-03-29T02:00", WEEKEND, CLOSED, "29T00:00", "30T00:00", id="spring 2026, after"),
        pytest.param("2026-10-25T01:30+01:00", WEEKEND, CLOSED, "25T00:00", "26T00:00", id="autumn, first 01:30"),
        pytest.param("2026-10-25T01:30+00:00", WEEKEND, CLOSED, "25T00:00", "26T00:00", id="autumn, second 01:30"),
        pytest.param("2027-03-28T12:00", WEEKEND, CLOSED, "28T00:00", "29T00:00", id="spring 2027"),
        pytest.param("2026-03-30T10:30", SCHOOL, BREAK, "30T10:30", "30T10:45", id="Monday after spring"),
        pytest.param("2026-03-30T10:29:59", SCHOOL, LESSON, "30T09:00", "30T10:30", id="the same, a second before"),
        pytest.param("2026-11-02T10:30", SCHOOL, BREAK, "02T10:30", "02T10:45", id="Monday after autumn"),
    ],
)
def test_moment(instant: str, day: DayKind, period: PeriodKind, starts: str, ends: str) -> None:
    """An instant has the period whose start it has reached and whose end it has not."""
    moment = TIMETABLE.moment(at(instant), MAIN)
    full = [at(text if len(text) > 8 else instant[:8] + text) for text in (starts, ends)]
    assert (moment.day, moment.period) == (day, period)
    assert [moment.starts, moment.ends] == full
    assert moment.starts.timestamp() <= at(instant).timestamp() < moment.ends.timestamp()


@pytest.mark.parametrize(
    ("first", "second", "hours"),
    [
        ("2026-03-29T00:00", "2026-03-30T00:00", 23),
        ("2027-03-28T00:00", "2027-03-29T00:00", 23),
        ("2026-10-25T00:00", "2026-10-26T00:00", 25),
        ("2028-02-29T00:00", "2028-03-01T00:00", 24),
    ],
)
def test_length(first: str, second: str, hours: int) -> None:
    """A day lasts from midnight to midnight by the clock on the wall, however many hours that is."""
    moment = TIMETABLE.moment(at(first), MAIN)
    assert (moment.ends.timestamp() == at(second).timestamp()) is (moment.period is CLOSED and moment.day is WEEKEND)
    start, end = (TIMETABLE.instant(at(first).date(), minute) for minute in (0, 1440))
    assert (end.timestamp() - start.timestamp()) / 3600 == hours


@pytest.mark.parametrize(
    ("day", "minute", "instant"),
    [
        ("2026-11-23", "00:00", "2026-11-23T00:00+00:00"),
        ("2026-11-23", "23:59", "2026-11-23T23:59+00:00"),
        ("2026-11-23", "24:00", "2026-11-24T00:00+00:00"),
        ("2028-02-28", "24:00", "2028-02-29T00:00+00:00"),
        ("2026-12-31", "24:00", "2027-01-01T00:00+00:00"),
        ("2026-03-29", "01:00", "2026-03-29T02:00+01:00"),
        ("2026-03-29", "01:30", "2026-03-29T02:00+01:00"),
        ("2026-03-29", "02:00", "2026-03-29T02:00+01:00"),
        ("2026-10-25", "01:30", "2026-10-25T01:30+01:00"),
        ("2026-10-25", "02:00", "2026-10-25T02:00+00:00"),
    ],
)
def test_instant(day: str, minute: str, instant: str) -> None:
    """A minute begins when the clock first shows it, or skips it."""
    found = TIMETABLE.instant(date.fromisoformat(day), clock(minute))
    assert found.isoformat(timespec="minutes") == instant


CAIRO = Calendar(ZoneInfo("Africa/Cairo"), (days("2026-01-01", "2026-12-31"),))  # changes its clock on school nights
LATE = bell("late", (LESSON, "00:30-00:45", WEEK), (BREAK, "00:45-23:30", WEEK), (AFTER, "23:30-24:00", WEEK))


@pytest.mark.parametrize(
    ("instant", "period", "starts", "ends"),
    [
        pytest.param("2026-04-24T01:00+03:00", BREAK, "04-24T01:00", "04-24T23:30", id="a lesson that is skipped"),
        pytest.param("2026-10-29T23:29+03:00", BREAK, "10-29T00:45", "10-29T23:30", id="first 23:29"),
        pytest.param("2026-10-29T23:30+03:00", AFTER, "10-29T23:30", "10-30T00:00", id="first 23:30"),
        pytest.param("2026-10-29T23:10+02:00", AFTER, "10-29T23:30", "10-30T00:00", id="second 23:10"),
        pytest.param("2026-10-30T00:00+02:00", CLOSED, "10-30T00:00", "10-30T00:30", id="midnight after all"),
    ],
)
def test_school_nights(instant: str, period: PeriodKind, starts: str, ends: str) -> None:
    """In an hour that comes twice what has begun has begun; what is skipped never is."""
    moment = Timetable(CAIRO, {"late": LATE}, "late").moment(datetime.fromisoformat(instant), LATE)
    assert moment.period is period
    assert [t.isoformat(timespec="minutes")[5:16] for t in (moment.starts, moment.ends)] == [starts, ends]
    asked = datetime.fromisoformat(instant)
    assert moment.starts.timestamp() <= asked.timestamp() < moment.ends.timestamp()


def test_skipped_changes() -> None:
    """Boundaries that the clock skips come once, when it goes forward."""
    timetable, start = Timetable(CAIRO, {"late": LATE}, "late"), datetime.fromisoformat("2026-04-23T23:45+02:00")
    found = [change.isoformat(timespec="minutes") for change in timetable.changes(start, LATE, None, 1)]
    assert found == ["2026-04-24T01:00+03:00", "2026-04-24T23:30+03:00"]


@pytest.mark.parametrize(("start", "end"), [(-1, 5), (5, 5), (6, 5), (0, 1441)])
def test_range_refuses(start: int, end: int) -> None:
    """A range runs forward within one day."""
    with pytest.raises(ValueError, match="within one day"):
        TimeRange(start, end)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("09:00-10:30", "10:30-10:45", False),
        ("09:00-10:31", "10:30-10:45", True),
        ("00:00-24:00", "23:59-24:00", True),
        ("09:00-10:00", "11:00-12:00", False),
    ],
)
def test_overlaps(one: str, other: str, expected: bool) -> None:
    """Two ranges overlap if they share a minute, whichever comes first."""
    assert span(one).overlaps(span(other)) is expected
    assert span(other).overlaps(span(one)) is expected


def test_overlap_refused() -> None:
    """A bell in which two periods share a minute of one weekday is refused, with the time."""
    rows = (LESSON, "09:00-10:31", WEEK), (BREAK, "10:30-10:45", FRIDAY)
    with pytest.raises(ValueError, match="overlap at 10:30"):
        bell("wrong", *rows)
    assert bell("right", (LESSON, "09:00-10:31", WEEK - FRIDAY), rows[1]).periods


@pytest.mark.parametrize(
    ("periods", "starts", "kinds"),
    [
        pytest.param((), [0], [CLOSED], id="none"),
        pytest.param(((LESSON, "00:00-24:00", WEEK),), [0], [LESSON], id="from 00:00 to 24:00"),
        pytest.param(((LESSON, "23:00-24:00", WEEK),), [0, 1380], [CLOSED, LESSON], id="until 24:00"),
        pytest.param(((LESSON, "00:00-01:00", WEEK),), [0, 60], [LESSON, CLOSED], id="from 00:00"),
    ],
)
def test_closed_between(
    periods: tuple[tuple[PeriodKind, str, frozenset[int]], ...], starts: list[int], kinds: list[PeriodKind]
) -> None:
    """What no period of a bell names is closed, and only that."""
    made = bell("b", *periods)
    assert (list(made.on(0).starts), list(made.on(0).kinds)) == (starts, kinds)
    assert made.on(6).kinds == (CLOSED,)


FREE = Timetable(
    CALENDAR,
    BELLS,
    "main",
    free=[
        FreePeriod("teacher-03", 2, span("09:00-10:00")),
        FreePeriod("teacher-03", 2, span("11:30-13:30")),
        FreePeriod("teacher-03", 3, span("18:00-24:00")),
    ],
)


@pytest.mark.parametrize(
    ("person", "instant", "period", "ends"),
    [
        pytest.param("teacher-03", "2026-11-25T09:00", BREAK, "10:00", id="begins"),
        pytest.param("teacher-03", "2026-11-25T09:59", BREAK, "10:00", id="last minute"),
        pytest.param("teacher-03", "2026-11-25T10:00", LESSON, "10:30", id="over"),
        pytest.param("teacher-03", "2026-11-25T11:29", LESSON, "11:30", id="before the second"),
        pytest.param("teacher-03", "2026-11-25T11:30", BREAK, "12:00", id="the second, across a lesson's end"),
        pytest.param("teacher-03", "2026-11-25T12:30", PeriodKind.LUNCH, "13:00", id="lunch stays lunch"),
        pytest.param("teacher-03", "2026-11-25T13:00", BREAK, "13:30", id="the second, in the next lesson"),
        pytest.param("teacher-03", "2026-11-26T19:00", CLOSED, "18:00", id="closed stays closed"),
        pytest.param("teacher-03", "2026-11-24T09:30", LESSON, "10:30", id="another weekday"),
        pytest.param("teacher-02", "2026-11-25T09:30", LESSON, "10:30", id="another person"),
        pytest.param(None, "2026-11-25T09:30", LESSON, "10:30", id="nobody"),
        pytest.param("teacher-03", "2026-10-28T09:30", CLOSED, "24:00", id="in half-term"),
    ],
)
def test_free_period(person: str | None, instant: str, period: PeriodKind, ends: str) -> None:
    """A person's own free period turns directed time into a break, for that person and weekday."""
    moment = FREE.moment(at(instant), MAIN, person)
    assert moment.period is period
    if instant[11:13] != "19":
        assert moment.ends == FREE.instant(at(instant).date(), clock(ends))


def test_free_on_inset() -> None:
    """On an INSET day nobody's free periods hold."""
    free = Timetable(CALENDAR, BELLS, "main", free=[FreePeriod("teacher-03", 0, span("09:00-10:00"))])
    assert free.moment(at("2027-01-04T09:30"), MAIN, "teacher-03").period is TRAINING
    assert free.moment(at("2027-01-11T09:30"), MAIN, "teacher-03").period is BREAK


NAMES = ("person", "group", "zone", "role", "default")
USES = (
    BellUse("role", roles=frozenset({Role.TEACHER})),
    BellUse("zone", zones=frozenset({Zone.HALL})),
    BellUse("group", groups=frozenset({"infants"})),
    BellUse("person", persons=frozenset({"teacher-02"})),
)
MANY = Timetable(CALENDAR, {name: bell(name) for name in NAMES}, "default", USES)


@pytest.mark.parametrize(
    ("person", "groups", "zone", "role", "expected"),
    [
        ("teacher-02", {"infants"}, Zone.HALL, Role.TEACHER, "person"),
        ("teacher-01", {"infants", "mentors"}, Zone.HALL, Role.TEACHER, "group"),
        ("teacher-01", {"mentors"}, Zone.HALL, Role.TEACHER, "zone"),
        (None, set[str](), Zone.HALL, Role.TEACHER, "zone"),
        ("teacher-01", set[str](), Zone.OFFICE, Role.TEACHER, "role"),
        (None, set[str](), Zone.OFFICE, Role.PUPIL, "default"),
    ],
)
def test_bell_of(person: str | None, groups: set[str], zone: Zone, role: Role, expected: str) -> None:
    """The most specific use of a bell wins: person, group, zone, role, then the default."""
    client = Client(role, Owner.SCHOOL, DeviceKind.LAPTOP, zone, person=person, groups=frozenset(groups))
    assert MANY.bell_of(client).id == expected
    assert MANY.bell_of_zone(zone).id == ("zone" if zone is Zone.HALL else "default")


def test_second_bell() -> None:
    """Two bells stand side by side, and those who follow the second have their break by it."""
    infants = Client(Role.TEACHER, Owner.SCHOOL, DeviceKind.LAPTOP, Zone.CLASSROOM, groups=frozenset({"infants"}))
    assert TIMETABLE.bell_of(infants) is INFANTS
    instants = ["2026-11-23T10:14", "2026-11-23T10:15", "2026-11-23T10:30"]
    assert [TIMETABLE.moment(at(text), INFANTS).period for text in instants] == [LESSON, BREAK, LESSON]
    assert [TIMETABLE.moment(at(text), MAIN).period for text in instants] == [LESSON, LESSON, BREAK]


def test_changes() -> None:
    """Each boundary of a day comes once and in order, beginning after the instant asked about."""
    found = list(TIMETABLE.changes(at("2026-11-23T10:30"), MAIN, None, 1))
    texts = "10:45 12:00 13:00 15:15 18:00 | 00:00 07:00 08:45 09:00 10:30 10:45 12:00 13:00 15:15 18:00"
    today, tomorrow = (half.split() for half in texts.split("|"))
    expected = [f"2026-11-23T{text}" for text in today] + [f"2026-11-24T{text}" for text in tomorrow]
    assert found == [at(text) for text in expected]
