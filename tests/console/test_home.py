"""The first page and the frame around every page."""

from __future__ import annotations

import pytest

from agent.core.callers import Capacity

from .stage import Stage


@pytest.mark.parametrize("capacity", list(Capacity))
def test_everybody_has_a_first_page(stage: Stage, capacity: Capacity) -> None:
    """Whoever signed in finds a start with their id, and nothing that is not for them in the navigation."""
    page = stage.signed_in(capacity).get("/")
    assert page.status_code == 200
    assert f"{capacity}-1" in page.text


def test_nobody_is_sent_to_sign_in(stage: Stage) -> None:
    """Who has not signed in is sent to where one does, and back afterwards."""
    page = stage.browser().get("/")
    assert (page.status_code, page.headers["location"]) == (303, "/sign-in?to=/")
