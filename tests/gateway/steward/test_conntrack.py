"""The table of connections, as far as it can be told without a kernel."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from agent.gateway.steward.conntrack import TCP, UDP, Connection, ended

ONE, OTHER = (Connection(protocol, "10.0.0.2", 5000, "192.0.2.1", 443) for protocol in (TCP, UDP))


class Table:
    """A kernel's table that holds one connection."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, int]] = []
        self.open = True

    def to_port(self, protocol: int, port: int) -> Iterator[Connection]:
        """Those to a port."""
        self.asked.append((protocol, port))
        return iter([ONE] if protocol == TCP else [])

    def close(self) -> None:
        """It is given back."""
        self.open = False


def test_which_have_ended() -> None:
    """Those that the kernel lists no more; it is asked once a protocol and port."""
    table = Table()
    made: Any = lambda: table  # noqa: E731
    assert ended([ONE, OTHER], made) == {OTHER}
    assert sorted(table.asked) == [(TCP, 443), (UDP, 443)]
    assert not table.open
