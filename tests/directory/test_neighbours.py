"""The kernel's neighbours as sightings: new ones at once, old ones now and then, and whoever is somebody else."""

from __future__ import annotations

from agent.core.leases import Claim, History, Source
from agent.directory.neighbours import HOLDS, SAY_AGAIN, Neighbour, Neighbours, kernel_table

A, B, X = "00:16:3e:00:00:0a", "00:16:3e:00:00:0b", "10.0.0.7"


class Table:
    """A table that a test fills."""

    def __init__(self) -> None:
        self.rows: list[Neighbour] = []
        self.history = History()
        self.source = Neighbours(lambda: self.rows)

    def look(self, now: float, *rows: Neighbour) -> list[tuple[float, float, str]]:
        """What is known of the address after a look."""
        self.rows = list(rows)
        self.source.take(self.source.look(), self.history, now)
        self.history.news()
        return [piece[:3] for piece in self.history.held.get(X, ())]


def at(mac: str, age: float = 0.0) -> Neighbour:
    """A device was there so many seconds ago."""
    return Neighbour(X, mac, age, "eth1.20")


def test_a_sighting_holds_for_a_while_and_is_renewed() -> None:
    """It is claimed when it is new, and again before it runs out, not at every look."""
    table = Table()
    assert table.look(1000, at(A)) == [(1000, 1000 + HOLDS, A)]
    assert table.look(1010, at(A)) == [(1000, 1000 + HOLDS, A)]
    later = 1000 + SAY_AGAIN
    assert table.look(later, at(A)) == [(1000, later + HOLDS, A)]
    assert table.history.held[X][0].interface == "eth1.20"


def test_an_old_sighting_is_not_made_young() -> None:
    """What the kernel has not been sure of for long is no sighting any more."""
    table = Table()
    table.look(1000, at(A))
    assert table.look(1200, at(A, HOLDS)) == [(1000, 1000 + HOLDS, A)]


def test_another_device_is_claimed_at_once() -> None:
    """Where somebody else answers, both are claimed: nobody guesses who it is till one has been silent long enough."""
    table = Table()
    table.look(1000, at(A))
    pieces = table.look(1010, at(B, 60))
    assert pieces == [(1000, 1010, A), (1010, 1000 + HOLDS, ""), (1000 + HOLDS, 1010 + HOLDS, B)]


def test_against_a_lease_it_is_said_again_at_once() -> None:
    """A device that still answers at an address that was given to another is not passed over as known."""
    table = Table()
    table.look(1000, at(A))
    table.history.claim(X, Claim(B, 1005, 1005, 2000, Source.DHCP))
    table.history.news()
    assert table.look(1006, at(A, 3))[-1] == (1005, 2000, B)
    assert table.look(1008, at(A))[-2][2] == ""


def test_leaving_ends_what_it_said() -> None:
    """A table that is not asked any more says nothing more."""
    table = Table()
    table.look(1000, at(A))
    table.source.leave(table.history, 1010)
    assert table.history.news()[X][0].ends == 1010


def test_the_kernels_own_table() -> None:
    """What the kernel says reads as neighbours, each with a plain hardware address."""
    for one in kernel_table():
        assert len(one.mac) == 17
        assert one.age >= 0
