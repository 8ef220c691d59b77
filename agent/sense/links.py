"""A frame of a capture → the IP datagram in it, for the usual kinds of link. Offsets only; pure."""

from __future__ import annotations

from collections.abc import Callable

NULL, ETHERNET, PPP, RAW_BSD, RAW_OPENBSD, PPP_HDLC, PPP_ETHERNET = 0, 1, 9, 12, 14, 50, 51
RAW, C_HDLC, LOOP, LINUX, IPV4, IPV6, NFLOG, LINUX_2 = (
    101, 104, 108, 113, 228, 229, 239, 276,
)  # fmt: skip
_IP = frozenset({0x0800, 0x86DD})
_TAGS = frozenset({0x8100, 0x88A8, 0x9100})
_PPPOE, _MPLS, _MPLS_MANY = 0x8864, 0x8847, 0x8848
_PPP_IP = frozenset({0x0021, 0x0057})
_SNAP = b"\xaa\xaa\x03\0\0\0"
"""Before the EtherType in a frame that says its length where others have the type."""
_LONGEST_LENGTH = 1500
_PAYLOAD = 9
"""The attribute of a logged packet that holds the packet."""
_MAX_ATTRIBUTES = 32
_MAX_TAGS = 8


def datagram(link: int, frame: bytes) -> bytes | None:
    """The IP datagram; None if the frame carries none, or none that is found so. Check `reads` first."""
    return _READERS[link](frame)


def reads(link: int) -> bool:
    """True if frames of this link type (as the capture formats number them) are known here."""
    return link in _READERS


def _typed(frame: bytes, at: int, kind: int) -> bytes | None:
    """What follows an EtherType, which stands before `at`."""
    for _ in range(_MAX_TAGS):
        if kind in _IP:
            return frame[at:]
        if kind in _TAGS:
            kind, at = int.from_bytes(frame[at + 2 : at + 4]), at + 4
        elif kind <= _LONGEST_LENGTH and frame[at : at + 6] == _SNAP:
            kind, at = int.from_bytes(frame[at + 6 : at + 8]), at + 8
        elif kind == _PPPOE:
            return _ppp(frame[at + 6 :])
        elif kind in (_MPLS, _MPLS_MANY):
            return _below_labels(frame, at)
        else:
            return None
    return None


def _below_labels(frame: bytes, at: int) -> bytes | None:
    for _ in range(_MAX_TAGS):
        last = frame[at + 2 : at + 3]
        at += 4
        if not last or last[0] & 1:
            break
    return _bare(frame[at:])


def _bare(frame: bytes) -> bytes | None:
    return frame if frame and frame[0] >> 4 in (4, 6) else None


def _ppp(frame: bytes) -> bytes | None:
    at = 2 if frame.startswith(b"\xff\x03") else 0
    return frame[at + 2 :] if int.from_bytes(frame[at : at + 2]) in _PPP_IP else None


def _logged(frame: bytes) -> bytes | None:
    """The packet in the attributes of a log group: numbers in the order of the machine, mostly little-endian."""
    at = 4
    for _ in range(_MAX_ATTRIBUTES):
        size, kind = int.from_bytes(frame[at : at + 2], "little"), int.from_bytes(frame[at + 2 : at + 4], "little")
        if size < 4:
            return None
        if kind == _PAYLOAD:
            return _bare(frame[at + 4 : at + size])
        at += size + -size % 4
    return None


_READERS: dict[int, Callable[[bytes], bytes | None]] = {
    ETHERNET: lambda frame: _typed(frame, 14, int.from_bytes(frame[12:14])),
    LINUX: lambda frame: _typed(frame, 16, int.from_bytes(frame[14:16])),
    LINUX_2: lambda frame: _typed(frame, 20, int.from_bytes(frame[0:2])),
    C_HDLC: lambda frame: _typed(frame, 4, int.from_bytes(frame[2:4])),
    PPP: _ppp,
    PPP_ETHERNET: lambda frame: _ppp(frame[6:]),
    NFLOG: _logged,
    PPP_HDLC: _ppp,
    **dict.fromkeys((NULL, LOOP), lambda frame: _bare(frame[4:])),
    **dict.fromkeys((RAW, RAW_BSD, RAW_OPENBSD, IPV4, IPV6), _bare),
}
