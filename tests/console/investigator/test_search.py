"""A search at the console: within the case, written down first, by its filters, drawn by day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from agent.console.investigator.search import timeline
from agent.core.audit import Tag

from .conftest import Room

MONDAY = date(2026, 11, 23)


def test_the_subject_alone(room: Room) -> None:
    """Two days of seven minutes are found, with a picture and its table; the entry says what was looked for."""
    room.record()
    id = room.approved()
    answer = room.browser.post(f"/cases/{id}/search", service="facebook", verdict="")
    assert answer.status_code == 200
    assert "14 active minutes on 2 days" in answer.text
    assert 'aria-label="Active minutes a day.' in answer.text
    assert "teacher-05" not in answer.text
    entry = next(one for one in reversed(room.stage.entries()) if one.tag is Tag.CASE_SEARCH)
    assert (entry.actor, entry.case, entry.detail) == ("investigator-1", id, {"services": "facebook"})


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        pytest.param({}, "14 active minutes", id="all"),
        pytest.param({"since": "12:04", "until": "12:06"}, "4 active minutes", id="by time"),
        pytest.param({"service": "tiktok"}, "Nothing that fits", id="another service"),
        pytest.param({"category": "messaging"}, "Nothing that fits", id="another category"),
        pytest.param({"activity": "live"}, "Nothing that fits", id="another activity"),
        pytest.param({"zone": "staff-room"}, "Nothing that fits", id="another place"),
        pytest.param({"period": "training"}, "Nothing that fits", id="another part of the day"),
        pytest.param({"to": "01/01/2026"}, "Nothing that fits", id="before"),
    ],
)
def test_filters(room: Room, filters: dict[str, str], found: str) -> None:
    """Each filter chooses, and none leads out of the case."""
    room.record()
    answer = room.browser.post(f"/cases/{room.approved()}/search", None, **filters)
    assert (answer.status_code, found in answer.text) == (200, True)


def test_beside_others(room: Room) -> None:
    """Where asked for, other people's days stand beside it; too few are not compared with."""
    room.record()
    answer = room.browser.post(f"/cases/{room.approved()}/search", compare="yes")
    assert "too few other people" in answer.text


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        pytest.param({"since": "25:00"}, "does not look as it should", id="no time"),
        pytest.param({"from": "soon"}, "is no date", id="no day"),
        pytest.param({"verdict": "maybe"}, "is none of the choices", id="no ruling"),
        pytest.param({"service": "<script>alert(1)</script>"}, "does not look as it should", id="no service"),
        pytest.param({"subject": "teacher-05"}, "is not a field", id="another subject"),
    ],
)
def test_what_is_no_filter(room: Room, filters: dict[str, str], said: str) -> None:
    """It says what is wrong, and nothing was looked at."""
    room.record()
    answer = room.browser.post(f"/cases/{room.approved()}/search", None, **filters)
    assert (answer.status_code, said in answer.text, "<script>alert" in answer.text) == (422, True, False)
    assert Tag.CASE_SEARCH not in [one.tag for one in room.stage.entries()]


def test_no_look_without_a_case(room: Room) -> None:
    """A number that is not there is not found; one that nobody approved is refused in words."""
    assert room.browser.post("/cases/C2026-ZZZZ/search").status_code == 404
    answer = room.browser.post(f"/cases/{room.requested()}/search")
    assert (answer.status_code, "a case that is requested" in answer.text) == (403, True)


def test_a_search_by_address_is_none(room: Room) -> None:
    """Filters never come in an address."""
    assert room.browser.get(f"/cases/{room.approved()}/search?service=facebook").status_code == 405


@pytest.mark.parametrize(
    ("minutes", "rows"),
    [
        pytest.param({}, [], id="nothing"),
        pytest.param(
            {MONDAY: 3, MONDAY + timedelta(days=7): 1_200},
            ["3", "0", "0", "0", "0", "1,200"],
            id="school days between, no week-end",
        ),
        pytest.param({MONDAY: 3, MONDAY + timedelta(days=5): 2}, ["3", "0", "0", "0", "0", "2"], id="a Saturday"),
        pytest.param(
            {MONDAY: 3, MONDAY + timedelta(days=2): 4, MONDAY + timedelta(days=35): 2},
            ["7", "0", "0", "0", "0", "2"],
            id="weeks of a long time",
        ),
    ],
)  # fmt: skip
def test_the_picture(minutes: dict[date, int], rows: list[str]) -> None:
    """A bar a day, or a week, also where there was nothing; the table behind it says the same."""
    chart = timeline(minutes)
    assert [row[1] for row in chart.table.rows] == rows
    assert bool(chart.svg) == bool(rows)
