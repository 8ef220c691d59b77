"""What a search chooses and sums up, and what it compares with; every figure by hand."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from agent.core.decision import Verdict
from agent.core.search import FEW, MEANING, Context, Filter, Line, choose, context, search
from agent.core.tally import Basis, Counts, MinuteKey, Minutes
from tests.store.making import MINUTE

LONDON = ZoneInfo("Europe/London")
MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
FACEBOOK = MINUTE
LATER = MINUTE._replace(minute=MINUTE.minute + 1)
POSTED = MINUTE._replace(activity="post")
CONTACT = MINUTE._replace(minute=MINUTE.minute + 65, service="instagram", category="photo-sharing", period="break",
                          basis=Basis.CONTACT, verdict=Verdict.ALLOW, zone="staff-room")  # fmt: skip
DAY: Minutes = {FACEBOOK: Counts(2), LATER: Counts(1), POSTED: Counts(1), CONTACT: Counts(5)}


def test_lines() -> None:
    """By day and then by period in the order of the day; a minute of the clock counts once, whatever was done in it."""
    found = search([(MONDAY, DAY), (TUESDAY, {})], Filter(), LONDON)
    assert found.lines == (
        Line(MONDAY, "lesson", "facebook", "social-network", 2, 0, 2, time(9, 30), time(9, 31),
             ("classroom",), ("post", "visit"), 4),
        Line(MONDAY, "break", "instagram", "photo-sharing", 0, 1, 0, time(10, 35), time(10, 35),
             ("staff-room",), ("visit",), 5),
    )  # fmt: skip
    assert (found.minutes, found.total) == ({MONDAY: 3}, 3)


def test_a_minute_with_a_visit_is_no_contact() -> None:
    """Where both were seen in a minute it is a visit."""
    both: Minutes = {FACEBOOK: Counts(1), FACEBOOK._replace(basis=Basis.CONTACT): Counts(1)}
    [line] = search([(MONDAY, both)], Filter(), LONDON).lines
    assert (line.visits, line.contacts) == (1, 0)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        pytest.param(Filter(), [FACEBOOK, LATER, POSTED, CONTACT], id="everything"),
        pytest.param(Filter(services=frozenset({"instagram"})), [CONTACT], id="service"),
        pytest.param(Filter(categories=frozenset({"photo-sharing", "blog"})), [CONTACT], id="category"),
        pytest.param(Filter(activities=frozenset({"post"})), [POSTED], id="activity"),
        pytest.param(Filter(verdicts=frozenset({"allow"})), [CONTACT], id="verdict"),
        pytest.param(Filter(periods=frozenset({"lesson"})), [FACEBOOK, LATER, POSTED], id="period"),
        pytest.param(Filter(zones=frozenset({"hall"})), [], id="zone"),
        pytest.param(Filter(since=time(9, 31)), [LATER, CONTACT], id="since"),
        pytest.param(Filter(until=time(9, 31)), [FACEBOOK, POSTED], id="until"),
        pytest.param(Filter(since=time(9, 31), until=time(10)), [LATER], id="between"),
        pytest.param(Filter(since=time(10), until=time(9, 31)), [FACEBOOK, POSTED, CONTACT], id="past midnight"),
        pytest.param(Filter(first=MONDAY, last=MONDAY), [FACEBOOK, LATER, POSTED, CONTACT], id="the day"),
        pytest.param(Filter(first=TUESDAY), [], id="later days"),
        pytest.param(Filter(last=date(2026, 11, 22)), [], id="earlier days"),
    ],
)
def test_choosing(wanted: Filter, expected: list[MinuteKey]) -> None:
    """Each condition chooses by its own words; the end of a range is not in it."""
    assert [key for key, _ in choose(MONDAY, DAY, wanted, LONDON)] == expected


def test_the_clock_is_the_schools() -> None:
    """In summer the school's clock is an hour ahead of UTC."""
    minute = int(datetime(2026, 6, 15, 9, 0, tzinfo=LONDON).timestamp()) // 60
    found = search([(date(2026, 6, 15), {MINUTE._replace(minute=minute): Counts(1)})], Filter(), LONDON)
    assert found.lines[0].first == time(9, 0)


def test_what_was_looked_for() -> None:
    """The audit entry says what was asked, and nothing of what was not."""
    wanted = Filter(services=frozenset({"tiktok", "facebook"}), since=time(9), first=MONDAY)
    assert wanted.said() == {"services": "facebook tiktok", "since": "09:00:00", "first": "2026-11-23"}
    assert Filter().said() == {}


def test_beside_others() -> None:
    """Everybody else's days with any such minutes, as quarters; the subject's own figure is taken out once."""
    others = context({MONDAY: 4, TUESDAY: 8}, [(MONDAY, [4, 4, 1, 2, 3, 5]), (TUESDAY, [1, 1, 1, 1, 1])])
    assert others == Context(10, 0, (1.0, 1.0, 2.75), 2, 6.0)


@pytest.mark.parametrize("people", [0, 1, FEW - 1, FEW])
def test_too_few_to_compare_with(people: int) -> None:
    """A day with fewer than five others is left out, so that nobody can be told from it."""
    found = context({MONDAY: 9}, [(MONDAY, [9, *range(1, people + 1)])])
    assert (found.person_days, found.left_out) == ((people, 0) if people >= FEW else (0, 1))
    assert (found.quarters is None) is (people < FEW)


def test_nothing_of_the_subjects() -> None:
    """Somebody who has no such minutes has no middle."""
    found = context({}, [(MONDAY, [1, 2, 3, 4, 5])])
    assert (found.subject_days, found.subject_median, found.quarters) == (0, None, (2.0, 3.0, 4.0))


def test_every_answer_says_what_it_does_not_mean() -> None:
    """What a figure is taken for is said with it."""
    assert "It does not say who held the device" in " ".join(MEANING.split())
