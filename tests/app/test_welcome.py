"""What `run` says when the gateway is up."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from agent.app.welcome import welcome
from tests.addons.build import shipped_engine

WHERE = {"gateway": "http://127.0.0.1:8080", "metrics": "http://127.0.0.1:9108/metrics"}


def said(at: str, rehearsing: bool = False) -> str:
    """The text at a local time."""
    engine = shipped_engine()
    local = datetime.fromisoformat(at).replace(tzinfo=engine.timetable.calendar.zone)
    return welcome(engine, local, WHERE, Path("ca.pem"), rehearsing)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        pytest.param("2026-11-23T09:30", "classroom   blocked until 10:30", id="a lesson"),
        pytest.param("2026-11-23T10:31", "classroom   allowed until 10:45", id="a break"),
        pytest.param("2026-11-22T12:00", "classroom   allowed for 30 minutes of personal use", id="a Sunday"),
        pytest.param("2027-01-04T09:30", "an INSET day, training", id="an INSET day"),
        pytest.param("2026-12-25T09:30", "a holiday, closed", id="a holiday"),
        pytest.param("2026-11-22T12:00", "AT=2026-11-23T09:05   (a lesson", id="on a Sunday: rehearse a lesson"),
        pytest.param("2026-11-23T09:30", "AT=2026-11-23T10:35   (a break", id="in a lesson: rehearse a break"),
        pytest.param("2026-11-23T09:30", "curl -x http://127.0.0.1:8080 --cacert ca.pem", id="how to try it"),
    ],
)
def test_it_says_what_is_ruled_now(at: str, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Verdict, until when, and a command for each of the next steps."""
    monkeypatch.chdir(Path(__file__).parents[2])
    assert expected in said(at)


def test_a_rehearsal_is_said_loudly() -> None:
    """Nobody may take a rehearsal for the real time."""
    assert "*** REHEARSAL" in said("2026-11-23T09:30", rehearsing=True)
    assert "REHEARSAL" not in said("2026-11-23T09:30")


def test_it_is_short() -> None:
    """A few lines, not a page."""
    assert len(said("2026-11-23T09:30").splitlines()) <= 12
