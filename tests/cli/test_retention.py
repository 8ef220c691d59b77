"""`breaktime retention`, run as a person runs it, by this machine's own clock."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from agent.cli import main
from agent.clock import Clock, sources
from agent.core.tally import Counts
from agent.store import Store
from tests.store.making import LONDON, MINUTE, SITE, query

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A record of minutes 40 days and one day ago."""
    monkeypatch.chdir(REPOSITORY)
    monkeypatch.setenv("BREAKTIME_DATA", str(tmp_path))
    now = Clock().now()
    with Store.open(tmp_path, SITE, LONDON) as store:
        for days in (40, 1):
            at = int((now - timedelta(days=days)).timestamp()) // 60
            store.write({MINUTE._replace(minute=at): Counts(1)})
    return tmp_path


def breaktime(*words: str) -> Result:
    return CliRunner().invoke(main, ["retention", *words])


def told(*words: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(breaktime(*words, "--json").stdout)
    return answer


def test_status_run_status(data: Path) -> None:
    """What status calls overdue is what run forgets; afterwards all is well."""
    before = told("status")
    assert breaktime("status").exit_code == 1
    assert [day["overdue"] for day in before["days"]] == [True, False]
    done = told("run")
    assert list(done["receipt"]["days"]) == before["overdue"]
    assert done["overdue"] == []
    after = told("status")
    assert breaktime("status").exit_code == 0
    assert ([day["overdue"] for day in after["days"]], after["receipts"]) == ([False], 1)
    assert after["last_receipt"] == done["receipt"]
    assert query(data / "breaktime.db", "SELECT COUNT(*) FROM minutes") == [(1,)]


def test_for_people(data: Path) -> None:
    """The receipt is printed; a second run says until when the next day is kept."""
    first = breaktime("run")
    assert (first.exit_code, "What cannot be promised:" in first.stdout) == (0, True)
    again = breaktime("run")
    assert again.exit_code == 0
    assert again.stdout.startswith("Nothing is due: the next is ")


def test_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without any record nothing is due."""
    monkeypatch.chdir(REPOSITORY)
    monkeypatch.setenv("BREAKTIME_DATA", str(tmp_path / "data"))
    assert breaktime("run").stdout == "Nothing is due: nothing is held.\n"
    assert told("status")["days"] == []


def test_another_date(data: Path) -> None:
    """Who names another date than the clock's is told so, and nothing goes."""
    result = breaktime("run", "--today", "2001-02-03")
    assert result.exit_code == 1
    assert "not 2001-02-03; set it right first" in result.output
    assert told("status")["overdue"] != []


def test_a_damaged_record(data: Path) -> None:
    """Trouble is one line with what to do, and status mends nothing."""
    (data / "breaktime.db").write_bytes(b"nonsense" * 1000)
    for suffix in ("-wal", "-shm"):
        (data / f"breaktime.db{suffix}").unlink(missing_ok=True)
    result = breaktime("status")
    assert result.exit_code == 1
    assert "breaktime retention status: " in result.output
    assert "is not a whole database" in result.output
    assert not list(data.glob("*corrupt*"))


def test_this_machines_clocks() -> None:
    """Every source of time that there is can be read, and they run on."""
    first, second = sources(), sources()
    assert first.boot == second.boot != ""
    assert second.up >= first.up > 0
    assert abs(first.wall - Clock().now().timestamp()) < 60
