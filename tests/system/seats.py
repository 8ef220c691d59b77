"""Where a client sits: on which device, by which way, over which family; and how it connects from there."""

import socket
from dataclasses import dataclass

from . import places
from .lab import Lab


@dataclass(frozen=True, slots=True)
class Seat:
    """A device and its way out: by the explicit proxy at `proxy`, or directly (steered, if so set)."""

    id: str
    place: str
    proxy: str = ""
    family: int = 4
    port: int = places.PROXY_PORT

    @property
    def proxy_url(self) -> str:
        """The proxy as a URL; empty without one."""
        host = f"[{self.proxy}]" if ":" in self.proxy else self.proxy
        return f"http://{host}:{self.port}" if self.proxy else ""


LOOPBACK = Seat("loopback", places.GATEWAY, "127.0.0.1")
_ALL = (
    Seat("explicit-laptop-4", places.LAPTOP, "10.20.10.1"),
    Seat("explicit-laptop-6", places.LAPTOP, "fd00:20:10::1", 6),
    Seat("explicit-phone-4", places.PHONE, "10.20.20.1"),
    Seat("explicit-phone-6", places.PHONE, "fd00:20:20::1", 6),
    Seat("transparent-laptop-4", places.LAPTOP),
    Seat("transparent-laptop-6", places.LAPTOP, "", 6),
    Seat("transparent-phone-4", places.PHONE),
    Seat("transparent-phone-6", places.PHONE, "", 6),
)
_BY_ID = {seat.id: seat for seat in _ALL}


def seat(mode: str, device: str, family: int = 4) -> Seat:
    """The seat of a device in a mode: without a redirect, a transparent one is simply a direct way out."""
    return _BY_ID[f"{mode}-{device}-{family}"]


def connect(lab: Lab, seat: Seat, origin: places.Origin, port: int = 443) -> socket.socket:
    """A connection to an origin as the seat makes it, past the proxy's CONNECT where it has one."""
    if not seat.proxy:
        address = origin.v6 if seat.family == 6 else origin.v4
        return lab.connect(seat.place, (address, port))
    made = lab.connect(seat.place, (seat.proxy, seat.port))
    try:
        tunnel(made, f"{origin.name}:{port}")
    except OSError:
        made.close()
        raise
    return made


def tunnel(connection: socket.socket, target: str) -> None:
    """Ask the proxy for a tunnel; raises ConnectionError if it says anything but 200."""
    connection.sendall(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
    answer = b""
    while b"\r\n\r\n" not in answer:
        data = connection.recv(1)
        if not data:
            raise ConnectionError("the proxy closed the connection")
        answer += data
    if b" 200 " not in answer.split(b"\r\n", 1)[0]:
        raise ConnectionError(answer.split(b"\r\n", 1)[0].decode(errors="replace"))
