"""The named counters of our table, asked of the kernel directly: the library would list every address first."""

from __future__ import annotations

from agent.gateway.steering.names import TABLE
from agent.gateway.steward.netlink import DUMP, Netlink, attribute, attributes

_PART, _GET = 10, 19
_TABLE, _NAME, _DATA = 1, 2, 4
_PACKETS = 2
_INET = 1


class Counters:
    """Packets by counter. Raises OSError without CAP_NET_ADMIN."""

    def __init__(self, table: str = TABLE) -> None:
        self._table = table.encode() + b"\0"
        self._netlink = Netlink(_PART)

    def close(self) -> None:
        """Let go of the kernel."""
        self._netlink.close()

    def read(self) -> dict[str, int]:
        """What each has counted since the table was made; empty if there is none."""
        found: dict[str, int] = {}
        for body in self._netlink.ask(_GET, DUMP, _INET, attribute(_TABLE, self._table)):
            said = attributes(body)
            packets = attributes(said.get(_DATA, b"")).get(_PACKETS)
            if said.get(_TABLE) == self._table and packets is not None:
                found[said[_NAME].rstrip(b"\0").decode()] = int.from_bytes(packets)
        return found
