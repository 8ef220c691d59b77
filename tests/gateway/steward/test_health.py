"""Whoever beats in time and lives takes clients; nobody else does."""

from __future__ import annotations

import json

import pytest

from agent.gateway.steward.health import SILENCE, Health

PORTS = frozenset({8080, 8081})


def beat(number: int = 0, pid: int = 100, port: int = 8080) -> bytes:
    """A worker's sign of life."""
    return json.dumps({"worker": number, "pid": pid, "port": port}).encode()


def health(alive: bool = True) -> Health:
    """Two ports, and processes that live."""
    return Health(PORTS, lambda pid: alive)


def test_who_beats_in_time_is_healthy() -> None:
    """A worker counts from its first beat to the end of the silence after its last."""
    one = health()
    assert one.ports(0) == ()
    assert one.hear(beat(), 0)
    assert one.hear(beat(1, 101, 8081), 1)
    assert not one.hear(beat(), 1)
    assert one.heard
    assert one.ports(1 + SILENCE) == (8080, 8081)
    assert one.ports(1.1 + SILENCE) == ()


def test_one_that_was_silent_is_news_again() -> None:
    """It gets its clients back at once."""
    one = health()
    one.hear(beat(), 0)
    assert one.hear(beat(), 10)
    assert one.ports(10) == (8080,)


def test_one_that_has_ended_is_gone_at_once() -> None:
    """Its end is told, and its number free for the next."""
    one = health()
    one.hear(beat(), 0)
    assert not one.gone(7)
    assert one.gone(100)
    assert one.ports(0) == ()
    assert one.hear(beat(pid=102), 0.1)
    assert not one.gone(100)
    assert one.ports(0.1) == (8080,)


def test_the_last_word_of_one_that_has_ended() -> None:
    """A beat that is read after the end of its process is nobody's."""
    one = health(alive=False)
    assert not one.hear(beat(), 0)
    assert one.ports(0) == ()
    assert not one.heard


@pytest.mark.parametrize(
    "odd",
    [
        b"", b"\xff", b"[]", b"7", b"null", b"[" * 5000, beat(port=22), b'{"worker": 0}', b'{"store": 1}',
        b'{"worker": "0", "pid": 1, "port": 8080}', b'{"worker": true, "pid": 1, "port": 8080}',
        b'{"worker": 0, "pid": null, "port": 8080}',
    ],
)  # fmt: skip
def test_what_is_no_beat_is_passed_over(odd: bytes) -> None:
    """And a port that the rules do not know gets nobody."""
    one = health()
    assert not one.hear(odd, 0)
    assert one.ports(0) == ()
    assert not one.store(0)


@pytest.mark.parametrize(("well", "later", "expected"), [(True, 1, True), (False, 1, False), (True, 9, False)])
def test_the_store(well: bool, later: float, expected: bool) -> None:
    """It is well if that was said, and lately."""
    one = health()
    one.hear(json.dumps({"store": well}).encode(), 0)
    assert one.store(later) is expected
