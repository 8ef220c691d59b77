"""The names of what stands in the kernel: table, sets, chains, marks. Whoever fills or reads them asks here."""

from __future__ import annotations

import re

TABLE = "breaktime"
FAMILY = "inet"

MASK = 0x0F000000
"""The bits of a connection's mark that are ours; all others are left as they are."""
CUT = 0x0F000000
"""The mark of a connection that slipped past and is not allowed: its next packet, either way, is answered by an end."""
LOOKS = (0x01000000, 0x02000000, 0x03000000)
"""The marks of a new connection whose next packets, one after the other, are shown to *sense*."""
LOOKED = 0x04000000
"""The mark of a connection whose first packets were shown; it is never offloaded, as it may have to be cut."""

PAGE = "192.0.2.80"
"""What the name of the gateway's page is answered with: kept for documentation, so nobody else is ever there."""

LET_BE = "vpn"
WAYS = ("quic", "dot", "doh", LET_BE, "aside", "cut", "private_resolver")
"""Ways round the gateway that are counted; all but tunnels are refused."""
STEERED, PASSED = "steered", "passed"
METERS = (*WAYS, STEERED, PASSED)
"""Named counters; only totals, nobody's."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")


def table_name(text: str) -> str:
    """The name, if the kernel can take it for a table as it stands. Raises ValueError."""
    if not _NAME.fullmatch(text):
        raise ValueError("a table's name is made of lower-case letters, digits and underscores")
    return text


def social(version: int) -> str:
    """The set of all addresses of social media."""
    return f"social{version}"


def quic(number: int, version: int) -> str:
    """The set of the addresses whose QUIC is refused to a class."""
    return f"quic_{number}_{version}"


def set_of(number: int, version: int) -> str:
    """The set that `Addresses` calls by this number: 0 for all of social media, else that of a class."""
    return quic(number, version) if number else social(version)


def seen(version: int) -> str:
    """The set of the addresses whose names were looked at lately."""
    return f"seen{version}"
