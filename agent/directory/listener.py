"""The socket on which RADIUS accounting arrives, and the file with the shared secret."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import cast

from agent.core.leases import History
from agent.core.sources import Radius
from agent.directory.accounting import Accounting

LEAST_SECRET = 8
MOST_SECRET = 1024


class SecretError(OSError):
    """The shared secret cannot be used; `strerror` says why and what to do."""

    def __init__(self, text: str) -> None:
        super().__init__(0, text)


def read_secret(path: Path) -> bytes:
    """The secret: one line. Raises SecretError if it is missing, short, or anybody may read it."""
    try:
        with open(os.open(path, os.O_RDONLY | os.O_CLOEXEC), "rb") as file:
            if os.fstat(file.fileno()).st_mode & 0o077:
                raise SecretError(f"{path}: others may read it: chmod 600 {path}")
            secret = file.read(MOST_SECRET).strip(b"\r\n")
    except SecretError:
        raise
    except OSError as problem:
        raise SecretError(f"{path}: the shared secret cannot be read ({problem.strerror})") from None
    if len(secret) < LEAST_SECRET or b"\n" in secret:
        raise SecretError(f"{path}: a shared secret is one line of at least {LEAST_SECRET} characters")
    return secret


class Listener(asyncio.DatagramProtocol):
    """Accounting on a UDP socket."""

    def __init__(self, settings: Radius, history: History, persons: Collection[str], now: Callable[[], float]) -> None:
        self.persons = persons
        self._settings = settings
        self._history = history
        self._now = now
        self._accounting: Accounting | None = None
        self._transport: asyncio.DatagramTransport | None = None

    @property
    def refused(self) -> Mapping[str, int]:
        """How many packets were refused, by why."""
        return self._accounting.refused if self._accounting else {}

    @property
    def taken(self) -> int:
        """How many packets were taken, since it began to listen."""
        return self._accounting.taken.total() if self._accounting else 0

    async def open(self) -> None:
        """Begin to listen. Raises OSError, also where the secret cannot be used."""
        secret = read_secret(Path(self._settings.secret))
        self._accounting = Accounting(self._settings, secret, self._history, self.persons)
        where = (self._settings.listen, self._settings.port)
        await asyncio.get_running_loop().create_datagram_endpoint(lambda: self, local_addr=where)

    def close(self) -> None:
        """Listen no more."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio."""
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """See asyncio. What fails is refused: a packet ends nothing."""
        if self._accounting is None or self._transport is None:
            return
        self._accounting.persons = self.persons
        try:
            answer = self._accounting.packet(data, addr[0].partition("%")[0], self._now())
        except Exception:  # a library on a stranger's bytes
            self._accounting.refused["damaged"] += 1
            return
        if answer is not None:
            self._transport.sendto(answer, addr)
