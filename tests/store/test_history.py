"""Which configuration was in force when, and its texts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.store.errors import StoreError
from agent.store.history import History

AUTUMN = datetime(2026, 9, 2, 8, tzinfo=UTC)
DAY = timedelta(days=1)
FIRST, SECOND = "0123456789ab", "ba9876543210"
TEXTS = {"timetable.txt": "Bell main", "policies/a/policy.yaml": "policy: a # ŵ"}


@pytest.fixture
def history(tmp_path: Path) -> History:
    """First one revision, ten days later another, then the first again."""
    history = History(tmp_path)
    for days, revision in ((0, FIRST), (10, SECOND), (20, FIRST)):
        assert history.keep(AUTUMN + days * DAY, "a", revision, TEXTS | {"of": revision})
    return history


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        pytest.param(-5, 0, [], id="before any"),
        pytest.param(-5, 1, [FIRST], id="the beginning"),
        pytest.param(3, 4, [FIRST], id="in the middle of one"),
        pytest.param(3, 10, [FIRST], id="until just before the next"),
        pytest.param(9, 11, [FIRST, SECOND], id="a change"),
        pytest.param(10, 20, [SECOND], id="one whole"),
        pytest.param(0, 90, [FIRST, SECOND, FIRST], id="all"),
        pytest.param(50, 60, [FIRST], id="long after"),
    ],
)
def test_in_force(history: History, since: int, until: int, expected: list[str]) -> None:
    """What was in force at any time of a stretch, in order; the last is in force until another is."""
    found = history.during(AUTUMN + since * DAY, AUTUMN + until * DAY)
    assert [one.revision for one in found] == expected


def test_texts(history: History) -> None:
    """They come back as they were; a revision that never was in force has none."""
    assert history.texts(FIRST) == TEXTS | {"of": FIRST}
    assert history.texts("ffffffffffff") is None
    assert history.texts("../audit/signing") is None


def test_the_same_again(history: History) -> None:
    """What is in force already is not noted a second time."""
    assert not history.keep(AUTUMN + 30 * DAY, "a", FIRST, TEXTS)
    assert len(history.during(AUTUMN, AUTUMN + 90 * DAY)) == 3
    assert history.last() == FIRST


@pytest.mark.parametrize("name", ["in-force.jsonl", f"{FIRST}.json"])
@pytest.mark.parametrize("text", ["{", "[]", "{}"])
def test_damaged(tmp_path: Path, history: History, name: str, text: str) -> None:
    """A damaged file is said to be one; it is never taken for an empty one."""
    (tmp_path / "history" / name).write_text(text)
    if name.endswith("l"):
        with pytest.raises(StoreError, match="damaged"):
            history.during(AUTUMN, AUTUMN + DAY)
    elif text != "{}":
        with pytest.raises(StoreError, match="damaged"):
            history.texts(FIRST)
