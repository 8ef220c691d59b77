"""Entries of a case in words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from agent.console.investigator.trail import Line
from agent.core.audit import Entry, Tag

NOW = datetime(2026, 11, 27, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("tag", "detail", "what", "more"),
    [
        pytest.param(Tag.CASE_SHOW, {}, "read the case", "", id="a look"),
        pytest.param(
            Tag.CASE_SEARCH, {"first": "2026-11-02", "periods": "before-school"}, "searched the record",
            "periods: before school; first: 02/11/2026", id="what was looked for",
        ),
        pytest.param(Tag.CASE_APPROVE, {"terms": "ab12", "expires": "2026"}, "approved it", "", id="no digest"),
        pytest.param(Tag.CASE_DENIED, {"action": "task-done", "why": "state"}, "was refused something",
                     "action: task done; why: state", id="a refusal"),
        pytest.param(Tag.KEY_DESTROY, {"what": "case-file"}, Tag.KEY_DESTROY.value, "", id="without a word of its own"),
    ],
)  # fmt: skip
def test_in_words(tag: Tag, detail: dict[str, str], what: str, more: str) -> None:
    """Who did what stands there as a sentence, with what matters of it, and days as the school writes them."""
    assert Line.of(Entry(1, NOW, tag, "investigator-1", "C2026-QK4T", detail)) == (NOW, "investigator-1", what, more)
