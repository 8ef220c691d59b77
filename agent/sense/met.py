"""A device that was met on the wire, as a line of JSON: that it is there, and no more. Nothing of where it goes."""

from __future__ import annotations

import json
from typing import NamedTuple

from agent.core.clients import DeviceKind
from agent.core.held import plain_mac


class Met(NamedTuple):
    """A device by its hardware address. `how`: dhcp, arp or nd; `address` "" where it had none yet.

    `kind` is a hint of what it is, by how it asks for an address.
    """

    mac: str
    address: str
    how: str
    kind: DeviceKind = DeviceKind.UNKNOWN
    interface: str = ""


def encode(met: Met) -> bytes:
    """One line with its end."""
    return json.dumps(met._asdict()).encode() + b"\n"


def decode(line: bytes | str) -> Met:
    """The line that `encode` wrote. Raises ValueError if it is none."""
    try:
        said = json.loads(line)
        met = Met(**{**said, "kind": DeviceKind(said["kind"])})
    except (TypeError, KeyError, ValueError, RecursionError):
        raise ValueError("not a line about a device") from None
    if plain_mac(met.mac) != met.mac or not all(isinstance(value, str) for value in met):
        raise ValueError("not a line about a device")
    return met
