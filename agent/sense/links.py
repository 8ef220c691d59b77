"""A frame of a capture → the IP datagram in it, for the usual kinds of link. Offsets only; pure."""

from __future__ import annotations

from collections.abc import Callable

NULL, ETHERNET, PPP, RAW_BSD, RAW_OPENBSD, PPP_HDLC, RAW, C_HDLC, LOOP, LINUX, IPV4, IPV6, LINUX_2 = (
    0, 1, 9, 12, 14, 50, 101, 104, 108, 113, 228, 229, 276,
)  # fmt: skip
_IP = frozenset({0x0800, 0x86DD})
_TAGS = frozenset({0x8100, 0x88A8, 0x9100})
_PPPOE, _MPLS, _MPLS_MANY = 0x8864, 0x8847, 0x8848
_PPP_IP = frozenset({0x0021, 0x0057})
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


_READERS: dict[int, Callable[[bytes], bytes | None]] = {
    ETHERNET: lambda frame: _typed(frame, 14, int.from_bytes(frame[12:14])),
    LINUX: lambda frame: _typed(frame, 16, int.from_bytes(frame[14:16])),
    LINUX_2: lambda frame: _typed(frame, 20, int.from_bytes(frame[0:2])),
    C_HDLC: lambda frame: _typed(frame, 4, int.from_bytes(frame[2:4])),
    PPP: _ppp,
    PPP_HDLC: _ppp,
    **dict.fromkeys((NULL, LOOP), lambda frame: _bare(frame[4:])),
    **dict.fromkeys((RAW, RAW_BSD, RAW_OPENBSD, IPV4, IPV6), _bare),
}
