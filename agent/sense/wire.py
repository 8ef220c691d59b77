"""IP packet → what a flow is told by: who, to whom, and the payload. By plain offsets: this is the hot path."""

from __future__ import annotations

from socket import AF_INET, AF_INET6, inet_ntop
from struct import error, unpack_from
from typing import NamedTuple

TCP, UDP = 6, 17
FIN, SYN, RST, ACK = 1, 2, 4, 16
_STEPS_OVER = frozenset({0, 43, 60, 135, 139, 140})
"""IPv6 extension headers whose length is counted in eights."""
_FRAGMENT, _AUTHENTICATION = 44, 51
_MAX_EXTENSIONS = 8


class Packet(NamedTuple):
    """One TCP or UDP packet.

    `key` names its flow in its direction: source, destination, ports and protocol as they stand on the wire.
    `cut` is true where the capture kept less than was sent.
    """

    key: bytes
    tcp: bool
    payload: bytes
    seq: int = 0
    flags: int = 0
    cut: bool = False


class Ends(NamedTuple):
    """A flow's addresses and ports as people write them."""

    src: str
    sport: int
    dst: str
    dport: int


def read(data: bytes) -> Packet | None:
    """The packet of an IPv4 or IPv6 datagram; None if it is neither TCP nor UDP, or not whole enough to say."""
    try:
        version = data[0] >> 4
        if version == 4:
            return _ipv4(data)
        return _ipv6(data) if version == 6 else None
    except (IndexError, error):
        return None


def fragment_header(data: bytes) -> int | None:
    """Where the fragment header of an IPv6 datagram stands; None if it has none. Raises IndexError where it is cut."""
    protocol, at = data[6], 40
    for _ in range(_MAX_EXTENSIONS):
        if protocol == _FRAGMENT:
            return at
        if protocol not in _STEPS_OVER:
            break
        protocol, at = data[at], at + 8 + 8 * data[at + 1]
    return None


def reverse(key: bytes) -> bytes:
    """The key of the other direction."""
    n = (len(key) - 5) // 2
    return key[n : 2 * n] + key[:n] + key[-3:-1] + key[-5:-3] + key[-1:]


def ends(key: bytes) -> Ends:
    """What a key says."""
    n = (len(key) - 5) // 2
    family = AF_INET if n == 4 else AF_INET6
    sport, dport = unpack_from(">HH", key, 2 * n)
    return Ends(inet_ntop(family, key[:n]), sport, inet_ntop(family, key[n : 2 * n]), dport)


def _ipv4(data: bytes) -> Packet | None:
    at = (data[0] & 15) * 4
    total, _, fragment, _, protocol = unpack_from(">HHHBB", data, 2)
    if fragment & 0x1FFF or at < 20:  # the ports stand in the first fragment alone
        return None
    return _transport(data, at, protocol, total, data[12:20])


def _ipv6(data: bytes) -> Packet | None:
    total = 40 + int.from_bytes(data[4:6])
    protocol, at = data[6], 40
    for _ in range(_MAX_EXTENSIONS):
        if protocol in _STEPS_OVER:
            protocol, at = data[at], at + 8 + 8 * data[at + 1]
        elif protocol == _AUTHENTICATION:
            protocol, at = data[at], at + 8 + 4 * data[at + 1]
        elif protocol == _FRAGMENT:
            if int.from_bytes(data[at + 2 : at + 4]) >> 3:
                return None
            protocol, at = data[at], at + 8
        else:
            break
    return _transport(data, at, protocol, total if total > 40 else 0, data[8:40])


def _transport(data: bytes, at: int, protocol: int, total: int, addresses: bytes) -> Packet | None:
    """`total` is the datagram's length by its own header; 0 where the sender's card was to fill it in."""
    size = len(data)
    end = total if 0 < total < size else size  # what follows is the link's padding
    if protocol == TCP:
        ports, seq, offset, flags = unpack_from(">4sI4xBB", data, at)
        begin = at + (offset >> 4) * 4
        if offset < 0x50:
            return None
        return Packet(b"%b%b\x06" % (addresses, ports), True, data[begin:end], seq, flags, total > size)
    if protocol == UDP:
        ports = data[at : at + 4]
        begin = at + 8
        if size < begin:
            return None
        return Packet(b"%b%b\x11" % (addresses, ports), False, data[begin:end], 0, 0, total > size)
    return None
