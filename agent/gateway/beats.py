"""Signs of life to the steward: one datagram each, on a Unix socket of the data folder. Never waits, never raises.

{"worker": number, "pid": process id, "port": port}     from a worker's tick, four times a second
{"store": true | false}                                 from the recorder: whether the store takes what is counted
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

BEATS_VARIABLE = "BREAKTIME_BEATS"
"""Where a worker finds the socket; not set where nothing is steered."""

WORKER_VARIABLE = "BREAKTIME_WORKER"
"""The number of the worker, from 0 on, and its port."""


class Folder:
    """A folder held open, so that a socket in it has a short name: the kernel takes no more than 107 bytes."""

    def __init__(self, path: Path) -> None:
        """Raises OSError if there is no such folder."""
        self._handle = os.open(path, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)

    def name(self, file: str) -> str:
        """A path to the file, for this process alone."""
        return f"/proc/self/fd/{self._handle}/{file}"

    def close(self) -> None:
        """Let the folder go."""
        os.close(self._handle)


class Beat:
    """Sends beats to the socket at a path, whether anybody listens there or not."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._socket: socket.socket | None = None
        self._folder: Folder | None = None

    def send(self, message: Mapping[str, int]) -> bool:
        """Send one; False if nobody takes it."""
        try:
            if self._folder is None:
                self._folder = Folder(self._path.parent)
            if self._socket is None:
                self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
            self._socket.sendto(json.dumps(message).encode(), self._folder.name(self._path.name))
        except FileNotFoundError:  # nobody listens yet; or the folder that is held open is there no more
            self._let_go_of_folder()
            return False
        except OSError:
            return False
        return True

    def close(self) -> None:
        """Send no more."""
        if self._socket is not None:
            self._socket.close()
        self._socket = None
        self._let_go_of_folder()

    def _let_go_of_folder(self) -> None:
        if self._folder is not None:
            self._folder.close()
            self._folder = None


def listen(path: Path) -> socket.socket:
    """The socket that beats arrive at, in place of one that a killed steward left. Raises OSError."""
    folder = Folder(path.parent)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    try:
        with suppress(FileNotFoundError):
            path.unlink()
        listening.bind(folder.name(path.name))
    except OSError:
        listening.close()
        raise
    finally:
        folder.close()
    return listening
