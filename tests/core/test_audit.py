"""What an entry of the audit chain is, and how it is written and read again."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.audit import BEGINNING, EMPTY, Entry, Head, Tag, canonical, parse_line, stamp

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
ENTRY = Entry(1, NOW, Tag.CASE_SEARCH, "investigator-1", "C2026-QK4T", {"services": "facebook"})


def test_a_line() -> None:
    """Hash, a space, canonical JSON in the order of the keys, one line feed; no person, no free field."""
    body = (
        b'{"actor":"investigator-1","at":"2026-11-23T09:30:00.000000Z","case":"C2026-QK4T",'
        b'"detail":{"services":"facebook"},"prev":"' + BEGINNING.encode() + b'","seq":1,"tag":"case:record:search"}'
    )
    assert ENTRY.line() == sha256(body).hexdigest().encode() + b" " + body + b"\n"
    assert ENTRY.as_json() == {**json.loads(body), "hash": ENTRY.hash}


def test_tags_are_source_subject_action() -> None:
    """Each tag has three words, and no two are the same."""
    assert all(len(tag.split(":")) == 3 for tag in Tag)


def test_an_instant_is_utc() -> None:
    """Whatever zone an instant is given in, it stands in UTC."""
    assert stamp(NOW.astimezone(timezone(timedelta(hours=5)))) == "2026-11-23T09:30:00.000000Z"


@given(
    st.integers(1, 10**9),
    st.datetimes(min_value=datetime(2000, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(Tag),
    st.text(),
    st.dictionaries(st.text(), st.text(), max_size=4),
)
def test_read_as_written(seq: int, at: datetime, tag: Tag, actor: str, detail: dict[str, str]) -> None:
    """Whatever an entry holds, its line gives it back."""
    entry = Entry(seq, at, tag, actor, "", detail, "ab" * 32)
    assert parse_line(entry.line()) == entry
    assert entry.line().count(b"\n") == 1


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"x" * 70, id="no JSON"),
        pytest.param(b"0" * 64 + b" [" * 90_000, id="too deep"),
        pytest.param(b"0" * 64 + b" []", id="a list"),
        pytest.param(b"0" * 64 + b" {}", id="no fields"),
        pytest.param(ENTRY.line().replace(b"facebook", b"snapchat"), id="changed"),
        pytest.param(ENTRY.line().replace(b":record:", b":nowhere:"), id="unknown tag"),
        pytest.param(b"0" * 64 + ENTRY.line()[64:], id="another hash"),
    ],
)
def test_what_is_no_entry(line: bytes) -> None:
    """A line that is no entry in its own canonical form is refused."""
    with pytest.raises(ValueError, match=r"is no entry|canonical"):
        parse_line(line)


def test_a_head_is_read_again() -> None:
    """What leaves the machine comes back as it was, with space around it too."""
    head = Head(42, "ab" * 32)
    assert Head.of(f" {head}\n") == head
    assert Head(0, BEGINNING) == EMPTY


@pytest.mark.parametrize("text", ["", "42", "x:" + "ab" * 32, "42:ab", "42:" + "XY" * 32, "²:" + "ab" * 32])
def test_what_is_no_head(text: str) -> None:
    """Anything else is refused, with what it should be."""
    with pytest.raises(ValueError, match="a number, a colon and 64 hex digits"):
        Head.of(text)


def test_what_json_lacks() -> None:
    """There is no canonical form of what JSON cannot say."""
    with pytest.raises(ValueError, match="JSON"):
        canonical(float("nan"))
