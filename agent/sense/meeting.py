"""Live: interfaces → a line for each device that is met on them, until nobody reads the lines."""

from __future__ import annotations

import os
import select
import socket
import time
from collections.abc import Iterable, Sequence

from agent.sense.devices import Devices
from agent.sense.ether import SNAPSHOT, open_interface
from agent.sense.live import give_up_rights
from agent.sense.met import encode

MOST_FRAMES = 256


class NoInterface(Exception):
    """An interface cannot be read; the text says which and why."""


def run(names: Sequence[str], out: int) -> None:
    """Read the interfaces and write to the file descriptor `out` until its other end closes. Raises NoInterface.

    The first line is empty: from then on devices are met. What reads strangers' frames has no rights left by then.
    """
    sockets = [_opened(name) for name in names]
    try:
        give_up_rights()
    except OSError as problem:
        raise NoInterface(f"rights cannot be given up ({problem.strerror})") from None
    devices, poll = Devices(), select.poll()
    for one in sockets:
        poll.register(one, select.POLLIN)
    poll.register(out, 0)
    by_handle = {one.fileno(): (name, one) for name, one in zip(names, sockets, strict=True)}
    os.write(out, b"\n")
    while True:
        ready = [handle for handle, _ in poll.poll()]
        if out in ready:
            return
        for handle in ready:
            name, one = by_handle[handle]
            for frame in _frames(one):
                met = devices.frame(frame, time.monotonic(), name)
                if met is not None:
                    os.write(out, encode(met))


def _opened(name: str) -> socket.socket:
    try:
        return open_interface(name)
    except OSError as problem:
        raise NoInterface(f"{name}: cannot be read ({(problem.strerror or 'no').lower()})") from None


def _frames(one: socket.socket) -> Iterable[bytes]:
    for _ in range(MOST_FRAMES):
        try:
            yield one.recv(SNAPSHOT)
        except OSError:  # nothing more is here, or the interface went down
            return
