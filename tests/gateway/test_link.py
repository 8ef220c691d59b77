"""The link between supervisor and worker: what goes in comes out."""

from __future__ import annotations

import socket

import pytest

from agent.core.decision import Mode, Verdict
from agent.core.tally import Basis, Counts, MinuteKey
from agent.gateway import link

KEY = MinuteKey(
    minute=29_700_000,
    person="teacher-01",
    device="laptop-01",
    zone="classroom",
    role="teacher",
    owner="school",
    device_kind="laptop",
    pupils="absent",
    service="facebook",
    category="social-network",
    activity="visit",
    basis=Basis.VISIT,
    account="unknown",
    verdict=Verdict.ALLOW,
    mode=Mode.ENFORCE,
    rule="reasonable-personal-use",
    clause="8.6.1",
    authorisation="",
    period="lunch",
    policy="breaks-without-pupils",
    revision="abc",
    opened=True,
)


def test_minutes_survive_the_way(tmp_path: object) -> None:
    """Keys keep their types and counts their sums."""
    minutes = {KEY: Counts(3, 10, 20), KEY._replace(opened=False): Counts(1, 0, 0)}
    line = link.encode({"minutes": link.pack(minutes)})
    received = link.unpack(link.decode(line)["minutes"])
    assert received == minutes
    assert type(next(iter(received)).verdict) is Verdict


def test_rows_of_one_key_are_summed() -> None:
    """A worker may send a minute in several parts."""
    rows = link.pack({KEY: Counts(1, 2, 3)}) * 2
    assert link.unpack(rows) == {KEY: Counts(2, 4, 6)}


def test_one_message_is_one_line_whatever_it_holds() -> None:
    """Line ends inside a text must not end the message."""
    message = {"config": {"a.yaml": "line\nline\u2028\r\n"}}
    encoded = link.encode(message)
    assert encoded.count(b"\n") == 1
    assert link.decode(encoded) == message


def test_the_first_message_is_waited_for_and_the_rest_kept() -> None:
    """A worker starts with its configuration even if it comes in pieces with more behind it."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(link.encode({"a": 1}) + b'{"b"')
        assert link.first(theirs) == ({"a": 1}, b'{"b"')


def test_a_supervisor_that_is_gone_ends_the_wait() -> None:
    """A worker whose parent died before the first message ends."""
    ours, theirs = socket.socketpair()
    ours.close()
    with theirs, pytest.raises(EOFError):
        link.first(theirs)
