"""A datagram that carries another one (IP in IP, IPv6 in IPv4, GRE) → the one inside. For captures; offsets only."""

from __future__ import annotations

from agent.sense import links

MAX_DEEP = 4
_IPV4_IN, _IPV6_IN, _GRE = 4, 41, 47
_CHECKSUM, _KEY, _SEQUENCE, _ACKNOWLEDGED = 0x8000, 0x2000, 0x1000, 0x0080
_ETHERNET, _PPP = 0x6558, 0x880B


def innermost(datagram: bytes) -> bytes:
    """The datagram at the bottom of such carriers, at most four deep; itself where it carries none."""
    for _ in range(MAX_DEEP):
        found = _inside(datagram)
        if not found:
            break
        datagram = found
    return datagram


def _inside(data: bytes) -> bytes | None:
    if len(data) < 40 or data[0] >> 4 not in (4, 6):
        return None
    protocol, at = (data[9], (data[0] & 15) * 4) if data[0] >> 4 == 4 else (data[6], 40)
    if protocol in (_IPV4_IN, _IPV6_IN):
        return _ip(data[at:])
    return _in_gre(data[at:]) if protocol == _GRE else None


def _ip(data: bytes) -> bytes | None:
    return data if data and data[0] >> 4 in (4, 6) else None


def _in_gre(data: bytes) -> bytes | None:
    flags, kind = int.from_bytes(data[:2]), int.from_bytes(data[2:4])
    at = 4 + sum(4 for bit in (_CHECKSUM, _KEY, _SEQUENCE) if flags & bit)
    if kind == _PPP:  # as PPTP has it: length and call stand where the key would
        return links.datagram(links.PPP, data[at + (4 if flags & _ACKNOWLEDGED else 0) :])
    if kind == _ETHERNET:
        return links.datagram(links.ETHERNET, data[at:])
    return _ip(data[at:]) if kind in (0x0800, 0x86DD) else None
