"""The ledger of looks at the clocks: what is written is read, and what cannot be read is begun anew."""

from datetime import date
from pathlib import Path

import pytest

from agent.core.trusted import Mark
from agent.store.ledger import Ledger, ledger_path

LEDGER = Ledger(Mark(1_795_780_800.25, "boot", 12.5, True), {date(2027, 9, 1): date(2026, 11, 27)})


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """Mark and days come back as they were; the file is private."""
    assert Ledger.read(tmp_path) == Ledger()
    assert list(tmp_path.iterdir()) == []
    LEDGER.write(tmp_path)
    assert Ledger.read(tmp_path) == LEDGER
    assert ledger_path(tmp_path).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("", id="empty"),
        pytest.param("[]", id="another form"),
        pytest.param('{"mark": null, "ahead": {}}', id="no mark"),
        pytest.param('{"mark": {"at": "soon", "boot": "", "up": 1, "confirmed": 0}, "ahead": {}}', id="no number"),
        pytest.param('{"mark": {"at": 1, "boot": "b", "up": 1, "confirmed": 0}, "ahead": {"x": "y"}}', id="no day"),
    ],
)
def test_what_cannot_be_read_is_begun_anew(tmp_path: Path, content: str) -> None:
    """A ledger that is damaged stops nothing: the next look has nothing to compare with."""
    LEDGER.write(tmp_path)
    ledger_path(tmp_path).write_text(content)
    assert Ledger.read(tmp_path) == Ledger()
