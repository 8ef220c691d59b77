"""A connection is marked, and marked once more, whatever the kernel says."""

from __future__ import annotations

from typing import Any

from agent.gateway.steering.names import CUT, MASK
from agent.gateway.steward.conntrack import TCP, Connection
from agent.gateway.steward.cutter import Cutter
from agent.gateway.steward.trouble import Trouble

ONE = Connection(TCP, "10.0.0.2", 5000, "192.0.2.1", 443)


class Marks:
    """A table of connections that remembers what was marked."""

    def __init__(self, there: bool = True, refuses: int = 0) -> None:
        self.marked: list[Connection] = []
        self.opened = 0
        self._there = there
        self.refuses = refuses

    def open(self) -> Any:
        """A socket to it."""
        if self.refuses == 1:
            raise PermissionError(1, "not permitted")
        self.opened += 1
        return self

    def mark(self, connection: Connection, mark: int, mask: int) -> bool:
        """Note it."""
        assert (mark, mask) == (CUT, MASK)
        if self.refuses == 2:
            raise OSError(105, "no room")
        self.marked.append(connection)
        return self._there

    def close(self) -> None:
        """The socket is given back."""
        self.opened -= 1


def test_marked_twice() -> None:
    """A packet may have been on its way through the rules."""
    marks = Marks()
    cutter = Cutter(marks.open, Trouble(lambda text: None))
    assert cutter.cut(ONE)
    cutter.again()
    cutter.again()
    assert marks.marked == [ONE, ONE]
    assert marks.opened == 0


def test_one_that_has_ended_is_not() -> None:
    """There is nothing to end."""
    marks = Marks(there=False)
    cutter = Cutter(marks.open, Trouble(lambda text: None))
    assert not cutter.cut(ONE)
    cutter.again()
    assert marks.marked == [ONE]


def test_a_refusal_is_said_and_no_end() -> None:
    """Without the right, and without room."""
    said: list[str] = []
    for refuses in (1, 2):
        marks = Marks(refuses=refuses)
        assert not Cutter(marks.open, Trouble(said.append)).cut(ONE)
        assert marks.opened == 0
    assert [text.split(" at ")[0] for text in said] == ["steward: PermissionError", "steward: OSError"]
