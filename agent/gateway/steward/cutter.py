"""Ends a connection that slipped past: marked in the kernel's table, it is answered with an end on either side."""

from __future__ import annotations

from collections.abc import Callable

from agent.gateway.steering.names import CUT, MASK
from agent.gateway.steward.conntrack import Connection, Conntrack
from agent.gateway.steward.trouble import Trouble


class Cutter:
    """`again` is to be called now and then: it marks once more what was marked since."""

    def __init__(self, conntrack: Callable[[], Conntrack], trouble: Trouble) -> None:
        self._conntrack = conntrack
        self._trouble = trouble
        self._cut: list[Connection] = []

    def cut(self, connection: Connection) -> bool:
        """True if there was such a connection."""
        there = self._mark(connection)
        if there:
            self._cut.append(connection)
        return there

    def again(self) -> None:
        """A packet that was on its way through the rules may have put the mark back to what it was."""
        cut, self._cut = self._cut, []
        for connection in cut:
            self._mark(connection)

    def _mark(self, connection: Connection) -> bool:
        try:
            table = self._conntrack()
        except OSError as problem:
            self._trouble.of(problem)
            return False
        try:
            return table.mark(connection, CUT, MASK)
        except OSError as problem:
            self._trouble.of(problem)
            return False
        finally:
            table.close()
