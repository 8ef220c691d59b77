"""RADIUS accounting packet by packet: sessions begin, go on, end, are lost; and what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyrad.packet import AccessRequest, AcctPacket

from agent.core.clients import network
from agent.core.leases import History
from agent.core.sources import Radius
from agent.directory.accounting import Accounting

A, B = "00:16:3e:00:00:0a", "00:16:3e:00:00:0b"
X, AP = "10.0.0.7", "10.20.1.5"
SECRET = b"a secret of the tests"
SETTINGS = Radius("/secret", (network("10.20.1.0/24"), network("::1")), lost_after=600, persons=True,
    realms=("school.example", "school"))  # fmt: skip
START, STOP, INTERIM, ON, OFF = 1, 2, 3, 7, 8


class Desk:
    """A listener without a socket."""

    def __init__(self, settings: Radius = SETTINGS) -> None:
        self.history = History()
        self.accounting = Accounting(settings, SECRET, self.history, frozenset({"teacher-01", "t-two"}))

    def say(self, now: float, status: int | None, mac: str = A, session: str = "s1", **more: Any) -> bool:
        """A packet as an access point sends it; True if it was answered."""
        packet = AcctPacket(secret=SECRET, code=more.pop("code", 4))
        packet[32] = [more.pop("nas", "ap-1").encode()]
        packet[44] = [session.encode()]
        if status is not None:
            packet[40] = [status.to_bytes(4)]
        if mac:
            packet[31] = [mac.upper().replace(":", "-").encode()]
        if address := more.pop("address", ""):
            packet[8] = [bytes(map(int, address.split(".")))]
        for code, value in more.items():
            packet[int(code[1:])] = [value]
        return self.raw(packet.RequestPacket(), now)

    def raw(self, data: bytes, now: float = 0.0, sender: str = AP) -> bool:
        """Bytes as they arrive."""
        return self.accounting.packet(data, sender, now) is not None

    def pieces(self) -> list[tuple[float, float, str]]:
        """What is known of the address."""
        self.history.news()
        return [piece[:3] for piece in self.history.held.get(X, ())]


def test_start_interim_stop() -> None:
    """A session begins with its start, goes on with each word and ends with its stop, which names no address."""
    desk = Desk()
    assert desk.say(100, START, address=X)
    assert desk.pieces() == [(100, 700, A)]
    assert desk.say(400, INTERIM, address=X)
    assert desk.pieces() == [(100, 1000, A)]
    assert desk.say(500, STOP)
    assert desk.pieces() == [(100, 500, A)]


def test_a_lost_stop() -> None:
    """A session of which nothing is heard is over after the time that the site says."""
    desk = Desk()
    desk.say(100, START, address=X)
    desk.history.news()
    assert desk.history.held[X][0].ends == 100 + SETTINGS.lost_after


def test_the_address_may_come_later() -> None:
    """Access points often know the address only at the first interim word."""
    desk = Desk()
    desk.say(100, START)
    assert desk.pieces() == []
    desk.say(160, INTERIM, address=X)
    desk.say(200, INTERIM)
    assert desk.pieces() == [(160, 800, A)]


@pytest.mark.parametrize("status", [ON, OFF])
def test_a_restarted_access_point(status: int) -> None:
    """It ends its own sessions and nobody else's."""
    desk = Desk()
    desk.say(100, START, address=X)
    desk.say(100, START, B, "s2", address="10.0.0.8", nas="ap-2")
    assert desk.say(200, status, "", "")
    assert desk.pieces() == [(100, 200, A)]
    assert desk.history.held["10.0.0.8"][0].ends == 700


def test_roaming() -> None:
    """Who has gone on to another access point is not ended by the stop at the first."""
    desk = Desk()
    desk.say(100, START, address=X, _30=b"02-AA-AA-AA-AA-01:School")
    desk.say(200, START, session="s2", nas="ap-2", address=X, _30=b"02-AA-AA-AA-AA-03:School")
    desk.say(201, STOP)
    desk.history.news()
    found = [(piece.starts, piece.ends, piece.point) for piece in desk.history.held[X]]
    assert found == [(100, 200, "02:aa:aa:aa:aa:01/School"), (200, 800, "02:aa:aa:aa:aa:03/School")]


@pytest.mark.parametrize(
    ("called", "point"),
    [
        (b"02-AA-AA-AA-AA-01:School", "02:aa:aa:aa:aa:01/School"),
        (b"02AAAAAAAA01", "02:aa:aa:aa:aa:01"),
        (b"02:aa:aa:aa:aa:01:Guest WiFi", "02:aa:aa:aa:aa:01/Guest WiFi"),
        (b"School", "/School"),
        (b"", ""),
        (b"\xff\xfe", "/\ufffd\ufffd"),
    ],
)
def test_where_it_was_let_in(called: bytes, point: str) -> None:
    """The access point's address and the network's name, as far as they are said."""
    desk = Desk()
    desk.say(100, START, address=X, _30=called)
    desk.history.news()
    assert desk.history.held[X][0].point == point


@pytest.mark.parametrize(
    ("name", "person"),
    [
        (b"teacher-01", "teacher-01"),
        (b"teacher-01@school.example", "teacher-01"),
        (b"Teacher-01@School.Example", "teacher-01"),
        (b"SCHOOL\\t-two", "t-two"),
        (b"SCHOOL\\t-two@school.example", "t-two"),
        (b"teacher-01@elsewhere.example", ""),
        (b"teacher-01@school.example@elsewhere.example", ""),
        (b"ELSEWHERE\\teacher-01", ""),
        (b"ELSEWHERE\\teacher-01@school.example", ""),
        (b"t.two", ""),
        (b"teacher 01", ""),
        (b"-teacher-01", ""),
        (b"teacher-01\0", ""),
        ("t-t\N{CYRILLIC SMALL LETTER O}o".encode(), ""),
        (b"somebody.else@school.example", ""),
        (b"", ""),
    ],
)
def test_who_signed_in(name: bytes, person: str) -> None:
    """A bare name, or one of the school's realms, that is a person's id as it is says who it is; every other goes."""
    desk = Desk()
    desk.say(100, START, address=X, _1=name)
    desk.history.news()
    assert desk.history.held[X][0].person == person


def test_no_realm_is_taken_unasked() -> None:
    """Where the site lists no realm, a name with one is nobody's, as anybody can have a name at another's realm."""
    desk = Desk(replace(SETTINGS, realms=()))
    desk.say(100, START, address=X, _1=b"teacher-01@school.example")
    desk.history.news()
    assert desk.history.held[X][0].person == ""


def test_names_are_not_looked_at_unasked() -> None:
    """Where the site does not say so, nobody's name is taken."""
    desk = Desk(Radius("/secret", SETTINGS.clients))
    desk.say(100, START, address=X, _1=b"teacher-01")
    desk.history.news()
    assert desk.history.held[X][0].person == ""


def test_a_packet_that_was_kept_back() -> None:
    """An access point says how long it has kept a packet; it is believed for ten minutes at most."""
    desk = Desk()
    desk.say(1000, START, address=X, _41=(60).to_bytes(4))
    assert desk.pieces()[0][0] == 940
    desk.say(3000, START, address=X, _41=(86400).to_bytes(4))
    assert desk.pieces()[-1][0] == 2400


def test_ipv6() -> None:
    """An address of IPv6 counts as well; one of nothing does not."""
    desk = Desk()
    desk.say(100, START, _168=bytes.fromhex("fd000020001000000000000000000007"), _8=bytes(4))
    assert list(desk.history.news()) == ["fd00:20:10::7"]


REFUSED = {
    "another secret": ("secret", lambda: AcctPacket(secret=b"other secret", code=4).RequestPacket()),
    "another kind": ("kind", lambda: AcctPacket(secret=SECRET, code=AccessRequest).RequestPacket()),
    "cut": ("damaged", lambda: AcctPacket(secret=SECRET, code=4).RequestPacket()[:10]),
    "nothing": ("damaged", lambda: b""),
    "noise": ("secret", lambda: b"\x04\x01\x00\x20" + b"x" * 28),
}


@pytest.mark.parametrize(("why", "packet"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused(why: str, packet: Any) -> None:
    """It is not answered, changes nothing and is counted by why."""
    desk = Desk()
    assert not desk.raw(packet())
    assert desk.accounting.refused == {why: 1}
    assert desk.history.news() == {}


def test_strangers_are_refused_unread() -> None:
    """A packet from no known access point is not even looked at."""
    desk = Desk()
    assert not desk.raw(b"whatever", sender="10.99.0.1")
    assert desk.accounting.refused == {"stranger": 1}


@pytest.mark.parametrize(("status", "mac", "why"), [(START, "", "incomplete"), (99, A, "kind"), (None, A, "kind")])
def test_what_says_nothing_is_answered_and_counted(status: int | None, mac: str, why: str) -> None:
    """A true packet that tells of no device is answered, so that it is not sent for ever."""
    desk = Desk()
    assert desk.say(100, status, mac)
    assert desk.accounting.refused == {why: 1}


def test_a_stop_of_nobody_known() -> None:
    """After a restart of ours, stops come for sessions that nobody remembers."""
    desk = Desk()
    assert desk.say(100, STOP)
    assert desk.history.news() == {}


@given(st.binary(max_size=80))
def test_whatever_arrives(data: bytes) -> None:
    """No packet ends the listening."""
    desk = Desk()
    assert not desk.raw(data)
    assert desk.history.news() == {}
