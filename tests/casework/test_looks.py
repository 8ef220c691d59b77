"""What a search sees: the subject's record within the case, live and held, and nobody else's but as numbers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from pathlib import Path

import pytest

from agent.casework.decisions import approve
from agent.casework.desk import Desk
from agent.casework.looks import Answer, hold, look
from agent.casework.plain import as_plain
from agent.core.search import Context, Filter
from agent.core.tally import Counts
from agent.store import Store
from agent.store.keys import DayKeys
from tests.store.making import LONDON, MINUTE, SITE

from .making import HEAD, INVESTIGATOR, SCOPE, approved, desk, record, requested

MONDAY, TUESDAY, WEDNESDAY = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25)


def seen(at: Desk, case: str, wanted: Filter | None = None) -> dict[date, int]:
    return dict(look(at, INVESTIGATOR, case, wanted or Filter()).found.minutes)


def test_the_subject_and_nobody_else(tmp_path: Path) -> None:
    """Seven minutes a day are the subject's of thirty-six that are recorded."""
    record(tmp_path)
    at = desk(tmp_path)
    assert seen(at, approved(at).id) == {MONDAY: 7, TUESDAY: 7, WEDNESDAY: 7}


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        pytest.param(replace(SCOPE, first=TUESDAY), {TUESDAY: 7, WEDNESDAY: 7}, id="from a day on"),
        pytest.param(replace(SCOPE, last=MONDAY), {MONDAY: 7}, id="to a day"),
        pytest.param(replace(SCOPE, services=frozenset({"tiktok"})), {}, id="another service"),
        pytest.param(replace(SCOPE, subject="teacher-99"), {}, id="somebody without a record"),
    ],
)
def test_within_the_case(tmp_path: Path, scope: object, expected: dict[date, int]) -> None:
    """No filter leads out of what was approved."""
    record(tmp_path)
    at = desk(tmp_path)
    case = approve(at, HEAD, requested(at, scope=scope).id, 7)  # type: ignore[arg-type]
    assert seen(at, case.id, Filter(first=date(2026, 1, 1), last=date(2027, 1, 1))) == expected
    hold(at, INVESTIGATOR, case.id)
    assert seen(at, case.id) == expected


def test_by_time(tmp_path: Path) -> None:
    """A filter chooses within it."""
    record(tmp_path)
    at = desk(tmp_path)
    assert seen(at, approved(at).id, Filter(since=time(9, 32), last=MONDAY)) == {MONDAY: 5}


def test_what_is_held_outlives_the_days_key(tmp_path: Path) -> None:
    """Once a day is forgotten, what the case holds of it is still there, counted once, and for this case alone."""
    record(tmp_path)
    at = desk(tmp_path)
    case, other = approved(at), approved(at)
    hold(at, INVESTIGATOR, case.id)
    assert seen(at, case.id) == {MONDAY: 7, TUESDAY: 7, WEDNESDAY: 7}
    assert DayKeys.of_data(tmp_path).destroy(MONDAY)
    assert seen(at, case.id) == {MONDAY: 7, TUESDAY: 7, WEDNESDAY: 7}
    assert seen(at, other.id) == {TUESDAY: 7, WEDNESDAY: 7}


def test_what_comes_after_the_hold(tmp_path: Path) -> None:
    """A minute that came later stands beside those that are held; one that went on is counted as it is now."""
    record(tmp_path)
    at = desk(tmp_path)
    case = approved(at)
    hold(at, INVESTIGATOR, case.id)
    with Store.open(tmp_path, SITE, LONDON) as store:
        store.write({MINUTE._replace(minute=MINUTE.minute + 200): Counts(1), MINUTE: Counts(4)})
    answer = look(at, INVESTIGATOR, case.id, Filter(last=MONDAY))
    assert (answer.found.minutes, sum(line.requests for line in answer.found.lines)) == ({MONDAY: 8}, 12)


def compared(at: Desk, case: str, wanted: Filter) -> Answer:
    return look(at, INVESTIGATOR, case, wanted, compare=True)


def test_beside_others(tmp_path: Path) -> None:
    """Seven others a day with 1 to 6 and 8 minutes: their quarters, and no name, pseudonym or day of theirs."""
    record(tmp_path)
    at = desk(tmp_path)
    answer = compared(at, approved(at).id, Filter())
    assert answer.beside == Context(21, 0, (2.0, 4.0, 6.0), 3, 7.0)
    assert "teacher" not in str(as_plain(answer.beside))


@pytest.mark.parametrize(
    ("wanted", "person_days", "left_out"),
    [
        pytest.param(Filter(last=MONDAY), 7, 0, id="a day"),
        pytest.param(Filter(services=frozenset({"tiktok"})), 0, 3, id="what nobody did"),
        pytest.param(Filter(since=time(9, 31)), 18, 0, id="later minutes"),
        pytest.param(Filter(since=time(9, 33), until=time(12)), 0, 3, id="too few others"),
        pytest.param(Filter(since=time(12), until=time(9, 31)), 21, 0, id="past midnight"),
    ],
)
def test_beside_others_by_the_same_filter(tmp_path: Path, wanted: Filter, person_days: int, left_out: int) -> None:
    """Others are compared by what was searched for; a day with fewer than five of them is left out."""
    record(tmp_path)
    at = desk(tmp_path)
    beside = compared(at, approved(at).id, wanted).beside
    assert beside is not None
    assert (beside.person_days, beside.left_out) == (person_days, left_out)


def test_beside_others_within_the_case(tmp_path: Path) -> None:
    """The comparison keeps to the days and services of the case as well."""
    record(tmp_path)
    at = desk(tmp_path)
    scope = replace(SCOPE, services=frozenset({"facebook"}), last=TUESDAY)
    case = approve(at, HEAD, requested(at, scope=scope).id, 7)
    for services, days in ((frozenset({"facebook", "tiktok"}), 14), (frozenset[str](), 14)):
        beside = compared(at, case.id, Filter(services=services)).beside
        assert beside is not None
        assert beside.person_days == days


def test_without_a_record(tmp_path: Path) -> None:
    """Where nothing was ever recorded a search finds nothing, and makes no database."""
    at = desk(tmp_path)
    answer = compared(at, approved(at).id, Filter())
    assert (answer.found.lines, answer.beside) == ((), Context(0, 0, None, 0, None))
    assert not (tmp_path / "breaktime.db").exists()
