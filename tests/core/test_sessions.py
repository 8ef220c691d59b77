"""How long somebody stays signed in."""

from __future__ import annotations

import pytest

from agent.core.sessions import IDLE, LONGEST, MOST_REFUSALS, Session


@pytest.mark.parametrize(
    ("began", "seen", "now", "over"),
    [
        pytest.param(0.0, 0.0, IDLE - 1, False, id="idle, not long"),
        pytest.param(0.0, 0.0, IDLE, True, id="idle too long"),
        pytest.param(0.0, LONGEST - 1, LONGEST - 1, False, id="a long day"),
        pytest.param(0.0, LONGEST - 1, LONGEST, True, id="longer than a day"),
    ],
)
def test_over(began: float, seen: float, now: float, over: bool) -> None:
    """A session ends when it is not used, and whatever happens in the end."""
    assert Session("one", "password", began, seen).over(now) is over


def test_used_and_refused() -> None:
    """A request lengthens it; very many refusals end it."""
    session = Session("one", "password", 0.0, 0.0).used(100.0)
    assert session.seen == 100.0
    for _ in range(MOST_REFUSALS):
        assert not session.over(100.0)
        session = session.refused()
    assert session.over(100.0)
