"""Pieces of time in which an address is somebody's, found by the instant; hardware addresses as they are written."""

from math import inf

import pytest

from agent.core.held import Held, Line, as_held, is_random, plain_mac

A, B = "00:16:3e:00:00:0a", "00:16:3e:00:00:0b"
LINE: Line[str] = Line([Held(10, 20, A, "dhcp"), Held(20, 30, B, "dhcp"), Held(40, inf, A, "radius")])


@pytest.mark.parametrize(
    ("at", "piece", "until"),
    [(9.9, -1, 10), (10, 0, 20), (19.9, 0, 20), (20, 1, 30), (30, -1, 40), (39, -1, 40), (40, 2, inf), (1e12, 2, inf)],
)
def test_an_instant_has_its_piece(at: float, piece: int, until: float) -> None:
    """A piece holds from its beginning until just before its end; in a gap nobody has the address."""
    assert (LINE.index(at), LINE.until(at)) == (piece, until)


def test_after_the_last() -> None:
    """After the last piece nothing is in sight."""
    line: Line[str] = Line([Held(10, 20, A, "dhcp")])
    assert (line.index(20), line.until(20)) == (-1, inf)


@pytest.mark.parametrize(
    ("text", "mac"),
    [
        ("AA-BB-CC-DD-EE-0F", "aa:bb:cc:dd:ee:0f"),
        ("aabb.ccdd.ee0f", "aa:bb:cc:dd:ee:0f"),
        (" aabbccddee0f ", "aa:bb:cc:dd:ee:0f"),
        ("00:00:00:00:00:00", None),
        ("01:00:5e:00:00:01", None),
        ("ff:ff:ff:ff:ff:ff", None),
        ("aa:bb:cc:dd:ee", None),
        ("aa:bb:cc:dd:ee:gg", None),
        ("", None),
    ],
)
def test_hardware_addresses(text: str, mac: str | None) -> None:
    """However it is written it is one address; that of a group, or of nobody, is none."""
    assert plain_mac(text) == mac


@pytest.mark.parametrize(("mac", "random"), [("da:a1:19:12:34:56", True), (A, False), ("", False), ("xx", False)])
def test_made_up_addresses(mac: str, random: bool) -> None:
    """The second bit of the first byte says that a device made the address up."""
    assert is_random(mac) is random


def test_contested() -> None:
    """A piece without a device is one that two claim; pieces survive their way through JSON."""
    piece = Held(1, 2, "", "dhcp+neighbours")
    assert piece.contested
    assert not Held(1, 2, A, "dhcp").contested
    assert as_held([list(piece)]) == (piece,)
