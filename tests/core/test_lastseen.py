"""What was last seen is kept for 15 minutes, by device and service, and never grows without end."""

from typing import NamedTuple

import pytest

from agent.core.accounts import Account
from agent.core.lastseen import KEPT_SECONDS, LastSeen, Seen

OFFICIAL, OTHER, OUT = Account.OFFICIAL, Account.OTHER, Account.SIGNED_OUT


class Note(NamedTuple):
    """One request that spoke for itself, and whether it told of a switch."""

    account: Account
    signing_in: bool
    at: float
    switched: bool


@pytest.mark.parametrize(
    ("notes", "account", "signing_in"),
    [
        pytest.param([Note(OFFICIAL, False, 0, False)], OFFICIAL, False, id="first seen"),
        pytest.param([Note(OFFICIAL, False, 0, False), Note(OFFICIAL, False, 9, False)], OFFICIAL, False, id="again"),
        pytest.param([Note(OFFICIAL, False, 0, False), Note(OTHER, False, 9, True)], OTHER, False, id="switched"),
        pytest.param([Note(OUT, True, 0, False), Note(OUT, False, 9, False)], OUT, True, id="still signing in"),
        pytest.param([Note(OUT, True, 0, False), Note(OTHER, False, 9, True)], OTHER, False, id="signed in"),
        pytest.param([Note(OTHER, False, 0, False), Note(OTHER, True, 9, False)], OTHER, True, id="to sign in anew"),
        pytest.param(
            [Note(OUT, True, 0, False), Note(OUT, False, KEPT_SECONDS, False)], OUT, False, id="signing in given up"
        ),
        pytest.param(
            [Note(OFFICIAL, False, 0, False), Note(OTHER, False, KEPT_SECONDS, False)],
            OTHER,
            False,
            id="what holds no more is not switched from",
        ),
        pytest.param(
            [Note(OFFICIAL, False, KEPT_SECONDS, False), Note(OTHER, False, 0, False)],
            OTHER,
            False,
            id="put back",
        ),
    ],
)
def test_note(notes: list[Note], account: Account, signing_in: bool) -> None:
    """The newest account counts, a switch is told once, and the way to sign in lasts until another account is seen."""
    seen = LastSeen()
    for note in notes:
        assert seen.note("laptop-01", "facebook", note.account, note.signing_in, note.at) is note.switched
    assert seen.of("laptop-01")["facebook"] == Seen(account, signing_in, notes[-1].at)


@pytest.mark.parametrize(
    ("device", "service", "known"),
    [
        pytest.param("laptop-01", "facebook", True, id="the same"),
        pytest.param("laptop-02", "facebook", False, id="another device"),
        pytest.param("laptop-01", "x", False, id="another service"),
    ],
)
def test_apart(device: str, service: str, known: bool) -> None:
    """Devices and services tell nothing of each other."""
    seen = LastSeen()
    seen.note("laptop-01", "facebook", OFFICIAL, False, 0)
    assert (service in seen.of(device)) is known


@pytest.mark.parametrize(("now", "holds"), [(0, True), (KEPT_SECONDS - 1, True), (KEPT_SECONDS, False), (-1, True)])
def test_holds(now: float, holds: bool) -> None:
    """Fifteen minutes, and not a second more."""
    assert Seen(OFFICIAL, False, 0).holds(now) is holds


def test_bounded() -> None:
    """Of too many devices, the one that was quiet longest is forgotten."""
    seen = LastSeen(limit=2)
    for number, device in enumerate(("a", "b", "a", "c")):
        seen.note(device, "facebook", OFFICIAL, False, number)
    assert [bool(seen.of(device)) for device in "abc"] == [True, False, True]


def test_forget() -> None:
    """What no longer holds leaves the memory."""
    seen = LastSeen()
    seen.note("old", "facebook", OFFICIAL, False, 0)
    seen.note("new", "facebook", OFFICIAL, False, KEPT_SECONDS)
    seen.forget(KEPT_SECONDS)
    assert [bool(seen.of(device)) for device in ("old", "new")] == [False, True]
