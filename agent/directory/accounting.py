"""RADIUS accounting (RFC 2866) → who was let in where, and with which address. Packets in, answers out; no socket.

A packet counts if it comes from a known client and its authenticator fits the shared secret; any other is refused
and counted. A user's name is looked at only where the site says so, and kept only if it is a person's id. It is as true
as the server that sends it back: the outer identity of EAP is whatever somebody typed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from ipaddress import ip_address
from typing import Any, NamedTuple

from pyrad.packet import AccountingRequest, AcctPacket, PacketError

from agent.core.held import plain_mac
from agent.core.leases import Claim, History, Session, Source
from agent.core.sources import Radius
from agent.directory.exports import as_id

MOST_SESSIONS = 50_000
MOST_DELAY = 600
"""Seconds for which an access point may have kept a packet back, by its own word."""
_USER, _NAS_ADDRESS, _ADDRESS, _CALLED, _CALLING, _NAS = 1, 4, 8, 30, 31, 32
_STATUS, _DELAY, _SESSION, _ADDRESS_6 = 40, 41, 44, 168
_START, _STOP, _INTERIM, _ON, _OFF = 1, 2, 3, 7, 8


class _Known(NamedTuple):
    mac: str
    addresses: tuple[str, ...]


class Accounting:
    """The sessions that access points report."""

    source = Source.RADIUS

    def __init__(self, settings: Radius, secret: bytes, history: History, persons: Collection[str] = ()) -> None:
        self.settings = settings
        self.refused: Counter[str] = Counter()
        self.taken: Counter[str] = Counter()
        self._secret = secret
        self._history = history
        self.persons = persons
        """Whose user names are known."""
        self._sessions: dict[tuple[str, str], _Known] = {}

    def packet(self, data: bytes, sender: str, now: float) -> bytes | None:
        """Take a packet that arrived; the answer to it, None where it deserves none."""
        packet = self._read(data, sender)
        if isinstance(packet, str):
            self.refused[packet] += 1
            return None
        self._take(packet, sender, now - min(_number(packet, _DELAY), MOST_DELAY))
        return bytes(packet.CreateReply().ReplyPacket())

    def _read(self, data: bytes, sender: str) -> Any:
        """The packet, or why it is refused."""
        if not any(ip_address(sender) in network for network in self.settings.clients):
            return "stranger"
        try:
            packet = AcctPacket(secret=self._secret, packet=data)
        except (PacketError, ValueError, IndexError):
            return "damaged"
        if packet.code != AccountingRequest:
            return "kind"
        return packet if packet.VerifyAcctRequest() else "secret"

    def leave(self, now: float) -> None:
        """Nobody listens any more: what is not said again is over as if it were lost."""
        self._sessions.clear()

    def _take(self, packet: AcctPacket, sender: str, at: float) -> None:
        status = _number(packet, _STATUS)
        nas = _text(packet, _NAS) or _first(packet, _NAS_ADDRESS).hex() or sender
        if status in (_ON, _OFF):
            self.taken["restart"] += 1
            for key in [key for key in self._sessions if key[0] == nas]:
                self._over(key, at)
        elif status in (_START, _INTERIM, _STOP):
            key = nas, _text(packet, _SESSION)
            known = self._learn(packet, key)
            if known is None:
                self.refused["incomplete"] += 1
            elif status == _STOP:
                self.taken["stop"] += 1
                self._over(key, at)
            else:
                self.taken["start" if status == _START else "interim"] += 1
                self._on(packet, known, at)
        else:
            self.refused["kind"] += 1

    def _learn(self, packet: AcctPacket, key: tuple[str, str]) -> _Known | None:
        """What is known of a session with what this packet adds; None if it says of no device."""
        before = self._sessions.pop(key, None)
        mac = plain_mac(_text(packet, _CALLING)) or (before.mac if before else None)
        if mac is None:
            return None
        addresses = _addresses(packet) or (before.addresses if before and before.mac == mac else ())
        known = self._sessions[key] = _Known(mac, addresses)
        if len(self._sessions) > MOST_SESSIONS:
            del self._sessions[next(iter(self._sessions))]
        return known

    def _on(self, packet: AcctPacket, known: _Known, at: float) -> None:
        ends = at + self.settings.lost_after
        session = Session(at, ends, _point(_text(packet, _CALLED)), self._person(packet))
        self._history.let_in(known.mac, session)
        for address in known.addresses:
            self._history.claim(address, Claim(known.mac, at, at, ends, Source.RADIUS))

    def _over(self, key: tuple[str, str], at: float) -> None:
        known = self._sessions.pop(key, None)
        if known is None:
            return
        if any(other.mac == known.mac for other in self._sessions.values()):
            return  # it went on to another access point, which said so first
        self._history.left(known.mac, at)
        for address in known.addresses:
            self._history.end(address, Source.RADIUS, at, known.mac)

    def _person(self, packet: AcctPacket) -> str:
        if not self.settings.persons:
            return ""
        name = _name(_text(packet, _USER), self.settings.realms)
        return name if name in self.persons else ""


def _name(user: str, realms: Collection[str]) -> str:
    """The id of a user name, bare or with the site's own realms; "" for one of elsewhere, or that is no id as it is.

    An id is met but for its case: whatever else made letters of an id would let a stranger's name become a person's.
    """
    before, _, rest = user.rpartition("\\")
    name, _, behind = rest.partition("@")
    if not name.isascii() or any(realm and realm.lower() not in realms for realm in (before, behind)):
        return ""
    return name.lower() if as_id(name) == name.lower() else ""


def _point(called: str) -> str:
    """`AA-BB-CC-DD-EE-FF:School` → `aa:bb:cc:dd:ee:ff/School`; either half may lack."""
    mac = plain_mac(called[:17])
    ssid = called[17:].removeprefix(":") if mac else called.rpartition(":")[2]
    return f"{mac or ''}/{ssid}" if ssid else mac or ""


def _addresses(packet: AcctPacket) -> tuple[str, ...]:
    four = [value for value in packet.get(_ADDRESS, []) if len(value) == 4 and any(value)]
    six = [value for value in packet.get(_ADDRESS_6, []) if len(value) == 16 and any(value)]
    return tuple(str(ip_address(value)) for value in (*four, *six))


def _first(packet: AcctPacket, code: int) -> bytes:
    return bytes(next(iter(packet.get(code, [])), b""))


def _number(packet: AcctPacket, code: int) -> int:
    value = _first(packet, code)
    return int.from_bytes(value) if len(value) == 4 else 0


def _text(packet: AcctPacket, code: int) -> str:
    return _first(packet, code).decode("utf-8", "replace")
