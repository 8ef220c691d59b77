"""A socket on an interface that is handed ARP, DHCP and neighbour discovery and nothing else: the kernel sees to it."""

from __future__ import annotations

import ctypes
import socket
import struct

_ALL = 0x0003
_ATTACH_FILTER = 26
_LOAD_HALF, _LOAD_BYTE, _LOAD_HALF_AT_X, _HEADER_TO_X, _RETURN = 0x28, 0x30, 0x48, 0xB1, 0x06
_EQUAL, _SET, _AT_LEAST, _MORE = 0x15, 0x45, 0x35, 0x25
SNAPSHOT = 2048

# Each step: operation, operand, and for a comparison where to go on if it holds and if it does not.
_STEPS: tuple[tuple[str, int, int, str, str], ...] = (
    ("", _LOAD_HALF, 12, "", ""),  # the kind of frame
    ("", _EQUAL, 0x0806, "take", ""),  # ARP
    ("", _EQUAL, 0x0800, "v4", ""),
    ("", _EQUAL, 0x86DD, "v6", "leave"),
    ("v4", _LOAD_BYTE, 23, "", ""),
    ("", _EQUAL, 17, "", "leave"),  # UDP
    ("", _LOAD_HALF, 20, "", ""),
    ("", _SET, 0x1FFF, "leave", ""),  # a later fragment has no ports
    ("", _HEADER_TO_X, 14, "", ""),
    ("", _LOAD_HALF_AT_X, 16, "", ""),
    ("", _EQUAL, 67, "take", "leave"),  # to a DHCP server
    ("v6", _LOAD_BYTE, 20, "", ""),
    ("", _EQUAL, 58, "icmp", ""),
    ("", _EQUAL, 17, "", "leave"),
    ("", _LOAD_HALF, 56, "", ""),
    ("", _EQUAL, 547, "take", "leave"),  # to a DHCPv6 server
    ("icmp", _LOAD_BYTE, 54, "", ""),
    ("", _AT_LEAST, 133, "", "leave"),  # router solicitation …
    ("", _MORE, 136, "leave", "take"),  # … to neighbour advertisement
    ("take", _RETURN, SNAPSHOT, "", ""),
    ("leave", _RETURN, 0, "", ""),
)


def open_interface(name: str) -> socket.socket:
    """The socket. Raises OSError if there is no such interface, or without the right (CAP_NET_RAW)."""
    program = _program()
    steps = ctypes.create_string_buffer(program)
    found = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)  # hears nothing before it is bound
    try:
        about = struct.pack("HxxxxxxP" if struct.calcsize("P") == 8 else "HxxP", len(_STEPS), ctypes.addressof(steps))
        found.setsockopt(socket.SOL_SOCKET, _ATTACH_FILTER, about)
        found.bind((name, _ALL))
        found.setblocking(False)
    except OSError:
        found.close()
        raise
    return found


def _program() -> bytes:
    places = {label: place for place, (label, *_) in enumerate(_STEPS) if label}
    return b"".join(
        struct.pack("HBBI", operation, _jump(places, then, place), _jump(places, otherwise, place), operand)
        for place, (_, operation, operand, then, otherwise) in enumerate(_STEPS)
    )


def _jump(places: dict[str, int], label: str, place: int) -> int:
    return places[label] - place - 1 if label else 0
