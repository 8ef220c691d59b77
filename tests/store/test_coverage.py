"""Counts of how much was seen how: added up by day, whole or not at all."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from agent.store.coverage import FOLDER, Coverage
from agent.store.errors import StoreError

SUNDAY, MONDAY = date(2026, 11, 22), date(2026, 11, 23)


def test_days_add_up(tmp_path: Path) -> None:
    """What is added comes to what stands, also by another run; days and weeks are apart, a name may come later."""
    Coverage(tmp_path).add(MONDAY, {"opened": 3})
    Coverage(tmp_path).add(MONDAY, {"opened": 4, "quic": 1})
    Coverage(tmp_path).add(SUNDAY, {"opened": 9})
    found = Coverage(tmp_path).of(SUNDAY, MONDAY + timedelta(days=6))
    assert found == {SUNDAY: {"opened": 9}, MONDAY: {"opened": 7, "quic": 1}}
    assert Coverage(tmp_path).of(MONDAY + timedelta(days=1), MONDAY + timedelta(days=6)) == {}


@pytest.mark.parametrize("text", ["", "[]", '{"2026-11-23": 1}', '{"2026-11-23": {"opened": "x"}}', "\x00"])
def test_damaged(tmp_path: Path, text: str) -> None:
    """A damaged file is said with its path, and not written over."""
    Coverage(tmp_path).add(MONDAY, {"opened": 3})
    path = tmp_path / FOLDER / "2026-W48.json"
    path.write_text(text)
    for ask in (lambda: Coverage(tmp_path).of(MONDAY, MONDAY), lambda: Coverage(tmp_path).add(MONDAY, {"opened": 1})):
        with pytest.raises(StoreError, match=r"2026-W48\.json"):
            ask()
    assert path.read_text() == text
