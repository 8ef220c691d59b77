"""`breaktime demo` as it is typed."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

from click.testing import CliRunner, Result

from agent.app.shown import MARK, Demonstration
from agent.cli import main


def _demo(data: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["demo", *arguments], env={"BREAKTIME_DATA": str(data)})


def _there(data: Path) -> Path:
    (data / "demo").mkdir()
    mark = Demonstration(date(2026, 8, 24), date(2026, 11, 20), 1, datetime(2026, 11, 23, tzinfo=UTC))
    (data / "demo" / MARK).write_text(json.dumps(mark.as_json()))
    return data / "demo"


def test_what_is_there_stays_unless_it_is_asked_for_anew(tmp_path: Path) -> None:
    """Without --again the command says that there is one, until when, and what to type."""
    there = _there(tmp_path)
    result = _demo(tmp_path)
    assert result.exit_code == 0
    assert "until 20/11/2026" in result.output
    assert "--again" in result.output
    assert list(there.iterdir()) == [there / MARK]


def test_it_is_taken_away(tmp_path: Path) -> None:
    """--remove takes it away, and says so if there is none."""
    there = _there(tmp_path)
    assert "is gone" in _demo(tmp_path, "--remove").output
    assert not there.exists()
    assert "no demonstration" in _demo(tmp_path, "--remove").output


def test_a_configuration_that_is_wrong_makes_nothing(tmp_path: Path) -> None:
    """Every problem is said, and no folder is left."""
    (tmp_path / "config").mkdir()
    result = _demo(tmp_path / "data", "--config", str(tmp_path / "config"))
    assert result.exit_code == 1
    assert not (tmp_path / "data").exists()
