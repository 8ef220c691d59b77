"""Ethernet frames → devices met: who asks for an address (DHCP) and who answers for one (ARP, ND). By scapy's layers.

The same device is not told again within a minute unless something is new, and before a frame is taken apart its
sender is looked at: a busy network costs little, a hostile one no more than `MOST_A_SECOND`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scapy.layers.dhcp import BOOTP, DHCP
from scapy.layers.dhcp6 import DHCP6_Solicit
from scapy.layers.inet6 import ICMPv6ND_NA, ICMPv6ND_NS, ICMPv6ND_RS, IPv6
from scapy.layers.l2 import ARP, Ether

from agent.core.clients import DeviceKind
from agent.core.fingerprints import kind_of
from agent.core.held import plain_mac
from agent.sense.met import Met

AGAIN_AFTER = 60.0
MOST_KNOWN = 20_000
MOST_A_SECOND = 500


class Devices:
    """Frames in, devices out; knows neither socket nor clock."""

    def __init__(self) -> None:
        self.passed_over = 0
        """Frames beyond what is taken apart in a second."""
        self._said: dict[Met, float] = {}
        self._heads: dict[bytes, float] = {}
        self._second, self._taken = 0, 0

    def frame(self, frame: bytes, now: float, interface: str = "") -> Met | None:
        """The device that a frame tells of, unless that was told already."""
        if self._is_stale(frame, now) or not self._is_affordable(now):
            return None
        met = read(frame)
        if met is None:
            return None
        met = met._replace(interface=interface)
        if now - self._said.get(met, -AGAIN_AFTER) < AGAIN_AFTER:
            return None
        _remember(self._said, met, now)
        return met

    def _is_stale(self, frame: bytes, now: float) -> bool:
        """True for an ARP or ND frame like one that was read within the minute: they come again and again."""
        if frame[12:14] == b"\x08\x00":
            return False  # DHCP is rare, and each one may say more
        head = frame[6:34] if frame[12:14] == b"\x08\x06" else frame[6:14] + frame[22:38] + frame[54:55]
        stale = now - self._heads.get(head, -AGAIN_AFTER) < AGAIN_AFTER
        if not stale:
            _remember(self._heads, head, now)
        return stale

    def _is_affordable(self, now: float) -> bool:
        if int(now) != self._second:
            self._second, self._taken = int(now), 0
        self._taken += 1
        if self._taken > MOST_A_SECOND:
            self.passed_over += 1
            return False
        return True


def read(frame: bytes) -> Met | None:
    """The device that a frame tells of; None if it tells of none. Never raises."""
    try:
        return next(_told(Ether(frame)), None)
    except Exception:  # a stranger's code on a stranger's bytes
        return None


def _told(frame: Any) -> Iterator[Met]:
    if ARP in frame:
        yield from _met(frame[ARP].hwsrc, frame[ARP].psrc, "arp")
    elif DHCP in frame and frame[BOOTP].op == 1:
        options = {one[0]: one[1] for one in frame[DHCP].options if isinstance(one, tuple)}
        asked, named = options.get("param_req_list") or (), options.get("vendor_class_id") or b""
        kind = kind_of(tuple(asked), bytes(named).decode("ascii", "replace"))
        yield from _met(bytes(frame[BOOTP].chaddr)[:6].hex(), frame[BOOTP].ciaddr, "dhcp", kind)
    elif DHCP6_Solicit in frame:
        yield from _met(frame.src, "", "dhcp")
    elif ICMPv6ND_NA in frame:
        yield from _met(frame.src, frame[ICMPv6ND_NA].tgt, "nd")
    elif ICMPv6ND_NS in frame or ICMPv6ND_RS in frame:
        yield from _met(frame.src, frame[IPv6].src, "nd")


def _met(mac: str, address: str, how: str, kind: DeviceKind = DeviceKind.UNKNOWN) -> Iterator[Met]:
    plain = plain_mac(mac)
    if plain is not None:
        yield Met(plain, "" if address in ("0.0.0.0", "::") else address, how, kind)  # noqa: S104 - no address yet


def _remember[K](table: dict[K, float], key: K, now: float) -> None:
    """Keep the table bounded, what was longest not renewed out first."""
    table.pop(key, None)
    table[key] = now
    if len(table) > MOST_KNOWN:
        del table[next(iter(table))]
